import { describe, expect, it } from 'vitest';

import type { RangeDocument } from '../../../shared/scan/documents.ts';
import { Failures } from '../../../shared/scan/failures.ts';

const NOW = 1_800_000_000_000;
const rangeOf = (tries: number): RangeDocument => ({ tries, blocked: null, notBefore: 0 }) as RangeDocument;
/** The number of the failure that blocks the range; 0: none does. */
function blocksAt(range: RangeDocument, causes: readonly string[]): number {
  const failures = new Failures();
  return causes.findIndex((cause) => failures.failed(range, cause, NOW)) + 1;
}

describe('a destination that answers nothing', () => {
  it('blocks the range after twenty keys in a row, for a minute', () => {
    const range = rangeOf(0);
    expect(
      blocksAt(
        range,
        Array.from({ length: 30 }, () => 'AccessDenied'),
      ),
    ).toBe(20);
    expect(range).toMatchObject({ blocked: 'AccessDenied', tries: 1, notBefore: NOW + 60_000 });
  });

  it('blocks it after a single key when it was blocked before', () => {
    expect(blocksAt(rangeOf(1), ['AccessDenied'])).toBe(1);
  });

  it('doubles the time at each block, up to five minutes', () => {
    const minutes = [1, 2, 3, 9].map((tries) => {
      const range = rangeOf(tries);
      blocksAt(range, ['AccessDenied']);
      return (range.notBefore - NOW) / 60_000;
    });
    expect(minutes).toEqual([2, 4, 5, 5]);
  });
});

describe('keys that fail by themselves', () => {
  it.each(['order', 'depth', 'ReplicaArchived', 'ReplicaChecksumMismatch', 'ObjectLocked'])(
    'block nothing, however many they are (%s)',
    (cause) => {
      expect(
        blocksAt(
          rangeOf(0),
          Array.from({ length: 50 }, () => cause),
        ),
      ).toBe(0);
    },
  );

  it('block nothing while others succeed, or fail with another cause', () => {
    const mixed = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 'SlowDown' : 'AccessDenied'));
    expect(blocksAt(rangeOf(0), mixed)).toBe(0);
    const failures = new Failures();
    const range = rangeOf(0);
    for (let i = 0; i < 50; i += 1) {
      expect(failures.failed(range, 'SlowDown', NOW)).toBe(false);
      failures.went(range);
    }
  });
});
