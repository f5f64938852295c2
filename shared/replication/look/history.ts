import type { HeadResult, ObjectHead, VersionEntry } from '../../cos/index.ts';
import { latestTime, listedId, refOfEntry, refOfHead, timeOfVersionId, type Ref } from '../../identity/index.ts';
import type { Needs } from '../run/run.ts';
import type { Entry } from '../types.ts';
import { EVENT_SLACK_MS } from '../../durations/index.ts';

/**
 * Oldest first, with the current version marked. A version that is known by name but missing in the listing is added in
 * its place, because listings lag.
 */
export async function historyOf(
  { heads, work }: Needs<'heads' | 'work'>,
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
    const entry = { ref, versionId: listedId(head.versionId), deleteMarker: false };
    entries.splice(above === -1 ? entries.length : above, 0, entry);
  };
  // Its time may be rounded down to the second; the current version is above all listed ones of that second.
  if (current.found) add(current.head, latestTime);
  const known = new Set(entries.map(({ versionId }) => versionId));
  for (const hint of work.hints) {
    if (known.has(hint)) continue;
    const result = await heads.source(hint);
    if (result.found) add(result.head, (ref) => ref.time);
  }
  // Listings lag: only a HEAD shows which version is current, and that no delete marker is above it.
  const shown = current.found ? refOfHead(current.head).id : undefined;
  return entries.map((entry) => (entry.ref.id === shown ? { ...entry, current: true } : entry));
}

/**
 * Whether something is missing in the listing: a delete marker that an event named (a HEAD cannot request one), or the
 * current version that a HEAD showed. After the settle time it has been deleted, not delayed.
 */
export async function isDoubtful(
  { deps, heads, work }: Needs<'deps' | 'heads' | 'work'>,
  listed: readonly VersionEntry[],
  history: readonly Entry[],
  current: HeadResult,
): Promise<boolean> {
  const { hints, clue } = work;
  const youngest = deps.now() - deps.settings.settleMs;
  const newest = listed[0];
  const isShown = current.found
    ? newest?.versionId === listedId(current.head.versionId)
    : newest?.deleteMarker !== false || (await heads.isDangling('source', newest.versionId));
  if (!isShown) return true;
  const known = new Set(history.map(({ versionId }) => versionId));
  const unknown = hints.filter((hint) => !known.has(hint));
  if (unknown.some((hint) => (timeOfVersionId(hint) ?? 0) / 1000 > youngest)) return true;
  const { time } = clue ?? {};
  if (time === undefined || time <= youngest) return false;
  return !listed.some((entry) => entry.lastModified >= time - EVENT_SLACK_MS);
}

/**
 * IDs that the event meant: by name, or, if it names none, every version that fits its details. `unlike`: a version
 * that a replica only seemed to stand for. Replicas above it then say nothing about it.
 */
export function hintsOf(
  { work }: Needs<'work'>,
  listed: readonly VersionEntry[],
  history: readonly Entry[],
  unlike: string | undefined,
): ReadonlySet<string> {
  const { clue } = work;
  const hints = new Set(work.hints);
  const ids = history
    .filter((entry) => hints.has(entry.versionId) || entry.ref.id === unlike)
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
