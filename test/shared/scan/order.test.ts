import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { CHARACTER } from '../../characters.ts';
import { compareKeys } from '../../../shared/scan/order.ts';

it('keys are in the order of their UTF-8 bytes', () => {
  const key = fc.string({ unit: CHARACTER, maxLength: 8 });
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 2000 },
  );
});

it('a character beyond the first plane goes after those that UTF-16 puts before it', () => {
  const [high, low] = ['\u{1F600}', '\uFFFD'];
  expect(compareKeys(high, low)).toBeGreaterThan(0);
  expect([high, low].sort()).toEqual([high, low]);
});
