import { compareRanks, formatRank, rankOf, sameRank, type Rank } from './rank.ts';
import type { Entry, Observation, StackItem, Step, Together } from './types.ts';

/**
 * What else has to be done at a destination that is a source as well, so that the newest write of all buckets ends on top:
 * replication goes both ways there, and what comes late from one side must not hide what is newer on the other. `base`:
 * the steps that bring in the source's versions; `entries`: of the source, less those that are not replicated.
 *
 * Every bucket comes to the same answer, because each write has one rank wherever it is seen.
 */
export function togetherSteps(
  seen: Observation,
  together: Together,
  entries: readonly Entry[],
  base: readonly Step[],
): readonly Step[] {
  // A delete marker that is not on top carries nothing, so it is made only when it is the newest write of all.
  const writes = base.filter(({ kind }) => kind === 'copy' || kind === 'raise');
  const removals = [...base.filter(({ kind }) => kind === 'remove'), ...surplusOfOthers(seen.stack)];
  const gone = new Set(removals.map((step) => (step.kind === 'remove' ? step.item : undefined)));
  const left = seen.stack.filter((item) => !gone.has(item));
  return [...writes, ...onTop(together, entries, writes, left), ...removals];
}

function onTop(
  together: Together,
  entries: readonly Entry[],
  writes: readonly Step[],
  stack: readonly StackItem[],
): readonly Step[] {
  const newest = newestOf(candidates(together, entries, writes, stack));
  if (newest === undefined) return [];
  const { item, rank } = newest;
  const last = writes.at(-1);
  if (newest.deleteMarker) {
    return last === undefined && stack[0]?.kind === 'marker' ? [] : [{ kind: 'hide', rank }];
  }
  const top = last === undefined ? stack[0]?.rank : rankOfWrite(together, last);
  if ((top !== undefined && sameRank(top, rank)) || item === undefined) return [];
  if (item.marker === undefined) return [{ kind: 'lift', item }];
  const raise: Step = { kind: 'raise', item, base: item.marker.base };
  return item.vouches === true ? [raise] : [raise, { kind: 'remove', item, reason: 'raised' }];
}

interface Candidate {
  readonly rank: Rank;
  readonly deleteMarker: boolean;
  /** Where it stands at the destination; undefined when it is still to be written. */
  readonly item?: StackItem;
}

/** Newest place first where one write stands in several. */
function candidates(
  together: Together,
  entries: readonly Entry[],
  writes: readonly Step[],
  stack: readonly StackItem[],
): readonly Candidate[] {
  const undone = (rank: Rank): boolean => together.undone.has(formatRank(rank));
  const written = writes.flatMap((step) => {
    const rank = rankOfWrite(together, step);
    return rank === undefined ? [] : [{ rank, deleteMarker: false }];
  });
  const there = stack.flatMap((item) => {
    const deleteMarker = item.kind === 'marker';
    if (item.rank === undefined || (deleteMarker && undone(item.rank))) return [];
    return [{ rank: item.rank, deleteMarker, item }];
  });
  const deleted = entries
    .filter(({ deleteMarker }) => deleteMarker)
    .map(({ ref }) => ({ rank: rankOf(ref, together.source), deleteMarker: true }))
    .filter(({ rank }) => !undone(rank));
  return [...written, ...there, ...deleted];
}

function rankOfWrite({ source }: Together, step: Step): Rank | undefined {
  if (step.kind === 'copy') return rankOf(step.entry.ref, source);
  return step.kind === 'raise' ? step.item.rank : undefined;
}

const newestOf = (all: readonly Candidate[]): Candidate | undefined =>
  all.reduce<Candidate | undefined>((a, b) => (a && compareRanks(a.rank, b.rank) >= 0 ? a : b), undefined);

/** Replicas from third buckets that were brought on top again, by two runs at once or by one that then broke off. */
function surplusOfOthers(stack: readonly StackItem[]): readonly Step[] {
  const seen = new Set<string>();
  const steps: Step[] = [];
  for (const item of stack) {
    if (item.kind !== 'other' || item.marker === undefined) continue;
    const id = `${item.marker.source.bucket}/${item.marker.ref.id}`;
    if (seen.has(id) && item.vouches !== true) steps.push({ kind: 'remove', item, reason: 'surplus' });
    seen.add(id);
  }
  return steps;
}
