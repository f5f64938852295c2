import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Client } from '../client/client.ts';
import type { Deployment } from '../../schemas.ts';
import { translate } from '../text/index.ts';
import type { Language, TextKey, Values } from '../text/index.ts';

/** The means to show texts: only the language, so that they can be shown before anybody has signed in. */
export interface Telling {
  readonly language: Language;
  readonly t: (key: TextKey, values?: Values) => string;
}

export const tellingIn = (language: Language): Telling => ({
  language,
  t: (key, values) => translate(language, key, values),
});

/** The signed-in user and the chosen bucket. */
export interface Session {
  /** Client for the chosen bucket. */
  readonly client: Client;
  readonly bucket: string;
  readonly deployment: Deployment;
  readonly mayWrite: boolean;
  /** Shows a message once, at the top of the page and to screen readers. */
  readonly announce: (text: string) => void;
}

export const TellingContext = createContext<Telling>(tellingIn('en'));
export const SessionContext = createContext<Session | undefined>(undefined);

export const useTelling = (): Telling => useContext(TellingContext);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('A screen was shown before anybody signed in.');
  return session;
}
