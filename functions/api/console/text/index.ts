import { causeTexts } from './causes.ts';
import { checkTexts } from './checks.ts';
import { commonTexts } from './common.ts';
import { errorTexts } from './errors.ts';
import { failureTexts } from './failures.ts';
import { objectTexts } from './object.ts';
import { overviewTexts } from './overview.ts';
import { preflightTexts } from './preflight.ts';
import { ruleTexts } from './rules.ts';
import { signInTexts } from './sign-in.ts';
import { statusTexts } from './status.ts';

/** English and Chinese of each text. `{name}` is filled in; `one|several` is chosen by the value of `n`. */
export type Texts = Readonly<Record<string, readonly [english: string, chinese: string]>>;

/** Every text of the page, in both languages. */
export const TEXTS = {
  ...commonTexts,
  ...signInTexts,
  ...overviewTexts,
  ...statusTexts,
  ...ruleTexts,
  ...checkTexts,
  ...failureTexts,
  ...objectTexts,
  ...preflightTexts,
  ...causeTexts,
  ...errorTexts,
} as const satisfies Texts;

export type TextKey = keyof typeof TEXTS;
export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Values = Readonly<Record<string, string | number>>;

/** Whether the table has a text of that name, which is made from what the API says. */
export function isText(name: string): name is TextKey {
  return Object.hasOwn(TEXTS, name);
}

export function translate(language: Language, key: TextKey, values: Values = {}): string {
  const text = TEXTS[key][language === 'zh' ? 1 : 0];
  const [one, several = one] = text.split('|');
  const chosen = (values['n'] === 1 ? one : several) ?? text;
  return chosen.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? formatNumber(language, value) : value;
  });
}

export function formatNumber(language: Language, value: number): string {
  return new Intl.NumberFormat(locale(language)).format(value);
}

export const locale = (language: Language): string => (language === 'zh' ? 'zh-CN' : 'en-GB');

/** The language that the browser asks for, as far as there is one. */
export function preferredLanguage(languages: readonly string[]): Language {
  return languages
    .find((one) => /^(?:en|zh)\b/i.test(one))
    ?.toLowerCase()
    .startsWith('zh')
    ? 'zh'
    : 'en';
}
