import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { nodeHash as hash } from '../../../shared/cos/index.ts';
import { nextTry } from '../../../shared/tasks/index.ts';
import { TARGET } from './state.ts';

const MINUTE = 60_000;
const LONGEST = 6 * 3_600_000;
const NOW = 1_800_000_000_000;

const keyed = (key: string) => ({ ...TARGET, key });
const wait = (key: string, attempts: number, now: number) => nextTry(keyed(key), attempts, { hash, now }) - now;

it('the first wait is up to a minute, at least half of it', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(LONGEST), (key, later) => {
      expect(wait(key, 0, NOW + later)).toBeGreaterThanOrEqual(MINUTE / 2);
      expect(wait(key, 0, NOW + later)).toBeLessThan(MINUTE);
    }),
  );
});

it('the wait doubles with each attempt until six hours, and is at least half of that', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.nat(LONGEST), (key, attempts, later) => {
      const full = Math.min(LONGEST, MINUTE * 2 ** Math.min(attempts, 30));
      expect(wait(key, attempts, NOW + later)).toBeGreaterThanOrEqual(full / 2);
      expect(wait(key, attempts, NOW + later)).toBeLessThan(full);
    }),
  );
});

// P52
it('all attempts of a key that are deferred within hours come at two moments at most', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.nat(LONGEST / 2), { minLength: 2, maxLength: 50 }), (key, delays) => {
      const moments = new Set(delays.map((later) => nextTry(keyed(key), 9, { hash, now: NOW + later })));
      expect(moments.size).toBeLessThanOrEqual(2);
    }),
  );
});

it('failures of one moment do not return in one moment', () => {
  const waits = Array.from({ length: 1000 }, (_, i) => wait(`key ${i}`, 9, NOW));
  const quarters = [0, 0, 0, 0];
  for (const one of waits) quarters[Math.floor((one - LONGEST / 2) / (LONGEST / 8))]! += 1;
  expect(Math.min(...quarters)).toBeGreaterThan(200);
});
