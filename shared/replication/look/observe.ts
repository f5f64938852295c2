import type { HeadResult, ObjectHead, VersionEntry } from '../../cos/index.ts';
import { unreadable } from '../act/attributes.ts';
import { KeyListing } from './listing.ts';
import { copiesAmong, ownMarker } from '../../identity/index.ts';
import { readPeers, togetherOf, type Peers } from './deletions.ts';
import { rankOf, type Rank } from '../../identity/index.ts';
import { governing } from '../decide/scope.ts';
import { withoutUnlike } from './same-second.ts';
import type { Session } from '../session.ts';
import { isOwn } from '../types.ts';
import type { Entry, ForeignItem, Observation, OwnItem, StackItem } from '../types.ts';
import type { Ref } from '../../identity/index.ts';
import { isNull, latestTime, refOf, refOfEntry, refOfHead, timeOfVersionId } from '../../identity/index.ts';

/** Versions of the destination whose metadata is read at once; grows, because most looks end at the first. */
const FIRST_BATCH = 1;
const LARGEST_BATCH = 16;
/** An event's time is that of the request, in whole seconds; the version it made is not older than this, in ms. */
export const EVENT_SLACK_MS = 2000;
/** ms by which the clocks of two regions may differ: a replica may seem older than the write it stands for. */
const CLOCKS_APART_MS = 60_000;

/** Something that a listing showed was gone when asked for: the look has to start again. */
export class LookAgain extends Error {}

export interface Look extends Observation {
  /** The listing does not show all that is known to be there: it lags, and has to be read again when it has settled. */
  readonly doubtful: boolean;
}

/**
 * Reads the key's history on both sides, as deep as the work asks for. `current` is the source's HEAD; `listings` are given
 * where both sides have been listed already.
 */
export async function observe(
  session: Session,
  current: HeadResult,
  { floor, since }: { readonly floor: number; readonly since: number },
  listings: Promise<readonly [KeyListing, KeyListing]> = Promise.all([
    KeyListing.open(session, 'source'),
    KeyListing.open(session, 'destination'),
  ]),
): Promise<Look> {
  const { work } = session;
  const [source, destination] = await listings;
  const peers = await readPeers(session, source, destination);
  const { stack, low } = await readStack(session, destination, { floor, since }, peers);
  const depth = depthOf(session, stack, low);
  const together = peers.shared ? togetherOf(session, peers, stack, destination) : undefined;
  const settled = together === undefined || (together.settled && (await isOnTop(session, stack[0])));
  const listed = await source.until((oldest) => latestTime(refOfEntry(oldest)) < depth);
  const history = await historyOf(session, listed, current);
  for (const entry of history) session.seen.add(entry.ref.id);
  const alike = await withoutUnlike(session, stack, history);
  return {
    entries: history.filter((entry) => governing(work.rules, entry) !== undefined && !isBrought(entry, peers)),
    sourceOrder: history.map((entry) => entry.ref),
    settledBefore: (current.date - session.deps.settings.settleMs) * 1000,
    stack: alike.stack,
    low,
    hints: hintsOf(session, listed, history, alike.id),
    // What a late delete marker stands for is on record where others write too, so nothing has to be guessed.
    ...(together
      ? {
          mine: new Set<string>(),
          since: Number.POSITIVE_INFINITY,
          together: { ...together, settled },
        }
      : { mine: session.mine, since }),
    doubtful:
      !settled ||
      peers.unsureSince.source < Number.POSITIVE_INFINITY ||
      (await isDoubtful(session, listed, history, current)),
  };
}

/** Delete markers that replication brought to the source, or may have: like replicas they are not passed on. */
const isBrought = ({ ref, versionId, deleteMarker }: Entry, { madeAtSource, unsureSince }: Peers): boolean =>
  deleteMarker && (madeAtSource.has(versionId) || ref.time / 1000 >= unsureSince.source);

/** Whether what the listing has on top is what a reader gets; if not, the listing lags, or somebody wrote meanwhile. */
async function isOnTop(session: Session, top: StackItem | undefined): Promise<boolean> {
  const current = await session.headDestination();
  if (!current.found)
    return (
      top === undefined || top.kind === 'delete-marker' || (await session.isDangling('destination', top.versionId))
    );
  return top?.versionId === (current.head.versionId ?? 'null');
}

/**
 * How deep the source's history matters, in microseconds since 1970: down to what the stack was looked at for, to the
 * versions that were named, and to the bases, below which a replica says nothing about gaps.
 */
function depthOf({ work }: Session, stack: readonly StackItem[], low: Ref | undefined): number {
  const replicas = stack.flatMap((item) => (item.kind === 'replica' ? [item.marker] : []));
  // What was restored may be of any age.
  if (replicas.length === 0 || (work.clue !== undefined && work.clue.time === undefined)) return 0;
  return earliest([
    ...(low === undefined ? [] : [low.time]),
    ...work.hints.map((hint) => timeOfVersionId(hint) ?? 0),
    ...replicas.flatMap(({ ref, base }) => [ref.time, base?.time ?? 0]),
  ]);
}

