import { LEASE_TAIL_MS, ROUNDING_MS } from '../durations/index.ts';
import type { LeaseRecord } from './documents.ts';
import type { Facts } from './types.ts';

/** A lease as read. */
export interface Found {
  readonly name: string;
  readonly record: LeaseRecord;
  readonly remaining: number;
}

/** ms until a lease expires by the state bucket's own clock; it has expired when the result is not above 0. */
export const remainingOf = (
  { duration }: Pick<LeaseRecord, 'duration'>,
  { date, lastModified }: { readonly date: number; readonly lastModified: number },
): number => duration + ROUNDING_MS - (date - lastModified);

/** A lease outlives its run by the time that its last request may take, and a margin. */
export function endedAgo(expired: readonly Found[]): number | undefined {
  // A lease for a copy ends with the copy, and has a higher number than that of its run.
  const runs = expired.filter(({ record }) => record.attempt === undefined);
  if (runs.length === 0) return undefined;
  return Math.min(...runs.map(({ remaining }) => LEASE_TAIL_MS + ROUNDING_MS - remaining));
}

export const merge = (facts: readonly Facts[]): Facts => ({
  floor: Math.min(...facts.map((one) => one.floor)),
  since: Math.min(...facts.map((one) => one.since)),
});
