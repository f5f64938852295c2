import type { HeadResult, ObjectHead, Place, VersionEntry } from '../cos/index.ts';
import { claimOf, isIntact, landedInTime } from './marker.ts';
import { governing } from './scope.ts';
import type { Session } from './session.ts';
import type { Entry, Observation, Ref, StackItem } from './types.ts';
import { latestTime, refOfEntry, refOfHead, timeOfVersionId } from './version.ts';

const PAGE = 200;
/** Versions of the destination whose metadata is read at once; grows, because most looks end at the first. */
const FIRST_BATCH = 1;
const LARGEST_BATCH = 16;
/** An event's time is that of the request, in whole seconds; the version it made is not older than this, in ms. */
export const EVENT_SLACK_MS = 2000;

/** Something that a listing showed was gone when asked for: the look has to start again. */
export class LookAgain extends Error {}

export interface Look extends Observation {
  /** The listing does not show all that is known to be there: it lags, and has to be read again when it has settled. */
  readonly doubtful: boolean;
}

/** Reads the key's history on both sides, as deep as the work asks for. `current` is the source's HEAD. */
export async function observe(
  session: Session,
  current: HeadResult,
  { floor, since }: { readonly floor: number; readonly since: number },
): Promise<Look> {
  const { work } = session;
  const [listed, stackList] = await Promise.all([
    session.at('source', () => versionsOf(session, work.source)),
    session.at('destination', () => versionsOf(session, work.destination)),
  ]);
  const history = await withUnlisted(session, listed, current);
  for (const entry of history) session.seen.add(entry.ref.id);
  const { stack, low } = await readStack(session, stackList, floor);
  return {
    entries: history.filter((entry) => governing(work.rules, entry) !== undefined),
    sourceOrder: history.map((entry) => entry.ref),
    stack,
    low,
    hints: hintsOf(session, listed, history),
    mine: session.mine,
    since,
    doubtful: isDoubtful(session, listed, history, current),
  };
}

/** All versions and delete markers of exactly this key, newest first. */
export async function versionsOf(session: Session, place: Place): Promise<readonly VersionEntry[]> {
  const { key } = session.work;
  const versions: VersionEntry[] = [];
  let next: { keyMarker: string; versionIdMarker: string } | undefined;
  do {
    session.checkTime();
    const page = await session.deps.cos.listVersions(place, { prefix: key, maxKeys: PAGE, ...next });
    // Keys come in order and the key itself is the first with this prefix.
    const own = page.entries.filter((entry) => entry.key === key);
    versions.push(...own);
    next = own.length === page.entries.length ? page.next : undefined;
  } while (next !== undefined);
  return versions;
}

/** Oldest first; what the listing lacks but is known by name is added in its place, because listings lag. */
async function withUnlisted(
  session: Session,
  listed: readonly VersionEntry[],
  current: HeadResult,
): Promise<readonly Entry[]> {
  const entries: Entry[] = listed
    .map((entry) => ({ ref: refOfEntry(entry), versionId: entry.versionId, deleteMarker: entry.deleteMarker }))
    .toReversed();
  const add = (head: ObjectHead): void => {
    const ref = refOfHead(head);
    if (entries.some((entry) => entry.ref.id === ref.id)) return;
    const above = entries.findIndex((entry) => entry.ref.time > ref.time);
    const entry = { ref, versionId: head.versionId ?? 'null', deleteMarker: false };
    entries.splice(above === -1 ? entries.length : above, 0, entry);
  };
  if (current.found) add(current.head);
  for (const hint of session.work.hints) {
    if (entries.some((entry) => entry.versionId === hint)) continue;
    const result = await session.headSource(hint);
    if (result.found) add(result.head);
  }
  return entries;
}

/**
 * Whether something that should be in the listing is not: a delete marker that an event named (a HEAD cannot ask for
 * one), or the current version that a HEAD showed. After the settle time it has been deleted, not delayed.
 */
function isDoubtful(
  session: Session,
  listed: readonly VersionEntry[],
  history: readonly Entry[],
  current: HeadResult,
): boolean {
  const { hints, clue } = session.work;
  const youngest = session.deps.now() - session.deps.settings.settleMs;
  const newest = listed[0];
  if (current.found ? newest?.versionId !== (current.head.versionId ?? 'null') : newest?.deleteMarker === false)
    return true;
  const unknown = hints.filter((hint) => !history.some((entry) => entry.versionId === hint));
  if (unknown.some((hint) => (timeOfVersionId(hint) ?? 0) / 1000 > youngest)) return true;
  const { time } = clue ?? {};
  if (time === undefined || time <= youngest) return false;
  return !listed.some((entry) => entry.lastModified >= time - EVENT_SLACK_MS);
}

