import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LARGEST_OBJECT,
  LARGEST_PART,
  MOST_PARTS,
  partCountOf,
  partSizeOf,
  rangeOf,
} from '../../../../../shared/replication/act/multipart/part-size.ts';

const MEGABYTE = 2 ** 20;
const GIGABYTE = 2 ** 30;
const sizes = fc.oneof(
  fc.integer({ min: 1, max: 64 * MEGABYTE }),
  fc.maxSafeInteger().map((n) => (Math.abs(n) % LARGEST_OBJECT) + 1),
  fc.constantFrom(1, MEGABYTE, 5 * GIGABYTE, LARGEST_OBJECT - 1, LARGEST_OBJECT),
);

describe('parts of a large object', () => {
  it.each([
    [1, MEGABYTE, 1],
    [MEGABYTE, MEGABYTE, 1],
    [MEGABYTE + 1, MEGABYTE, 2],
    [5 * MEGABYTE, MEGABYTE, 5],
    [5 * GIGABYTE, 20 * MEGABYTE, 256],
    [8 * GIGABYTE, 26 * MEGABYTE, 316],
    [1024 * GIGABYTE, 316 * MEGABYTE, 3319],
    [LARGEST_OBJECT - 1, LARGEST_PART, MOST_PARTS],
    [LARGEST_OBJECT, LARGEST_PART, MOST_PARTS],
  ])('of %d bytes have %d bytes, and there are %d', (size, partSize, count) => {
    expect(partSizeOf(size)).toBe(partSize);
    expect(partCountOf(size, partSize)).toBe(count);
  });

  it('do not exist for 0 bytes, nor past 48.8 TB', () => {
    for (const size of [0, -1, Number.NaN, LARGEST_OBJECT + 1]) expect(() => partSizeOf(size)).toThrow(RangeError);
    expect(LARGEST_OBJECT).toBe(50_000 * GIGABYTE);
  });

  it('keep to the limits of COS at every size', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const partSize = partSizeOf(size);
        expect(partSize % MEGABYTE).toBe(0);
        expect(partSize).toBeGreaterThanOrEqual(MEGABYTE);
        expect(partSize).toBeLessThanOrEqual(LARGEST_PART);
        expect(partCountOf(size, partSize)).toBeLessThanOrEqual(MOST_PARTS);
      }),
    );
  });

  it('are never less than half of the size that balances their number and their size', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const balance = Math.sqrt(size * (MEGABYTE / 10));
        expect(partSizeOf(size)).toBeGreaterThanOrEqual(balance / 2);
        expect(partSizeOf(size)).toBeLessThanOrEqual(Math.max(balance, size / MOST_PARTS) + MEGABYTE);
      }),
      { examples: [[64 * MEGABYTE]] },
    );
  });

  it('cover every byte once, and only the last is short', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const partSize = partSizeOf(size);
        const count = partCountOf(size, partSize);
        let next = 0;
        let whole = true;
        for (let part = 1; part <= count; part += 1) {
          const [start, end] = rangeOf(part, size, partSize);
          whole &&= start === next && (part === count || end - start + 1 === partSize);
          next = end + 1;
        }
        expect(whole).toBe(true);
        expect(next).toBe(size);
      }),
      { numRuns: 50 },
    );
  });
});
