import { describe, expect, it } from 'vitest';

import { emptyCounts, emptyDeeds } from '../../../shared/scan/counts.ts';
import { scanResult } from '../../../shared/scan/documents.ts';
import { resultOf } from '../../../shared/scan/keep.ts';

const STARTED = 1_800_000_000_000;
const SETTLE_MS = 60_000;

type Scan = Parameters<typeof resultOf>[0];
type Range = Parameters<typeof resultOf>[1][number];

const scan = { id: 's', kind: 'repair', prefix: '', signature: 'x', started: STARTED } as Scan;
const range = (oldest: number | null): Range =>
  ({ counts: { ...emptyCounts(), oldest }, deeds: emptyDeeds() }) as Range;
const upTo = (...oldest: readonly (number | null)[]): number | null =>
  resultOf(scan, oldest.map(range), STARTED + 1, SETTLE_MS).completeUpTo;

// P38
describe('a result is complete', () => {
  it('up to the start of the scan, less the time that listings may lack', () => {
    expect(upTo(null, null)).toBe(STARTED - SETTLE_MS);
  });

  it('up to just before the oldest version that any range left open', () => {
    expect(upTo(null, 5000, 7000)).toBe(4999);
  });

  it('up to an unknown time, where any version may be open', () => {
    expect(upTo(0, 7000)).toBeNull();
  });
});

describe('versions that scans left alone', () => {
  it('are unknown where an earlier release counted a part, because it did not count them', () => {
    const with2 = { ...range(null), counts: { ...emptyCounts(), others: [2, 20] as const } };
    const { others, ...earlier } = with2.counts;
    const read = scanResult({ ...resultOf(scan, [with2], STARTED + 1, SETTLE_MS), completeUpTo: null });
    expect(read.counts.others).toEqual([2, 20]);
    const before = scanResult({ ...read, counts: earlier });
    expect(before.counts.others).toBeNull();
    expect(others).toEqual([2, 20]);
    const both = [with2, { ...range(null), counts: before.counts }];
    expect(resultOf(scan, both, STARTED + 1, SETTLE_MS).counts.others).toBeNull();
  });
});