/** IDs that the event meant: by name, or, where it names none, every version that fits what it says. */
function hintsOf(session: Session, listed: readonly VersionEntry[], history: readonly Entry[]): ReadonlySet<string> {
  const { hints, clue } = session.work;
  const ids = history.filter((entry) => hints.includes(entry.versionId)).map((entry) => entry.ref.id);
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
 * The destination's stack, newest first, until a replica older than the floor. Goes on past it while an older version
 * could bear the attempt ID of one already read: of several with one ID only the oldest is ours.
 */
async function readStack(
  session: Session,
  listed: readonly VersionEntry[],
  floor: number,
): Promise<{ stack: readonly StackItem[]; low: Ref | undefined }> {
  const items: StackItem[] = [];
  const listing = withWritten(session, listed);
  let low: Ref | undefined;
  let earliest = Number.POSITIVE_INFINITY;
  let size = FIRST_BATCH;
  for (let i = 0; i < listing.length; size = Math.min(size * 2, LARGEST_BATCH)) {
    session.checkTime();
    const batch = await Promise.all(listing.slice(i, i + size).map((entry) => readItem(session, entry)));
    for (const item of batch) {
      if (low !== undefined && item.time < earliest) return { stack: onlyOldest(items), low };
      items.push(item);
      i += 1;
      if (item.marker === undefined) continue;
      earliest = Math.min(earliest, item.marker.attempted);
      if (low === undefined && item.kind === 'replica' && latestTime(item.marker.ref) < floor) low = item.marker.ref;
    }
  }
  return { stack: onlyOldest(items), low };
}

/** The listing, corrected by what this run did: listings lag, answers do not. */
function withWritten(session: Session, listed: readonly VersionEntry[]): readonly (VersionEntry | StackItem)[] {
  const shown = new Set(listed.map((entry) => entry.versionId));
  return [
    ...session.written.filter((item) => !shown.has(item.versionId)).toReversed(),
    ...listed.filter((entry) => !session.removed.has(entry.versionId)),
  ];
}

async function readItem(session: Session, entry: VersionEntry | StackItem): Promise<StackItem> {
  if ('kind' in entry) return entry;
  const { versionId, lastModified: time } = entry;
  if (entry.deleteMarker) return { versionId, time, kind: 'marker' };
  const known = session.known.get(`${versionId}/${entry.etag}`);
  if (known !== undefined) return known;
  const result = await session.headDestination(versionId);
  if (!result.found) throw new LookAgain();
  const item = classify(session, versionId, result.head);
  session.known.set(`${versionId}/${entry.etag}`, item);
  return item;
}

/** Whether another version of this key bears the same attempt ID at this moment, which only a user's copy can. */
export async function isCopied(session: Session, item: StackItem): Promise<boolean> {
  const listed = await session.at('destination', () => versionsOf(session, session.work.destination));
  for (const entry of listed) {
    if (entry.versionId === item.versionId) return false;
    if (session.removed.has(entry.versionId)) continue;
    const other = await readItem(session, entry);
    if (other.marker !== undefined && other.marker.id === item.marker?.id) return true;
  }
  return false;
}

function classify(session: Session, versionId: string, head: ObjectHead): StackItem {
  const marker = claimOf(head, session.digest);
  const time = head.lastModified;
  const ours = marker !== undefined && session.isOfSource(marker.source) && landedInTime(head, marker);
  if (!ours) return { versionId, time, kind: 'foreign' };
  return { versionId, time, kind: isIntact(head, marker) ? 'replica' : 'damaged', marker };
}

/** A user's copy of a replica carries its marker along; it is an ordinary object and stands above the original. */
function onlyOldest(items: readonly StackItem[]): readonly StackItem[] {
  const oldest = new Map(items.filter((item) => item.marker).map((item) => [item.marker?.id, item]));
  const copied = new Set(
    items.filter((item) => item.marker && oldest.get(item.marker.id) !== item).map((item) => item.marker?.id),
  );
  return items.map((item) => {
    if (item.marker === undefined) return item;
    if (oldest.get(item.marker.id) !== item) return { versionId: item.versionId, time: item.time, kind: 'foreign' };
    return copied.has(item.marker.id) ? { ...item, vouches: true } : item;
  });
}
