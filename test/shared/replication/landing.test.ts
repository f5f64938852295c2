import { describe, expect, it } from 'vitest';
import type { ObjectHead } from '../../../shared/cos/index.ts';
import { attemptId, attemptOf, landedInTime, landingMs } from '../../../shared/identity/marker.ts';
import type { Marker } from '../../../shared/identity/types.ts';
import { markerOf } from './decide/build.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const GIGABYTE = 2 ** 30;
const BEGUN = 1_700_000_000_000;

const attempt = (inParts: boolean): Marker => ({
  ...markerOf(1, 0),
  ...attemptOf(attemptId(BEGUN, true, 'u1', inParts)),
});

/** A version that has the ID of the attempt and was written this many ms after it began. */
const landsAfter = (ms: number, size: number, inParts: boolean): boolean => {
  const head: ObjectHead = {
    versionId: 'd1',
    etag: '"e"',
    size,
    lastModified: BEGUN + ms,
    crc64: undefined,
    storageClass: 'STANDARD',
    headers: {},
    meta: {},
    encryption: undefined,
    restore: undefined,
  };
  return landedInTime(head, attempt(inParts));
};

describe("a version with the ID of an attempt is the attempt's, and no later copy by a user,", () => {
  it('within a minute for the request to be signed and fifteen for the copy, whatever its size', () => {
    for (const size of [0, 5 * GIGABYTE]) {
      expect(landsAfter(0, size, false)).toBe(true);
      expect(landsAfter(16 * MINUTE, size, false)).toBe(true);
      expect(landsAfter(16 * MINUTE + 1, size, false)).toBe(false);
    }
  });

  it('in parts within a day and the time that its bytes take at 4 MiB a second', () => {
    const limit = DAY + 256_000;
    expect(landsAfter(DAY, 0, true)).toBe(true);
    expect(landsAfter(DAY + 1, 0, true)).toBe(false);
    expect(landsAfter(limit, GIGABYTE, true)).toBe(true);
    expect(landsAfter(limit + 1, GIGABYTE, true)).toBe(false);
    expect(landingMs(true, GIGABYTE)).toBe(limit);
  });

  it('even when it seems to be older than the attempt, because clocks differ a little', () => {
    expect(landsAfter(-1000, 1, false)).toBe(true);
    expect(landsAfter(-1000, 1, true)).toBe(true);
  });
});
