import * as fc from 'fast-check';

const SURROGATES = { first: 0xd800, count: 0x800 } as const;
const LAST = 0x10ffff;

/**
 * One character of Unicode, any but a half of a pair, for `fc.string({ unit: CHARACTER })`. fast-check's own unit of that
 * kind, `binary`, keeps all of them in a table, and a process takes 0.7 s to fill it.
 */
export const CHARACTER = fc
  .nat(LAST - SURROGATES.count)
  .map((n) => String.fromCodePoint(n < SURROGATES.first ? n : n + SURROGATES.count));
