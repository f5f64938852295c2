import type { Ref } from './types.ts';
import { isNullRef } from './version.ts';

/** The position of a write in the one order of all writes to a key, whichever of several buckets received it. */
export interface Rank {
  /** Microseconds since 1970, of the version or delete marker that a user wrote. */
  readonly time: number;
  /** The bucket that received the write; it decides between writes of one microsecond. */
  readonly bucket: string;
}

/** The time of a `null` version is known to the second, so it counts as written at the end of that second. */
export const rankOf = (ref: Ref, bucket: string): Rank => ({
  time: isNullRef(ref) ? ref.time + 999_999 : ref.time,
  bucket,
});

/** Negative when `a` is older. */
export const compareRanks = (a: Rank, b: Rank): number =>
  a.time - b.time || (a.bucket < b.bucket ? -1 : a.bucket > b.bucket ? 1 : 0);

export const sameRank = (a: Rank, b: Rank): boolean => compareRanks(a, b) === 0;

export const formatRank = ({ time, bucket }: Rank): string => `${time}/${bucket}`;
