import { compareRanks, rankOf, sameRank, type Rank } from '../../identity/index.ts';
import { isOwn } from '../types.ts';
import type { Entry, ObjectItem, Observation, StackItem, Step, Together } from '../types.ts';
import type { Ref } from '../../identity/index.ts';
import { lastAttempts, mayGo } from './last-attempts.ts';

export interface TogetherLook {
  readonly seen: Observation;
  readonly together: Together;
  /** Entries of the source, without those that are not replicated. */
  readonly entries: readonly Entry[];
  /** The steps that copy the source's versions. */
  readonly base: readonly Step[];
  /** Order of the source's versions, older first. */
  readonly compare: (a: Ref, b: Ref) => number;
}

/**
 * The steps at a destination that is also a source, after which the newest write of all buckets is on top. Replication
 * is two-way there, and a late write from one side must not hide a newer one of the other.
 *
 * Every bucket reaches the same result, because each write has one rank wherever it is seen.
 */
export function togetherSteps(look: TogetherLook): readonly Step[] {
  const { seen, base } = look;
  // A delete marker that is not on top has no content, so it is made only when it is the newest write of all.
  // P34: A delete marker is made only where it is the newest write of all.
  const writes = base.filter(({ kind }) => kind === 'copy' || kind === 'raise');
  const removals = [...base.filter(({ kind }) => kind === 'remove'), ...surplusOfOthers(seen.stack)];
  const gone = new Set<StackItem | undefined>(removals.map((step) => (step.kind === 'remove' ? step.item : undefined)));
  const left = seen.stack.filter((item) => !gone.has(item));
  return [...writes, ...(look.together.settled ? onTop(look, writes, left) : []), ...removals];
}

function onTop(look: TogetherLook, writes: readonly Step[], stack: readonly StackItem[]): readonly Step[] {
  const newest = newestOf(candidates(look, writes, stack));
  if (newest === undefined) return [];
  const { item, rank } = newest;
  const last = writes.at(-1);
  if (newest.deleteMarker) {
    const [first] = stack;
    if (last !== undefined || first?.kind !== 'delete-marker') return [{ kind: 'hide', rank }];
    const isOlder = first.recorded && first.rank !== undefined && compareRanks(first.rank, rank) < 0;
    // P36c: Whoever takes back the delete marker takes back this deletion with it.
    return isOlder ? [{ kind: 'stand', item: first, rank }] : [];
  }
  const top = last === undefined ? stack[0]?.rank : rankOfWrite(look, last);
  if ((top !== undefined && sameRank(top, rank)) || item === undefined) return [];
  // P34b: The newest write of all ends on top, whoever wrote it.
  if (!isOwn(item)) return [{ kind: 'lift', item }];
  const raise: Step = { kind: 'raise', item, base: item.marker.base };
  return mayGo(item) ? [raise, { kind: 'remove', item, reason: 'raised' }] : [raise];
}

interface Candidate {
  readonly rank: Rank;
  readonly deleteMarker: boolean;
  /** The object's version at the destination; undefined when it is still to be written. */
  readonly item?: ObjectItem;
}

/** If one write is there several times, its newest position comes first. */
function candidates(look: TogetherLook, writes: readonly Step[], stack: readonly StackItem[]): readonly Candidate[] {
  const { together, entries, compare } = look;
  const ranked = (ref: Ref, deleteMarker: boolean, item?: ObjectItem): Own => {
    const candidate = { rank: rankOf(ref, together.source), deleteMarker, ref };
    return item === undefined ? candidate : { ...candidate, item };
  };
  const own = [
    ...writes.flatMap((step) => ownRef(step)).map((ref) => ranked(ref, false)),
    ...stack.flatMap((item) => (item.kind === 'replica' ? [ranked(item.marker.ref, false, item)] : [])),
    ...entries.filter(({ deleteMarker }) => deleteMarker).map(({ ref }) => ranked(ref, true)),
  ].filter(({ rank, deleteMarker }) => !deleteMarker || !isUndone(together, rank));
  // The listing gives the source's own order: the times of its `null` versions are not exact.
  const newest = own.reduce<Own | undefined>((a, b) => (a && compare(a.ref, b.ref) >= 0 ? a : b), undefined);
  // A deletion older than the one that was taken back counts if it still hides the key: the user left it so.
  const shown = stack.findIndex((item) => item.kind !== 'delete-marker');
  const others = stack.flatMap((item, i) => {
    const { rank } = item;
    if (rank === undefined || item.kind === 'replica') return [];
    if (item.kind !== 'delete-marker') return [{ rank, deleteMarker: false, item }];
    const isTakenBack = shown !== -1 && i > shown && isUndone(together, rank);
    return isTakenBack ? [] : [{ rank, deleteMarker: true }];
  });
  return newest === undefined ? others : [newest, ...others];
}

/** A user who takes back a deletion takes back older ones too, because they cannot be taken back one by one. */
// P36b: So older deletions stay taken back.
const isUndone = ({ undone }: Together, rank: Rank): boolean => undone.some((one) => compareRanks(rank, one) <= 0);

type Own = Candidate & { readonly ref: Ref };

/** The source version that a step brings on top, if any. */
function ownRef(step: Step): readonly Ref[] {
  if (step.kind === 'copy') return [step.entry.ref];
  return step.kind === 'raise' ? [step.item.marker.ref] : [];
}

function rankOfWrite({ together }: TogetherLook, step: Step): Rank | undefined {
  const [ref] = ownRef(step);
  return ref === undefined ? undefined : rankOf(ref, together.source);
}

const newestOf = (all: readonly Candidate[]): Candidate | undefined =>
  all.reduce<Candidate | undefined>((a, b) => (a && compareRanks(a.rank, b.rank) >= 0 ? a : b), undefined);

/** Replicas from third buckets that were copied on top twice, by two runs at once or by one that was then killed. */
function surplusOfOthers(stack: readonly StackItem[]): readonly Step[] {
  // P15b: By the same rule as replicas of the source itself.
  const { surplus } = lastAttempts(stack.filter((item) => item.kind === 'other'));
  return surplus
    .filter(({ item }) => mayGo(item))
    .map(({ item, keep }): Step => ({ kind: 'remove', item, reason: 'surplus', keep }));
}
