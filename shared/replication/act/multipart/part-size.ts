import { LANES, RUNS, SHARED_FROM } from './lanes.ts';

const MEGABYTE = 2 ** 20;
export const LARGEST_PART = 5 * 2 ** 30;
/** The largest object that one request copies; from this size on it is copied in parts. */
export const LARGEST_COPY = LARGEST_PART;
export const MOST_PARTS = 10_000;
/** 48.82 TB, the largest object that COS keeps: exactly the most parts of the largest size. */
export const LARGEST_OBJECT = MOST_PARTS * LARGEST_PART;

/** Bytes of a part for each part there is: 5 GB go in 256 parts of 20 MB, 1 TB in 3,319 of 316 MB. */
const BALANCE = MEGABYTE / 10;

/**
 * Bytes per part, whole megabytes. Grows with the square root of the object, so that neither the number of parts nor the
 * work that one lost part repeats runs away, and faster where 10,000 parts would not do otherwise. Smaller, by
 * half at the most, where each lane then has as many parts as the others: none waits for the last ones.
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

/** Parts in which an object of that many bytes is copied; 0: it is copied whole. */
export function plannedParts(size: number): number {
  if (size < LARGEST_COPY) return 0;
  const known = Math.min(size, LARGEST_OBJECT);
  return partCountOf(known, partSizeOf(known));
}

/** First and last byte of a part; parts count from 1. */
export function rangeOf(partNumber: number, size: number, partSize: number): readonly [number, number] {
  const start = (partNumber - 1) * partSize;
  return [start, Math.min(start + partSize, size) - 1];
}
