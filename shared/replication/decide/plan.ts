import { lastAttempts, mayGo } from './last-attempts.ts';
import type { Compare, Entry, Observation, ReplicaItem, StackItem, Step } from '../types.ts';
import type { Ref } from '../../identity/index.ts';
import { togetherSteps } from './two-way.ts';
import { orderBy } from '../../identity/index.ts';
import { accountedBelow, coverageOf, isOpenBetween } from './bases.ts';

export type Plan =
  | { readonly kind: 'steps'; readonly steps: readonly Step[] }
  /** Restoring the order would rebuild more than `maxRaise` replicas; `count` says how many. */
  | { readonly kind: 'too-deep'; readonly count: number };

const isReplica = (item: StackItem): item is ReplicaItem => item.kind === 'replica';

/**
 * The steps after which the destination shows the observed versions of the source. No I/O, no clock, no randomness.
 * Steps are taken in order; if the run ends between two of them, a later look plans the rest. `excluded`: IDs of
 * entries that turned out not to be copied (gone, a replica, skipped, out of a tag's scope). `later`: those of them
 * that may be copied some day, because a rule may select them or a restore bring them back.
 *
 * The time grows no faster than n log n with the observed versions: a key may have a hundred thousand.
 */
export function plan(
  seen: Observation,
  excluded: ReadonlySet<string> = new Set(),
  later: ReadonlySet<string> = new Set(),
  maxRaise = 1000,
): Plan {
  const compare = orderBy(seen.sourceOrder);
  const entries = seen.entries.filter((entry) => !excluded.has(entry.ref.id));
  const { kept, surplus } = lastAttempts(seen.stack.filter(isReplica));
  const missing = missingVersions(seen, entries, kept, compare);
  const raise = raised(seen, entries, kept, missing, compare);
  if (raise.length > maxRaise) return { kind: 'too-deep', count: raise.length };

  const highest = highestOf(kept, compare);
  const inserted = missing.filter((entry) => highest !== undefined && compare(entry.ref, highest) < 0);
  const appended = entries.filter((entry) => highest === undefined || compare(entry.ref, highest) > 0);
  const baseOf = accountedBelow(seen, { kept, missing, later, compare });
  const isOpen = isOpenBetween(openGaps(entries, kept, missing), compare);

  const steps: Step[] = [
    // P14b: Nothing is removed before this.
    ...[
      ...raise.map((item) => ({
        ref: item.marker.ref,
        step: { kind: 'raise', item, base: isOpen(item.marker) ? item.marker.base : baseOf(item.marker.ref) } as Step,
      })),
      ...inserted.map((entry) => ({ ref: entry.ref, step: { kind: 'copy', entry, base: baseOf(entry.ref) } as Step })),
    ]
      .sort((a, b) => compare(a.ref, b.ref))
      .map(({ step }) => step),
    ...append(appended, new Set(missing), rebuilt(raise, inserted) ? 0 : markersOnTop(seen.stack, kept), baseOf),
    // P13: A replica is surplus only beside another one of its version, never because its version is gone.
    ...surplus
      .filter(({ item }) => mayGo(item))
      .map(({ item, keep }): Step => ({ kind: 'remove', item, reason: 'surplus', keep })),
    // P14: The old replicas are removed last, when the new ones are there.
    ...raise.filter(mayGo).map((item): Step => ({ kind: 'remove', item, reason: 'raised' })),
  ];
  const { together } = seen;
  return {
    kind: 'steps',
    steps: together === undefined ? steps : togetherSteps({ seen, together, entries, base: steps, compare }),
  };
}

/** The versions that `plan` would copy, judged only by their position in the listing. */
export function missingOf(seen: Observation, excluded: ReadonlySet<string>): readonly Entry[] {
  const entries = seen.entries.filter((entry) => !excluded.has(entry.ref.id));
  return missingVersions(seen, entries, lastAttempts(seen.stack.filter(isReplica)).kept, orderBy(seen.sourceOrder));
}

function highestOf(kept: readonly ReplicaItem[], compare: Compare): Ref | undefined {
  return kept
    .map((item) => item.marker.ref)
    .reduce<Ref | undefined>((a, b) => (a && compare(a, b) > 0 ? a : b), undefined);
}

