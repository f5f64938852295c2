/** All draws; the same seed gives the same draws. */
export interface Draw {
  /** In [0, 1). */
  next(): number;
  /** A whole number below `end`. */
  below(end: number): number;
  chance(of: number): boolean;
  pick<T>(list: readonly T[]): T;
  bytes(length: number): Uint8Array;
  /** Between `least` and `most` results. */
  many<T>(least: number, most: number, make: () => T): T[];
  /** Text of the letters of `alphabet`, or of the most hostile characters that a text can hold. */
  text(most: number, alphabet?: readonly string[]): string;
}

/** Characters and words that break naive parsers, lines, names and paths. */
export const NASTY = [
  '\0',
  '\r\nSet-Cookie: a=b',
  '\n',
  '\t',
  '\u007f',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\uffff',
  '\ud800',
  '\udfff',
  '🙂',
  'é',
  'e\u0301',
  '%',
  '%00',
  '%2e%2e%2f',
  '%zz',
  '%c0%af',
  '+',
  '..',
  '../',
  '//',
  '\\',
  ';',
  '&',
  '=',
  '?',
  '#',
  '<',
  '>',
  ']]>',
  '<![CDATA[',
  '<!--',
  '&#0;',
  '&#xD800;',
  '&lol;',
  '"',
  "'",
  '__proto__',
  'constructor',
  'toString',
  'null',
  '-1',
  '1e309',
  'NaN',
  '{}',
  '[]',
] as const;

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~/ ';

/** mulberry32 */
export function createDraw(seed: number): Draw {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const many = <T>(least: number, most: number, make: () => T): T[] =>
    Array.from({ length: least + below(most - least + 1) }, make);
  return {
    next,
    below,
    chance: (of) => next() < of,
    pick,
    many,
    bytes: (length) => {
      const made = new Uint8Array(length);
      for (let i = 0; i < length; i += 1) made[i] = below(256);
      return made;
    },
    text: (most, alphabet) =>
      many(0, most, () => {
        if (alphabet !== undefined) return pick(alphabet);
        return next() < 0.2 ? pick(NASTY) : (LETTERS[below(LETTERS.length)] ?? '');
      }).join(''),
  };
}
