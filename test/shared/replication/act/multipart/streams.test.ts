import { describe, expect, it } from 'vitest';
import { inLanes, LANES } from '../../../../../shared/replication/act/multipart/lanes.ts';
import { partCountOf, partSizeOf, rangeOf } from '../../../../../shared/replication/act/multipart/part-size.ts';

const GIGABYTE = 2 ** 30;
/** Bytes a second of one copy from region to region, and seconds of one request without its bytes. */
const STREAM = 20_000_000;
const REQUEST = 0.05;

/** Seconds that the parts of an object take in virtual time. */
async function secondsOf(size: number): Promise<number> {
  const partSize = partSizeOf(size);
  const parts = Array.from({ length: partCountOf(size, partSize) }, (_, i) => i + 1);
  const waiting: { readonly at: number; readonly wake: () => void }[] = [];
  let now = 0;
  const copy = (part: number): Promise<undefined> => {
    const [first, last] = rangeOf(part, size, partSize);
    const at = now + REQUEST + (last - first + 1) / STREAM;
    return new Promise((resolve) => waiting.push({ at, wake: () => resolve(undefined) }));
  };
  let over = false;
  const all = inLanes(parts, copy, { lanes: LANES, mayBegin: () => true }).then((result) => {
    over = true;
    return result;
  });
  for (;;) {
    await new Promise(setImmediate);
    if (over) break;
    now = Math.min(...waiting.map(({ at }) => at));
    for (const { wake } of waiting.filter(({ at }) => at === now)) wake();
    waiting.splice(0, waiting.length, ...waiting.filter(({ at }) => at !== now));
  }
  expect(await all).toMatchObject({ done: parts.length, left: 0 });
  return now;
}

describe('parts of a large object', () => {
  it.each([5, 8, 20, 50, 1024, 50_000])('of %d GB use 64 streams to nine tenths', async (gigabytes) => {
    const size = gigabytes * GIGABYTE;
    expect(LANES).toBe(64);
    expect(size / (64 * STREAM) / (await secondsOf(size))).toBeGreaterThan(0.9);
  });
});
