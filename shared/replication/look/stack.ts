import type { ObjectHead, VersionEntry } from '../../cos/index.ts';
import { copiesAmong, isNull, latestTime, ownMarker, refOf, refOfEntry, refOfHead } from '../../identity/index.ts';
import { rankOf, type Rank, type Ref } from '../../identity/index.ts';
import { samePlace } from '../../cos/index.ts';
import { unreadable } from '../decide/skips.ts';
import { isHalt, LOOK_AGAIN, type Halt, type HandOver, type LookAgain } from '../halt.ts';
import type { Needs } from '../run/run.ts';
import { isOwn } from '../types.ts';
import type { ForeignItem, OwnItem, StackItem } from '../types.ts';
import { claimAt, ownItem } from './claim.ts';
import type { Peers } from './deletions.ts';
import { KeyListing } from '../run/listing.ts';
import { CLOCKS_APART_MS } from '../../durations/index.ts';

/** The parts of a run that reading the destination's stack needs: HEADs, and the writes of the run itself. */
export type StackReading = Needs<'deps' | 'work' | 'time' | 'heads' | 'books' | 'deeds' | 'memory'>;

/** How deep a look has to go. */
export interface Depth {
  /** Microseconds since 1970: replicas of older versions are not looked at. */
  readonly floor: number;
  /** ms since 1970: versions that were written from then on may come from late requests of a killed run. */
  readonly since: number;
}

export interface Stack {
  /** Newest first, down to the end of the look. */
  readonly stack: readonly StackItem[];
  /** Source of the replica at which the look stopped. */
  readonly low: Ref | undefined;
}

/**
 * Versions of the destination whose metadata is read at once. The batch grows, because most looks end at the first
 * version.
 */
const FIRST_BATCH = 1;
const LARGEST_BATCH = 16;

/**
 * The destination's stack, newest first, down to a replica that is older than the floor and was written before any run
 * was killed: a late request of a killed run may have put an old version on top of newer ones. It goes on while an
 * older version could bear the attempt ID of one already read, because of several with one ID only the oldest is ours.
 */
export async function readStack(
  run: StackReading,
  listed: KeyListing,
  { floor, since }: Depth,
  peers: Peers,
): Promise<Stack | Halt> {
  const items: StackItem[] = [];
  const written = await unlisted(run, listed);
  if (isHalt(written)) return written;
  const listing: (VersionEntry | StackItem)[] = [...written.toReversed(), ...stillThere(run, listed.entries)];
  let low: Ref | undefined;
  let earliest = Number.POSITIVE_INFINITY;
  let newest = peers.shared ? 0 : Number.POSITIVE_INFINITY;
  let size = FIRST_BATCH;
  for (let i = 0; i < listing.length || !listed.complete; size = Math.min(size * 2, LARGEST_BATCH)) {
    const over = run.time.over();
    if (over) return over;
    if (i >= listing.length) {
      const from = listed.entries.length;
      const halt = await listed.more();
      if (halt) return halt;
      const placed = new Set(written.map((item) => item.versionId));
      listing.push(...stillThere(run, listed.entries.slice(from)).filter((entry) => !placed.has(entry.versionId)));
      continue;
    }
    const batch = await Promise.all(listing.slice(i, i + size).map((entry) => readItem(run, entry, peers)));
    for (const item of batch) {
      if (isHalt(item)) return item;
      const isOld = item.time < Math.min(earliest, newest - CLOCKS_APART_MS);
      if (low !== undefined && isOld) return { stack: onlyOldest(run, items), low };
      items.push(item);
      i += 1;
      if (item.rank !== undefined) newest = Math.max(newest, item.rank.time / 1000);
      if (!isOwn(item)) continue;
      earliest = Math.min(earliest, item.marker.attempted);
      const isBelow = item.kind === 'replica' && latestTime(item.marker.ref) < floor;
      if (low === undefined && isBelow && item.time < since) low = item.marker.ref;
    }
  }
  return { stack: onlyOldest(run, items), low };
}

/**
 * Versions that this run wrote and the listing does not show, oldest first. Listings lag; but a user, or a run of
 * another source, may also have removed the version, so it is requested. A HEAD cannot request a delete marker.
 */
async function unlisted(
  { deeds, heads }: Needs<'deeds' | 'heads'>,
  listing: KeyListing,
): Promise<readonly StackItem[] | HandOver> {
  const first = deeds.written.reduce(
    (least, { versionId, time }) => Math.min(least, refOf(versionId, time, '').time),
    Number.POSITIVE_INFINITY,
  );
  const entries = await listing.until((oldest) => refOfEntry(oldest).time < first);
  if (isHalt(entries)) return entries;
  const shown = new Set(entries.map((entry) => entry.versionId));
  const items: StackItem[] = [];
  for (const item of deeds.written) {
    if (shown.has(item.versionId)) continue;
    if (item.kind === 'delete-marker' || (await heads.destination(item.versionId)).found) items.push(item);
  }
  return items;
}