/** Infinity: there are none. A key has more versions than a call has room for arguments. */
const earliest = (times: readonly number[]): number => times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);

/**
 * Oldest first, with what is current marked; what the listing lacks but is known by name is added in its place, because
 * listings lag.
 */
async function historyOf(
  session: Session,
  listed: readonly VersionEntry[],
  current: HeadResult,
): Promise<readonly Entry[]> {
  const entries: Entry[] = listed
    .map((entry) => ({ ref: refOfEntry(entry), versionId: entry.versionId, deleteMarker: entry.deleteMarker }))
    .toReversed();
  const add = (head: ObjectHead, latest: (ref: Ref) => number): void => {
    const ref = refOfHead(head);
    if (entries.some((entry) => entry.ref.id === ref.id)) return;
    const above = entries.findIndex((entry) => entry.ref.time > latest(ref));
    const entry = { ref, versionId: head.versionId ?? 'null', deleteMarker: false };
    entries.splice(above === -1 ? entries.length : above, 0, entry);
  };
  // Its time may be cut to the second; what is current is above all that the listing has of that second.
  if (current.found) add(current.head, latestTime);
  for (const hint of session.work.hints) {
    if (entries.some((entry) => entry.versionId === hint)) continue;
    const result = await session.headSource(hint);
    if (result.found) add(result.head, (ref) => ref.time);
  }
  // Listings lag: only an answer to a HEAD tells what is current, and that there is no delete marker above it.
  const shown = current.found ? refOfHead(current.head).id : undefined;
  return entries.map((entry) => (entry.ref.id === shown ? { ...entry, current: true } : entry));
}

/**
 * Whether something that should be in the listing is not: a delete marker that an event named (a HEAD cannot ask for
 * one), or the current version that a HEAD showed. After the settle time it has been deleted, not delayed.
 */
async function isDoubtful(
  session: Session,
  listed: readonly VersionEntry[],
  history: readonly Entry[],
  current: HeadResult,
): Promise<boolean> {
  const { hints, clue } = session.work;
  const youngest = session.deps.now() - session.deps.settings.settleMs;
  const newest = listed[0];
  const isShown = current.found
    ? newest?.versionId === (current.head.versionId ?? 'null')
    : newest?.deleteMarker !== false || (await session.isDangling('source', newest.versionId));
  if (!isShown) return true;
  const unknown = hints.filter((hint) => !history.some((entry) => entry.versionId === hint));
  if (unknown.some((hint) => (timeOfVersionId(hint) ?? 0) / 1000 > youngest)) return true;
  const { time } = clue ?? {};
  if (time === undefined || time <= youngest) return false;
  return !listed.some((entry) => entry.lastModified >= time - EVENT_SLACK_MS);
}

/**
 * IDs that the event meant: by name, or, where it names none, every version that fits what it says. `unlike`: one that a
 * replica seemed to be of and is not, so that whatever lies above it says nothing about it.
 */
function hintsOf(
  session: Session,
  listed: readonly VersionEntry[],
  history: readonly Entry[],
  unlike: string | undefined,
): ReadonlySet<string> {
  const { hints, clue } = session.work;
  const ids = history
    .filter((entry) => hints.includes(entry.versionId) || entry.ref.id === unlike)
    .map((entry) => entry.ref.id);
  if (clue?.etag === undefined) return new Set(ids);
  const fits = listed.filter(
    (entry) =>
      entry.etag === clue.etag &&
      (clue.size === undefined || entry.size === clue.size) &&
      (clue.time === undefined || entry.lastModified >= clue.time - EVENT_SLACK_MS),
  );
  return new Set([...ids, ...fits.map((entry) => refOfEntry(entry).id)]);
}

/**
 * The destination's stack, newest first, until a replica older than the floor that was not written since a run broke off:
 * a late request of that run may have put an old version on top of newer ones. Goes on past it while an older version
 * could bear the attempt ID of one already read: of several with one ID only the oldest is ours.
 */
async function readStack(
  session: Session,
  listed: KeyListing,
  { floor, since }: { readonly floor: number; readonly since: number },
  peers: Peers,
): Promise<{ stack: readonly StackItem[]; low: Ref | undefined }> {
  const items: StackItem[] = [];
  const written = await unlisted(session, listed);
  const listing: (VersionEntry | StackItem)[] = [...written.toReversed(), ...stillThere(session, listed.entries)];
  let low: Ref | undefined;
  let earliest = Number.POSITIVE_INFINITY;
  let newest = peers.shared ? 0 : Number.POSITIVE_INFINITY;
  let size = FIRST_BATCH;
  for (let i = 0; i < listing.length || !listed.complete; size = Math.min(size * 2, LARGEST_BATCH)) {
    session.checkTime();
    if (i >= listing.length) {
      const from = listed.entries.length;
      await listed.more();
      const placed = new Set(written.map((item) => item.versionId));
      listing.push(...stillThere(session, listed.entries.slice(from)).filter((entry) => !placed.has(entry.versionId)));
      continue;
    }
    const batch = await Promise.all(listing.slice(i, i + size).map((entry) => readItem(session, entry, peers)));
    for (const item of batch) {
      const isOld = item.time < Math.min(earliest, newest - CLOCKS_APART_MS);
      if (low !== undefined && isOld) return { stack: onlyOldest(session, items), low };
      items.push(item);
      i += 1;
      if (item.rank !== undefined) newest = Math.max(newest, item.rank.time / 1000);
      if (!isOwn(item)) continue;
      earliest = Math.min(earliest, item.marker.attempted);
      const isBelow = item.kind === 'replica' && latestTime(item.marker.ref) < floor;
      if (low === undefined && isBelow && item.time < since) low = item.marker.ref;
    }
  }
  return { stack: onlyOldest(session, items), low };
}