function missingVersions(
  seen: Observation,
  entries: readonly Entry[],
  kept: readonly ReplicaItem[],
  compare: Compare,
): readonly Entry[] {
  const have = new Set(kept.map((item) => item.marker.ref.id));
  const highest = highestOf(kept, compare);
  const isGap = coverageOf(kept, compare);
  return entries.filter(({ ref, deleteMarker }) => {
    if (deleteMarker || have.has(ref.id)) return false;
    if (seen.hints.has(ref.id)) return true;
    if (seen.low !== undefined && compare(ref, seen.low) <= 0) return false;
    // P7b: Every version above the newest replica is missing.
    // P8: So is a version in a gap that a base left open.
    return highest === undefined || compare(ref, highest) > 0 || isGap(ref);
  });
}

/**
 * The replicas to copy on top again, oldest first: those in the wrong place, or above a version that has to go below
 * them.
 */
function raised(
  seen: Observation,
  entries: readonly Entry[],
  kept: readonly ReplicaItem[],
  missing: readonly Entry[],
  compare: Compare,
): readonly ReplicaItem[] {
  const reasons: Ref[] = [];
  const lowest = missing[0];
  if (lowest !== undefined) reasons.push(lowest.ref);
  let oldestAbove: Ref | undefined;
  for (const { marker } of kept) {
    if (oldestAbove !== undefined && compare(marker.ref, oldestAbove) > 0) reasons.push(marker.ref);
    if (oldestAbove === undefined || compare(marker.ref, oldestAbove) < 0) oldestAbove = marker.ref;
  }
  const hidden = hiddenCurrent(seen, entries, kept);
  // P22c: A DELETE of a killed run may have landed on top of the current version.
  if (hidden !== undefined) reasons.push(hidden);
  // P10: A replica in the wrong place, and all above it, are copied on top again.
  if (reasons.length === 0) return [];
  const cut = reasons.reduce((a, b) => (compare(a, b) <= 0 ? a : b));
  return kept
    .filter(({ marker }) => compare(marker.ref, cut) >= 0)
    .toSorted((a, b) => compare(a.marker.ref, b.marker.ref));
}

/** The current source version if its replica lies under a late delete marker of ours. */
function hiddenCurrent(seen: Observation, entries: readonly Entry[], kept: readonly ReplicaItem[]): Ref | undefined {
  const current = entries.at(-1);
  if (current === undefined || current.deleteMarker) return undefined;
  const replica = kept.find((item) => item.marker.ref.id === current.ref.id);
  if (replica === undefined) return undefined;
  const above = seen.stack.slice(0, seen.stack.indexOf(replica));
  const late = above.some(
    (item) => item.kind === 'delete-marker' && (seen.mine.has(item.versionId) || item.time >= seen.since),
  );
  return late ? current.ref : undefined;
}

const rebuilt = (raise: readonly ReplicaItem[], inserted: readonly Entry[]): boolean =>
  raise.length + inserted.length > 0;

/** The number of delete markers above all replicas. As many of the source's need no new one. */
function markersOnTop(stack: readonly StackItem[], kept: readonly ReplicaItem[]): number {
  const top = kept[0];
  const above = top === undefined ? stack : stack.slice(0, stack.indexOf(top));
  return above.filter((item) => item.kind === 'delete-marker').length;
}

function append(
  entries: readonly Entry[],
  missing: ReadonlySet<Entry>,
  markersThere: number,
  baseOf: (ref: Ref) => Ref | undefined,
): readonly Step[] {
  const steps: Step[] = [];
  let there = markersThere;
  for (const entry of entries) {
    if (!entry.deleteMarker) {
      if (!missing.has(entry)) continue;
      // P7: Versions are copied oldest first.
      steps.push({ kind: 'copy', entry, base: baseOf(entry.ref) });
      there = 0;
      continue;
    }
    // P12: An existing delete marker is counted, not made again.
    if (there > 0) {
      there -= 1;
      continue;
    }
    // P12b: A delete marker on top at the source is made at the destination.
    steps.push({ kind: 'mark', entry });
  }
  return steps;
}

/**
 * Versions below this look's floor that have no replica and are not being copied now. A replica that recorded one keeps
 * recording it when it is rebuilt, because nothing else says that it is missing.
 */
function openGaps(
  entries: readonly Entry[],
  kept: readonly ReplicaItem[],
  missing: readonly Entry[],
): readonly Entry[] {
  const have = new Set(kept.map((item) => item.marker.ref.id));
  const copied = new Set(missing);
  return entries.filter((entry) => !entry.deleteMarker && !have.has(entry.ref.id) && !copied.has(entry));
}
