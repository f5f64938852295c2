import type { VerifyItem } from './documents.ts';

/** Most items in one part of the list. */
export const PART_ITEMS = 1000;
/** Most bytes of one part. A key of 850 control characters takes 5 kB in JSON, and an answer holds whole parts. */
const PART_BYTES = 2 ** 20;

/** Splits a list into parts, each within both limits. */
export function partsOf(list: readonly VerifyItem[]): readonly (readonly VerifyItem[])[] {
  const parts: VerifyItem[][] = [];
  let bytes = 0;
  for (const item of list) {
    const size = Buffer.byteLength(JSON.stringify(item));
    const last = parts.at(-1);
    bytes += size;
    if (last !== undefined && last.length < PART_ITEMS && bytes <= PART_BYTES) last.push(item);
    else {
      parts.push([item]);
      bytes = size;
    }
  }
  return parts;
}
