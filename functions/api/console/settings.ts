import { LANGUAGES, preferredLanguage } from './text/index.ts';
import type { Language } from './text/index.ts';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Appearance of the page. It is kept in the browser; keys and names never are. */
export interface Settings {
  readonly language: Language;
  readonly theme: Theme;
}

const NAME = 'cos-replication-console';

export function readSettings(): Settings {
  const kept = readKept();
  return {
    language: LANGUAGES.find((one) => one === kept['language']) ?? preferredLanguage(navigator.languages),
    theme: THEMES.find((one) => one === kept['theme']) ?? 'auto',
  };
}

export function keepSettings(settings: Settings): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(settings));
  } catch {
    // Storage is switched off: the setting lasts until the page is closed.
  }
}

function readKept(): Readonly<Record<string, unknown>> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(NAME) ?? '{}');
    return typeof kept === 'object' && kept !== null ? { ...kept } : {};
  } catch {
    return {};
  }
}