/** Listings lag, answers do not. */
const stillThere = ({ deeds }: Needs<'deeds'>, entries: readonly VersionEntry[]): readonly VersionEntry[] =>
  entries.filter((entry) => !deeds.removed.has(entry.versionId));

async function readItem(
  run: StackReading,
  entry: VersionEntry | StackItem,
  peers?: Peers,
): Promise<StackItem | LookAgain> {
  if ('kind' in entry) return entry;
  const { versionId, lastModified: time } = entry;
  if (entry.deleteMarker) {
    const rank = peers?.ranks.get(versionId);
    return rank === undefined
      ? { versionId, time, kind: 'delete-marker', ...ownRank(run, refOfEntry(entry)) }
      : { versionId, time, kind: 'delete-marker', rank, recorded: true };
  }
  const known = knownItem(run, entry);
  if (known !== undefined) return known;
  const result = await run.heads.destination(versionId);
  if (!result.found) {
    // A user's link without a target is no replica, and every HEAD of it would fail.
    if (await run.heads.isDangling('destination', versionId))
      return { versionId, time, kind: 'foreign', ...ownRank(run, refOfEntry(entry)) };
    // P6: It was listed and is gone, so the listing is out of date.
    return LOOK_AGAIN;
  }
  run.heads.keep(result.head);
  const item = await classify(run, versionId, result.head);
  run.memory.items.set(nameOf(entry), item);
  return item;
}

const nameOf = ({ versionId, etag }: VersionEntry): string => `${versionId}/${etag}`;

/** A version that is known from an earlier look, or because this run wrote it. */
function knownItem({ deeds, memory }: Needs<'deeds' | 'memory'>, entry: VersionEntry): StackItem | undefined {
  const { versionId } = entry;
  const written = isNull(versionId) ? undefined : deeds.writtenAs(versionId);
  return written ?? memory.items.get(nameOf(entry));
}

/** Whether another version of this key bears the same attempt ID now, which only a user's copy can. */
export async function isCopied(run: StackReading, item: OwnItem): Promise<boolean | Halt> {
  const listing = await KeyListing.open(run, 'destination');
  if (isHalt(listing)) return listing;
  const below = (entry: VersionEntry): boolean => entry.versionId === item.versionId;
  const listed = await listing.until(() => listing.entries.some(below));
  if (isHalt(listed)) return listed;
  const at = listed.findIndex(below);
  for (const entry of stillThere(run, at === -1 ? listed : listed.slice(0, at))) {
    const other = await readItem(run, entry);
    if (isHalt(other)) return other;
    if (isOwn(other) && other.marker.id === item.marker.id) return true;
  }
  return false;
}

async function classify(
  run: Needs<'deps' | 'work' | 'books'>,
  versionId: string,
  head: ObjectHead,
): Promise<OwnItem | ForeignItem> {
  const claim = isNull(versionId) ? undefined : await claimAt(run, head, 'destination');
  // Written while versioning was off: the next write replaces it, so it is no replica.
  const marker = claim && ownMarker(claim);
  // Where replication is one-way, replicas of another source are not touched.
  if (marker === undefined || (!samePlace(marker.source, run.work.source) && run.books.destination === undefined))
    return { versionId, time: head.lastModified, kind: 'foreign', ...ownRank(run, refOfHead(head)) };
  const item = ownItem(run, { versionId, time: head.lastModified }, marker);
  return unreadable(head) === undefined ? item : { ...item, unreadable: true };
}

/** The rank of a write by the destination's own users. It matters only where their writes are replicated too. */
const ownRank = ({ books, work }: Needs<'books' | 'work'>, ref: Ref): { rank?: Rank } =>
  books.destination === undefined ? {} : { rank: rankOf(ref, work.destination.bucket) };

/** A user's copy of a replica carries its marker along. It is an ordinary object above the original. */
function onlyOldest(run: Needs<'books' | 'work'>, items: readonly StackItem[]): readonly StackItem[] {
  const { copies, originals } = copiesAmong(items.map((item) => (isOwn(item) ? item.marker.id : undefined)));
  return items.map((item, index) => {
    // P17: Of several versions that bear one attempt only the oldest is ours.
    if (copies.has(index)) {
      const { versionId, time } = item;
      return { versionId, time, kind: 'foreign', ...ownRank(run, refOf(versionId, time, '')) };
    }
    return originals.has(index) && isOwn(item) ? { ...item, vouches: true } : item;
  });
}
