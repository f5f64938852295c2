import type { HeadResult } from '../../cos/index.ts';
import { latestTime, listedId, refOfEntry, timeOfVersionId, type Ref } from '../../identity/index.ts';
import { governing } from '../decide/scope.ts';
import { isHalt, type Halt } from '../halt.ts';
import type { Needs } from '../run/run.ts';
import type { Entry, Observation, StackItem } from '../types.ts';
import { readPeers, togetherOf, type Peers } from './deletions.ts';
import { hintsOf, historyOf, isDoubtful } from './history.ts';
import { KeyListing } from '../run/listing.ts';
import { withoutUnlike } from './same-second.ts';
import { readStack, type Depth, type StackReading } from './stack.ts';

export interface Look extends Observation {
  /** The listing lacks something that is known to exist: it lags, and has to be read again when it has settled. */
  readonly doubtful: boolean;
}

/**
 * Reads the key's history on both sides, as deep as the work asks for. `current` is the source's HEAD. `listings` are
 * given if both sides have already been listed.
 */
export async function observe(
  run: StackReading,
  current: HeadResult,
  depth: Depth,
  listings?: readonly [KeyListing, KeyListing],
  reread = false,
): Promise<Look | Halt> {
  const { work, books, deeds } = run;
  const [source, destination] =
    listings ?? (await Promise.all([KeyListing.open(run, 'source'), KeyListing.open(run, 'destination')]));
  if (isHalt(source)) return source;
  if (isHalt(destination)) return destination;
  const peers = await readPeers(run, source, destination);
  if (isHalt(peers)) return peers;
  const read = await readStack(run, destination, depth, peers);
  if (isHalt(read)) return read;
  const { stack, low } = read;
  const together = books.destination && togetherOf(run, peers, stack, destination);
  const isTopShown = together === undefined || (await isOnTop(run, stack[0]));
  // P6b: A version that was put on top between two pages is on neither of them. A listing that lags is not read for ever.
  if (!isTopShown && destination.isPaged && !reread) return observe(run, current, depth, undefined, true);
  const settled = together === undefined || (together.settled && isTopShown);
  const deepest = depthOf(run, stack, low);
  const listed = await source.until((oldest) => latestTime(refOfEntry(oldest)) < deepest);
  if (isHalt(listed)) return listed;
  const history = await historyOf(run, listed, current);
  const alike = await withoutUnlike(run, current, stack, history);
  const made = deeds.written.filter((item) => item.kind === 'delete-marker').map((item) => item.versionId);
  return {
    entries: history.filter((entry) => governing(work.rules, entry) !== undefined && !isBrought(entry, peers)),
    sourceOrder: history.map((entry) => entry.ref),
    settledBefore: (current.date - run.deps.settings.settleMs) * 1000,
    stack: alike.stack,
    low,
    hints: hintsOf(run, listed, history, alike.id),
    // Where others write too, a record says which deletion a late delete marker stands for, so nothing is guessed.
    ...(together
      ? {
          mine: new Set<string>(),
          since: Number.POSITIVE_INFINITY,
          together: { ...together, settled },
        }
      : { mine: new Set(made), since: depth.since }),
    doubtful:
      !settled ||
      peers.unsureSince.source < Number.POSITIVE_INFINITY ||
      (await isDoubtful(run, listed, history, current)),
  };
}

/** Delete markers that replication made at the source, or may have made: like replicas they are not passed on. */
// P33b: Nor are delete markers of ours.
const isBrought = ({ ref, versionId, deleteMarker }: Entry, { madeAtSource, unsureSince }: Peers): boolean =>
  deleteMarker && (madeAtSource.has(versionId) || ref.time / 1000 >= unsureSince.source);

/** Whether a reader gets the top of the listing. If not, the listing lags, or somebody has written since. */
async function isOnTop({ heads }: Needs<'heads'>, top: StackItem | undefined): Promise<boolean> {
  const current = await heads.destination();
  if (!current.found) {
    if (top === undefined) return true;
    // A 404 need not name the delete marker.
    if (top.kind === 'delete-marker') return (current.versionId ?? top.versionId) === top.versionId;
    return heads.isDangling('destination', top.versionId);
  }
  return top?.versionId === listedId(current.head.versionId);
}

/**
 * How deep the source's history matters, in microseconds since 1970: down to the depth of the stack, to the named
 * versions, and to the bases, below which a replica says nothing about gaps.
 */
function depthOf({ work }: Needs<'work'>, stack: readonly StackItem[], low: Ref | undefined): number {
  const replicas = stack.flatMap((item) => (item.kind === 'replica' ? [item.marker] : []));
  // A restored version can be of any age.
  if (replicas.length === 0 || (work.clue !== undefined && work.clue.time === undefined)) return 0;
  return earliest([
    ...(low === undefined ? [] : [low.time]),
    ...work.hints.map((hint) => timeOfVersionId(hint) ?? 0),
    ...replicas.flatMap(({ ref, base }) => [ref.time, base?.time ?? 0]),
  ]);
}

/** Infinity when there are none. Not spread as arguments, because a key may have more versions than a call accepts. */
const earliest = (times: readonly number[]): number => times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
