import { TEXTS } from './table.ts';

export { TEXTS };
export type TextKey = keyof typeof TEXTS;
export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Values = Readonly<Record<string, string | number>>;

/** Whether the table has a text of that name, which is made from a code of the API. */
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

/** The language that the browser prefers, among those that exist. */
export function preferredLanguage(languages: readonly string[]): Language {
  return languages
    .find((one) => /^(?:en|zh)\b/i.test(one))
    ?.toLowerCase()
    .startsWith('zh')
    ? 'zh'
    : 'en';
}
