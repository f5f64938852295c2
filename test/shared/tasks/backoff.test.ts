import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { backOff } from '../../../shared/tasks/index.ts';

const MINUTE = 60_000;
const LONGEST = 6 * 3_600_000;
const arbitraryRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('the first wait is up to a minute, at least half of it', () => {
  expect(backOff(0, 0)).toBe(MINUTE / 2);
  expect(backOff(0, 0.999_999)).toBeLessThan(MINUTE);
});

it('doubles with each try until six hours', () => {
  for (let attempts = 0; attempts < 8; attempts += 1)
    expect(backOff(attempts + 1, 0.5)).toBe(2 * backOff(attempts, 0.5));
  expect(backOff(9, 0)).toBe(LONGEST / 2);
});

it('never more than six hours, never less than half a minute, however often', () => {
  fc.assert(
    fc.property(fc.nat(), arbitraryRandom, (attempts, random) => {
      const wait = backOff(attempts, random);
      expect(wait).toBeGreaterThanOrEqual(MINUTE / 2);
      expect(wait).toBeLessThanOrEqual(LONGEST);
      expect(backOff(attempts + 1, random)).toBeGreaterThanOrEqual(wait);
    }),
  );
});

it('failures of one moment do not come back in one moment', () => {
  fc.assert(
    fc.property(fc.nat(30), arbitraryRandom, arbitraryRandom, (attempts, a, b) => {
      fc.pre(Math.abs(a - b) > 1e-6);
      expect(backOff(attempts, a)).not.toBe(backOff(attempts, b));
    }),
  );
});
