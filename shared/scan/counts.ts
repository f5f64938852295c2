/** A number of versions, and their bytes. A delete marker has no bytes. */
export type Amount = readonly [versions: number, bytes: number];

export const NOTHING: Amount = [0, 0];
export const plus = (a: Amount, b: Amount): Amount => (b === NOTHING ? a : [a[0] + b[0], a[1] + b[1]]);
export const minus = (a: Amount, b: Amount): Amount => [Math.max(0, a[0] - b[0]), Math.max(0, a[1] - b[1])];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Upper bounds of ages in ms, for pending versions and for metrics. Greater ages have one more bucket at the end. */
export const AGE_BOUNDS: readonly number[] = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY];
/** Upper bounds of lag in ms: from the write at the source to that of the replica. */
export const LAG_BOUNDS: readonly number[] = [
  1000,
  2000,
  3000,
  5000,
  10_000,
  20_000,
  30_000,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  6 * HOUR,
  DAY,
];

/** Counts per bound, and one more for values above the last one. */
export type Histogram = readonly number[];

export const emptyHistogram = (bounds: readonly number[]): number[] =>
  Array.from({ length: bounds.length + 1 }, () => 0);

export function bucketOf(bounds: readonly number[], value: number): number {
  const found = bounds.findIndex((bound) => value <= bound);
  return found === -1 ? bounds.length : found;
}

/**
 * The value that a share of all values does not exceed, as the upper bound of its bucket; `max` if that is above all
 * bounds. Undefined when there are no values.
 */
export function percentile(
  histogram: Histogram,
  bounds: readonly number[],
  share: number,
  max: number,
): number | undefined {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let seen = 0;
  for (const [i, count] of histogram.entries()) {
    seen += count;
    if (seen >= share * total) return Math.min(bounds[i] ?? max, max);
  }
  return max;
}

/** The contents of one bucket, over the keys that were scanned. */
export interface SideCounts {
  current: Amount;
  older: Amount;
  deleteMarkers: number;
}

/** The versions that a rule covers, by their state at the destination. */
export interface Standing {
  replicated: Amount;
  /** Versions that were not done: another run had the key, or it is written faster than a scan can look at it. */
  pending: Amount;
  failed: Amount;
  skipped: Amount;
  /** Replicas that count as removed by the destination's lifecycle. */
  expired: Amount;
}

/** The findings of a pass over keys. All fields add up, so ranges and runs can be summed in any order. */
export interface Counts {
  keys: number;
  /** Keys that only the destination has. */
  orphans: number;
  /**
   * Versions at the destination that stand for no version that a rule covers: written by others, or left from versions
   * that the source no longer has. Null when an earlier release has counted a part of the scan without them.
   */
  others: Amount | null;
  source: SideCounts;
  destination: SideCounts;
  /** By rule ID. */
  rules: Record<string, Standing>;
  /** Pending and failed versions by their age. */
  ages: number[];
  /** ms since 1970 of the oldest pending or failed version; null when there is none. */
  oldest: number | null;
  lags: number[];
  /** The largest lag in ms. */
  largestLag: number;
}

/** The work of a scan. For a killed run, only the work that it had written down counts. */
export interface Deeds {
  /** Keys whose stacks were not remembered. */
  looked: number;
  copied: number;
  marked: number;
  removed: number;
  bytes: number;
  /** Keys that were left to tasks, by cause. */
  deferred: number;
  /** Number of listing requests. */
  listings: number;
  /** Replicas whose tags or ACL were brought up to date. */
  retagged: number;
}

const sideCounts = (): SideCounts => ({ current: NOTHING, older: NOTHING, deleteMarkers: 0 });

const emptyStanding = (): Standing => ({
  replicated: NOTHING,
  pending: NOTHING,
  failed: NOTHING,
  skipped: NOTHING,
  expired: NOTHING,
});

export const emptyCounts = (): Counts => ({
  keys: 0,
  orphans: 0,
  others: NOTHING,
  source: sideCounts(),
  destination: sideCounts(),
  rules: {},
  ages: emptyHistogram(AGE_BOUNDS),
  oldest: null,
  lags: emptyHistogram(LAG_BOUNDS),
  largestLag: 0,
});

export const emptyDeeds = (): Deeds => ({
  looked: 0,
  copied: 0,
  marked: 0,
  removed: 0,
  bytes: 0,
  deferred: 0,
  listings: 0,
  retagged: 0,
});

export function standingOf(counts: Counts, rule: string): Standing {
  const found = Object.hasOwn(counts.rules, rule) ? counts.rules[rule] : undefined;
  const standing = found ?? emptyStanding();
  // A rule may be called like a property that every object has.
  if (found === undefined) Object.defineProperty(counts.rules, rule, { value: standing, enumerable: true });
  return standing;
}

export function addCounts(into: Counts, from: Counts): void {
  into.keys += from.keys;
  into.orphans += from.orphans;
  into.others = into.others && from.others && plus(into.others, from.others);
  for (const side of ['source', 'destination'] as const) {
    into[side].current = plus(into[side].current, from[side].current);
    into[side].older = plus(into[side].older, from[side].older);
    into[side].deleteMarkers += from[side].deleteMarkers;
  }
  for (const [rule, standing] of Object.entries(from.rules)) {
    const sum = standingOf(into, rule);
    for (const state of Object.keys(standing) as (keyof Standing)[]) sum[state] = plus(sum[state], standing[state]);
  }
  from.ages.forEach((count, i) => (into.ages[i] = (into.ages[i] ?? 0) + count));
  from.lags.forEach((count, i) => (into.lags[i] = (into.lags[i] ?? 0) + count));
  into.largestLag = Math.max(into.largestLag, from.largestLag);
  if (from.oldest !== null) into.oldest = Math.min(into.oldest ?? from.oldest, from.oldest);
}

export function addDeeds(into: Deeds, from: Deeds): void {
  for (const name of Object.keys(from) as (keyof Deeds)[]) into[name] += from[name];
}
