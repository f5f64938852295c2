const SURROGATES = 0xd800;
const ABOVE_SURROGATES = 0xe000;
const LAST_UNIT = 0x10000;

/**
 * Order of two keys by the bytes of their UTF-8, which is how COS sorts. Negative when `a` comes first. JavaScript
 * compares UTF-16, where characters beyond the basic plane come before those from U+E000 on.
 */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rankOf(x) - rankOf(y);
  }
  return a.length - b.length;
}

/** A surrogate is half of a character whose UTF-8 sorts after all others. */
const rankOf = (unit: number): number => (unit >= SURROGATES && unit < ABOVE_SURROGATES ? unit + LAST_UNIT : unit);
