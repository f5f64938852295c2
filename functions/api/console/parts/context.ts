import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Client } from '../client/client.ts';
import type { Deployment } from '../../schemas.ts';
import { translate } from '../text/index.ts';
import type { Language, TextKey, Values } from '../text/index.ts';

/** Means to tell something: the language alone, so that it is there before anybody has signed in. */
export interface Telling {
  readonly language: Language;
  readonly t: (key: TextKey, values?: Values) => string;
}

export const tellingIn = (language: Language): Telling => ({
  language,
  t: (key, values) => translate(language, key, values),
});

/** Person who is signed in, and the bucket that is chosen. */
export interface Session {
  /** Client for the bucket that is chosen. */
  readonly client: Client;
  readonly bucket: string;
  readonly deployment: Deployment;
  readonly mayWrite: boolean;
  /** Says something once, at the top of the page and to screen readers. */
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
