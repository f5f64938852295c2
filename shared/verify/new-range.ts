import type { VerifyRange } from './documents.ts';
import { emptySums } from './sums.ts';

/** A range after `cursor` of which nothing is compared yet; null: from the first key on. `listed` in ms since 1970. */
export const newRange = (number: number, cursor: string | null, listed: number): VerifyRange => ({
  number,
  cursor,
  listed,
  sums: emptySums(),
  parts: 0,
  told: 0,
  reading: {},
  blocked: null,
  tries: 0,
  notBefore: 0,
  done: null,
});
