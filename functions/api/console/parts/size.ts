import { locale } from '../text/index.ts';
import type { Language } from '../text/index.ts';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

/** Bytes in the largest unit that fits, in steps of 1,000. */
export function bytes(language: Language, size: number): string {
  let unit = 0;
  let rest = size;
  while (rest >= 1000 && unit < UNITS.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  // The short form has no plural: 7 byte.
  const unitDisplay = unit === 0 ? 'long' : 'short';
  const style = { style: 'unit', unit: UNITS[unit] ?? 'byte', unitDisplay, maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale(language), style).format(rest);
}

/**
 * An amount of money in the form of the language. An amount below one cent has two significant digits, and is never
 * shown as 0.
 */
export function money(language: Language, amount: number, currency: string): string {
  const digits = amount > 0 && amount < 0.01 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 2 };
  return new Intl.NumberFormat(locale(language), { style: 'currency', currency, ...digits }).format(amount);
}
