import { describe, expect, it } from 'vitest';
import { estimate } from '../../../shared/scan/eta.ts';
import { newRange } from '../../../shared/scan/new-range.ts';

type Range = Parameters<typeof estimate>[0][number];

const MINUTE = 60_000;
/** A full minute, when the timer fires. */
const NOW = 30_000_000 * MINUTE;
const range = (more: Partial<Range>): Range => ({
  ...newRange('s', 1, { after: null, upTo: null, expected: 1000 }),
  written: NOW,
  ...more,
});

describe('the estimate of a scan', () => {
  it('is unknown before anything is done, and while all ranges wait for a destination', () => {
    expect(estimate([range({ written: 0 })], 1, NOW)).toBeUndefined();
    const done = { entries: 400, worked: 40_000 };
    expect(estimate([range({ ...done, blocked: 'AccessDenied' })], 1, NOW)).toBeUndefined();
    expect(estimate([range({ ...done, blocked: 'AccessDenied' }), range({})], 1, NOW)).toBeDefined();
  });

  it('counts only the time in which runs worked, so that a pause changes nothing', () => {
    const half = range({ entries: 500, worked: 100_000 });
    expect(estimate([half], 1, NOW)).toEqual({ rate: 5, eta: 2 * MINUTE });
    // 100 s more at that speed, from an hour later on.
    expect(estimate([half], 0, NOW + 60 * MINUTE)).toEqual({ rate: 5, eta: 2 * MINUTE });
  });

  it('stays the same between writes of the progress, because it guesses the work in between', () => {
    const half = range({ entries: 500, worked: 100_000 });
    for (const seconds of [10, 20, 30, 40])
      expect(estimate([half], 1, NOW + seconds * 1000)?.eta).toBe(2 * MINUTE - seconds * 1000);
  });

  it('is unknown while a run that should work writes nothing, because it may have been killed', () => {
    const half = range({ entries: 500, worked: 100_000 });
    expect(estimate([half], 1, NOW + 89_000)).toBeDefined();
    expect(estimate([half], 1, NOW + 90_000)).toBeUndefined();
    expect(estimate([half, range({ written: NOW + 80_000 })], 2, NOW + 90_000)).toBeDefined();
  });

  it('includes the second look: settled listings, and the timer that starts it and writes the result', () => {
    const half = range({ entries: 500, worked: 100_000, again: true });
    // The walk ends after 100 s, listings have settled after 175 s, the timer comes after 180 s, and again after 240 s.
    expect(estimate([half], 1, NOW)?.eta).toBe(4 * MINUTE);
    // After a killed run the second look waits for the last of its requests as well.
    const takenOver = { ...half, landed: NOW + 16 * MINUTE };
    expect(estimate([takenOver], 1, NOW)?.eta).toBe(17 * MINUTE);
    const looks = range({ pass: 2, worked: 200_000, entries: 0, notBefore: NOW + 50_000 });
    for (const seconds of [0, 10, 59])
      expect(estimate([looks], 0, NOW + seconds * 1000)?.eta).toBe(2 * MINUTE - seconds * 1000);
  });

  it('shares the rest among the runs, and is never less than the longest range', () => {
    const ranges = [0, 1, 2, 3].map(() => range({ entries: 500, worked: 100_000 }));
    expect(estimate(ranges, 4, NOW)).toEqual({ rate: 20, eta: 2 * MINUTE });
    expect(estimate(ranges, 2, NOW)).toEqual({ rate: 10, eta: 4 * MINUTE });
    // More runs than ranges do nothing.
    expect(estimate(ranges, 16, NOW)?.rate).toBe(20);
    const last = range({ entries: 0, expected: 3000 });
    expect(estimate([...ranges.map((one) => ({ ...one, done: NOW })), last], 4, NOW)?.eta).toBe(10 * MINUTE);
  });

  it('ends with the next timer once every range is done', () => {
    const done = range({ entries: 1000, worked: 100_000, done: NOW });
    expect(estimate([done], 0, NOW + 20_000)?.eta).toBe(40_000);
  });
});
