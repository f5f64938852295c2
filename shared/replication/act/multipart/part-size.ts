import { LANES, RUNS, SHARED_FROM } from './lanes.ts';

const MEGABYTE = 2 ** 20;
export const LARGEST_PART = 5 * 2 ** 30;
/** From this size on an object is copied in parts: one request copies at most 5 GB. */
export const LARGEST_COPY = LARGEST_PART;
export const MOST_PARTS = 10_000;
/** 48.82 TB, the largest object of COS: the most parts, each of the largest size. */
export const LARGEST_OBJECT = MOST_PARTS * LARGEST_PART;

/** Bytes of a part per number of parts: 5 GB are copied in 256 parts of 20 MB, 1 TB in 3,319 of 316 MB. */
const BALANCE = MEGABYTE / 10;

/**
 * Bytes per part, in whole megabytes. The size grows with the square root of the object's, so that neither the number
 * of parts nor the cost of one lost part gets too large; and faster where 10,000 parts would not be enough. It is
 * reduced, by half at most, so that all lanes have equally many parts and none waits for the last ones.
 */
export function partSizeOf(size: number): number {
  if (!(size > 0 && size <= LARGEST_OBJECT)) throw new RangeError(`no object of ${size} bytes is copied in parts`);
  const wanted = Math.max(Math.sqrt(size * BALANCE), size / MOST_PARTS);
  const lanes = size < SHARED_FROM ? LANES : RUNS * LANES;
  const perLane = Math.ceil(size / wanted / lanes);
  const even = perLane * lanes <= MOST_PARTS ? size / (perLane * lanes) : wanted;
  return Math.min(LARGEST_PART, Math.ceil(Math.max(even, wanted / 2) / MEGABYTE) * MEGABYTE);
}

export const partCountOf = (size: number, partSize: number): number => Math.ceil(size / partSize);

/** The number of parts in which an object of this many bytes is copied; 0: it is copied whole. */
export function plannedParts(size: number): number {
  if (size < LARGEST_COPY) return 0;
  const known = Math.min(size, LARGEST_OBJECT);
  return partCountOf(known, partSizeOf(known));
}

/** First and last byte of a part; part numbers begin at 1. */
export function rangeOf(partNumber: number, size: number, partSize: number): readonly [number, number] {
  const start = (partNumber - 1) * partSize;
  return [start, Math.min(start + partSize, size) - 1];
}
