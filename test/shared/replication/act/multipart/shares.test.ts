import { describe, expect, it } from 'vitest';
import { sharesOf, toTakeOver, type Share } from '../../../../../shared/replication/act/multipart/shares.ts';

const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
const there = (...parts: readonly number[]) => new Map(parts.map((part) => [part, 'etag']));

describe('shares', () => {
  it('are of one size, and hold all parts in their order', () => {
    expect(sharesOf(upTo(10), 4, 1)).toEqual([[1, 2, 3], [4, 5, 6], [7, 8, 9], [10]]);
    expect(sharesOf(upTo(8), 4, 2)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
  });

  it('are fewer where there would be no work for all lanes of a run', () => {
    expect(sharesOf(upTo(7), 4, 3)).toHaveLength(2);
    expect(sharesOf(upTo(2), 4, 3)).toEqual([[1, 2]]);
    expect(sharesOf([], 4, 3)).toEqual([]);
  });
});

describe('a run that has copied its own share', () => {
  const share = (parts: readonly number[], since = 0): Share => ({ parts, missing: parts.length, since });
  const at = (now: number) => ({ now, longest: 1000, lanes: 2 });

  it('takes the last parts of the others first, and none that may be in progress', () => {
    expect(toTakeOver([share(upTo(6))], there(1), at(1))).toEqual([6, 5, 4]);
    expect(toTakeOver([share(upTo(6))], there(1, 2, 3, 4), at(1))).toEqual([]);
  });

  it('is done when no part is missing', () => {
    expect(toTakeOver([share([1, 2]), share([3])], there(1, 2, 3), at(1))).toBeUndefined();
    expect(toTakeOver([], there(), at(1))).toBeUndefined();
  });

  it('takes all parts of a run that has copied none for half a minute, or for as long as two parts take', () => {
    const lost = share([1, 2]);
    expect(toTakeOver([lost], there(), at(29_999))).toEqual([]);
    expect(toTakeOver([lost], there(), at(30_000))).toEqual([1, 2]);
    expect(toTakeOver([lost], there(), { ...at(30_000), longest: 15_001 })).toEqual([]);
    expect(toTakeOver([lost], there(1), at(30_000))).toEqual([]);
    expect(toTakeOver([lost], there(1), at(60_000))).toEqual([2]);
  });
});
