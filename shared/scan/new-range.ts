import { emptyCounts, emptyDeeds } from './counts.ts';
import type { RangeDocument } from './documents.ts';

/** A range that no run has begun. */
export const newRange = (
  scan: string,
  number: number,
  bounds: Pick<RangeDocument, 'after' | 'upTo' | 'expected'>,
): RangeDocument => ({
  scan,
  number,
  ...bounds,
  salt: '',
  ledgers: [],
  pass: 1,
  cursor: null,
  again: false,
  notBefore: 0,
  landed: 0,
  entries: 0,
  splits: [],
  blocked: null,
  tries: 0,
  worked: 0,
  written: 0,
  counts: emptyCounts(),
  deeds: emptyDeeds(),
  done: null,
});
