import type { VerifyItem } from './documents.ts';

/** Items of one part of the list at most. */
export const PART_ITEMS = 1000;
/** Bytes of one part at most: of a key of 850 control characters JSON makes 5 kB, and an answer holds whole parts. */
const PART_BYTES = 2 ** 20;

/** The parts in which a list is written, each within both limits. */
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
