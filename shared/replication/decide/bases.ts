import type { Absent, Compare, Entry, Observation, ReplicaItem } from '../types.ts';
import type { Marker, Ref } from '../../identity/index.ts';

/**
 * Returns a test: does some replica say that a version was missing when the replica was made? The version then lies
 * between the replica's base and its source. Any other version without a replica had one, which the destination's
 * lifecycle removed.
 */
export function coverageOf(kept: readonly ReplicaItem[], compare: Compare): (ref: Ref) => boolean {
  const sorted = kept.toSorted((a, b) => compare(a.marker.ref, b.marker.ref));
  const deeper = (a: Ref | undefined, b: Ref | undefined): Ref | undefined =>
    a === undefined || b === undefined ? undefined : compare(a, b) < 0 ? a : b;
  // For each replica: the deepest base among it and all above it. Undefined reaches to the bottom.
  const deepest: (Ref | undefined)[] = [];
  for (let i = sorted.length - 1; i >= 0; i -= 1) {
    const base = sorted[i]?.marker.base;
    deepest[i] = i === sorted.length - 1 ? base : deeper(base, deepest[i + 1]);
  }
  return (ref) => {
    const above = firstWhere(sorted.length, (i) => compare((sorted[i] as ReplicaItem).marker.ref, ref) > 0);
    if (above === sorted.length) return false;
    const base = deepest[above];
    return base === undefined || compare(base, ref) < 0;
  };
}

/**
 * The reason that newer replicas give for an absent version that does not count as missing. A version that a base names
 * had its replica. A deeper one may never have had any: the replica that said so may be gone.
 */
export const absence = ({ id }: Ref, newer: readonly Marker[]): Absent =>
  newer.some(({ base }) => base?.id === id) ? 'removed-at-destination' : 'not-at-destination';

export interface Known {
  readonly kept: readonly ReplicaItem[];
  /** Versions that this plan copies, oldest first. */
  readonly missing: readonly Entry[];
  /** IDs of versions that cannot be copied now but may be some day. */
  readonly later: ReadonlySet<string>;
  readonly compare: Compare;
}

/**
 * Finds the base of a replica: the newest entry below it down to which nothing is unaccounted for. Such an entry has a
 * replica or is about to get one, and that replica says what is missing further down. Or it will never have one and was
 * listed for certain, and so was everything below it, down to the next replica. A young entry without a replica is passed
 * over: it may be known from an event alone, while the listing does not yet show the versions below it. A delete marker
 * above a version that may be copied some day is passed over too: it has no replica that says so.
 */
export function accountedBelow(
  { entries, settledBefore }: Observation,
  { kept, missing, later, compare }: Known,
): (ref: Ref) => Ref | undefined {
  const stands = new Set([...kept.map((item) => item.marker.ref.id), ...missing.map((entry) => entry.ref.id)]);
  const newest: (Ref | undefined)[] = [];
  for (const [i, { ref }] of entries.entries()) {
    const isBelowAccounted = i === 0 || newest[i - 1] === entries[i - 1]?.ref;
    // P9: A base names only entries with a replica, or entries that were seen to need none, like all down to the next
    // replica.
    const isAccounted = stands.has(ref.id) || (isBelowAccounted && ref.time < settledBefore && !later.has(ref.id));
    newest.push(isAccounted ? ref : newest[i - 1]);
  }
  return (ref) => newest[firstWhere(entries.length, (i) => compare((entries[i] as Entry).ref, ref) >= 0) - 1];
}

/** Returns a test of a replica: does one of these versions, oldest first, lie between its base and its source? */
export function isOpenBetween(open: readonly Entry[], compare: Compare): (marker: Marker) => boolean {
  return ({ ref, base }) => {
    const below = open[firstWhere(open.length, (i) => compare((open[i] as Entry).ref, ref) >= 0) - 1];
    return below !== undefined && (base === undefined || compare(base, below.ref) < 0);
  };
}

/** The first index at which `holds` is true, provided that it is false before and true from there on. */
function firstWhere(length: number, holds: (index: number) => boolean): number {
  let [from, to] = [0, length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