/**
 * What this run wrote and the listing does not show, oldest first. Listings lag; but it may have been removed meanwhile,
 * by a user or by a run from another source, so it is asked for. A HEAD cannot ask for a delete marker.
 */
async function unlisted(session: Session, listing: KeyListing): Promise<readonly StackItem[]> {
  const first = earliest(session.written.map(({ versionId, time }) => refOf(versionId, time, '').time));
  const entries = await listing.until((oldest) => refOfEntry(oldest).time < first);
  const shown = new Set(entries.map((entry) => entry.versionId));
  const items: StackItem[] = [];
  for (const item of session.written) {
    if (shown.has(item.versionId)) continue;
    if (item.kind === 'delete-marker' || (await session.headDestination(item.versionId)).found) items.push(item);
  }
  return items;
}

/** Listings lag, answers do not. */
const stillThere = (session: Session, entries: readonly VersionEntry[]): readonly VersionEntry[] =>
  entries.filter((entry) => !session.removed.has(entry.versionId));

async function readItem(session: Session, entry: VersionEntry | StackItem, peers?: Peers): Promise<StackItem> {
  if ('kind' in entry) return entry;
  const { versionId, lastModified: time } = entry;
  if (entry.deleteMarker) {
    const rank = peers?.ranks.get(versionId);
    return { versionId, time, kind: 'delete-marker', ...(rank ? { rank } : ownRank(session, refOfEntry(entry))) };
  }
  const known = session.knownItem(versionId, entry.etag);
  if (known !== undefined) return known;
  const result = await session.headDestination(versionId);
  if (!result.found) {
    // A user's link that leads nowhere is no replica and would be missed by every HEAD.
    if (await session.isDangling('destination', versionId))
      return { versionId, time, kind: 'foreign', ...ownRank(session, refOfEntry(entry)) };
    throw new LookAgain();
  }
  session.keepHead(result.head);
  const item = await classify(session, versionId, result.head);
  session.known.set(`${versionId}/${entry.etag}`, item);
  return item;
}

/** Whether another version of this key bears the same attempt ID at this moment, which only a user's copy can. */
export async function isCopied(session: Session, item: OwnItem): Promise<boolean> {
  const listing = await KeyListing.open(session, 'destination');
  const below = (entry: VersionEntry): boolean => entry.versionId === item.versionId;
  const listed = await listing.until(() => listing.entries.some(below));
  const at = listed.findIndex(below);
  for (const entry of stillThere(session, at === -1 ? listed : listed.slice(0, at))) {
    const other = await readItem(session, entry);
    if (isOwn(other) && other.marker.id === item.marker.id) return true;
  }
  return false;
}

async function classify(session: Session, versionId: string, head: ObjectHead): Promise<StackItem> {
  const claim = isNull(versionId) ? undefined : await session.claimOf(head, 'destination');
  // Written while versioning was off: the next write takes its place, so it is no replica.
  const marker = claim && ownMarker(claim);
  // Where only one way leads here, what came from another source is not ours to look after.
  if (marker === undefined || (!session.isOfSource(marker.source) && session.marks === undefined))
    return foreignItem(session, versionId, head);
  const item = session.itemOf(versionId, head.lastModified, marker);
  return unreadable(head) === undefined ? item : { ...item, unreadable: true };
}

const foreignItem = (session: Session, versionId: string, head: ObjectHead): ForeignItem => ({
  versionId,
  time: head.lastModified,
  kind: 'foreign',
  ...ownRank(session, refOfHead(head)),
});

/** Of what the destination's own users wrote; of interest only where their writes are replicated too. */
const ownRank = ({ marks, work }: Session, ref: Ref): { rank?: Rank } =>
  marks === undefined ? {} : { rank: rankOf(ref, work.destination.bucket) };

/** A user's copy of a replica carries its marker along; it is an ordinary object and stands above the original. */
function onlyOldest(session: Session, items: readonly StackItem[]): readonly StackItem[] {
  const { copies, originals } = copiesAmong(items.map((item) => (isOwn(item) ? item.marker.id : undefined)));
  return items.map((item, index) => {
    if (copies.has(index)) {
      const { versionId, time } = item;
      return { versionId, time, kind: 'foreign', ...ownRank(session, refOf(versionId, time, '')) };
    }
    return originals.has(index) && isOwn(item) ? { ...item, vouches: true } : item;
  });
}
