import { CosError, pageOfKey } from '../cos/index.ts';
import type { Cos, KeyCursor, ObjectHead, Place, VersionEntry } from '../cos/index.ts';
import type { Hash } from '../signing/index.ts';
import { claimOf, ownMarker } from '../identity/index.ts';
import { MarkBook } from '../replication/index.ts';
import { headOfEntry, isSealed } from '../replication/index.ts';
import type { Keyring, Marker, Ref, Trust } from '../identity/index.ts';
import { refOfEntry, refOfHead } from '../identity/index.ts';

/** One version or delete marker of the source whose replication is asked about. */
export interface Subject {
  readonly key: string;
  /** The name that COS gives it. */
  readonly versionId: string;
  readonly ref: Ref;
  /** Undefined: it is a delete marker. */
  readonly head: ObjectHead | undefined;
  /** Whether nothing newer of the key is there. */
  readonly current: boolean;
  /** Set when it is itself a replica that this service made; those are not passed on. */
  readonly replicaOf: Marker | undefined;
  /** Set when it is a delete marker that replication brought here: name of the bucket where the deletion was made. */
  readonly deletedIn?: string | undefined;
}

/** The means to tell replicas and delete markers that replication brought to a source from those of users. */
export interface Received {
  readonly keys: Keyring;
  /** State bucket with the record of delete markers. */
  readonly marks: Place;
}

interface Reading {
  readonly cos: Cos;
  readonly hash: Hash;
  /** Only where the source is a destination as well: elsewhere nothing there is a replica, whatever it says. */
  readonly received?: Received | undefined;
}

const PAGE = 1000;

/**
 * The current version of a key at the source, or the version that is named. Undefined: there is no such thing. Throws
 * `CosError`.
 */
export async function readSubject(
  reading: Reading,
  source: Place,
  key: string,
  versionId: string | undefined,
): Promise<Subject | undefined> {
  const { cos } = reading;
  const [named, newest] = await Promise.all([
    headOf(cos, source, key, versionId),
    versionId === undefined ? undefined : headOf(cos, source, key, undefined),
  ]);
  if (!named.found) return deleteMarker(reading, source, key, versionId);
  const { head } = named;
  const ref = refOfHead(head);
  return {
    key,
    versionId: head.versionId ?? 'null',
    ref,
    head,
    current: newest === undefined || isThis(newest, ref),
    replicaOf: await replicaOf(reading, source, key, head),
  };
}

/** Versions that are written within one attempt's time; more of them is somebody's attempt to hide something. */
const MOST_BESIDE = 200;

/** The marker of a version at the source, when the version is a replica and not a user's copy of one. */
async function replicaOf(
  { cos, hash, received }: Reading,
  source: Place,
  key: string,
  head: ObjectHead,
): Promise<Marker | undefined> {
  if (received === undefined) return undefined;
  const trust: Trust = { hash, keys: received.keys };
  const marker = ownMarker(await claimOf(trust, head, source, key));
  if (marker === undefined) return undefined;
  const { entries } = await listKey(cos, source, key, PAGE);
  const at = entries.findIndex((entry) => refOfEntry(entry).id === refOfHead(head).id);
  const older = entries
    .slice(at + 1, at + 1 + MOST_BESIDE)
    .filter((entry) => !entry.deleteMarker && entry.lastModified >= marker.attempted);
  for (const { versionId } of older) {
    const found = await headOf(cos, source, key, versionId);
    const other = found.found ? ownMarker(await claimOf(trust, found.head, source, key)) : undefined;
    if (other?.id === marker.id) return undefined;
  }
  return marker;
}

type Found = { readonly found: false } | { readonly found: true; readonly head: ObjectHead };

/**
 * Asked for by its ID, a delete marker may be answered with 404 or, as S3 does, with 405; COS does not document which. A
 * version under a customer's key is refused, and then the listing tells what can be known of it.
 */
async function headOf(cos: Cos, place: Place, key: string, versionId: string | undefined): Promise<Found> {
  try {
    return await cos.headObject(place, key, versionId);
  } catch (error) {
    if (versionId !== undefined && error instanceof CosError && error.status === 405) return { found: false };
    const sealed = isSealed(error) ? await sealedEntry(cos, place, key, versionId) : undefined;
    if (sealed === undefined) throw error;
    return { found: true, head: sealed };
  }
}

async function sealedEntry(
  cos: Cos,
  place: Place,
  key: string,
  versionId: string | undefined,
): Promise<ObjectHead | undefined> {
  const { entries } = await listKey(cos, place, key, versionId === undefined ? 1 : PAGE);
  const entry = versionId === undefined ? entries[0] : entries.find((one) => one.versionId === versionId);
  return entry === undefined || entry.deleteMarker ? undefined : headOfEntry(entry);
}

const isThis = (result: Found, { id }: Ref): boolean => result.found && refOfHead(result.head).id === id;

/** A HEAD does not tell delete markers, so they are looked for in the listing. */
async function deleteMarker(
  { cos, hash, received }: Reading,
  source: Place,
  key: string,
  versionId: string | undefined,
): Promise<Subject | undefined> {
  const { entries } = await listKey(cos, source, key, PAGE);
  const index = entries.findIndex((entry) => versionId === undefined || entry.versionId === versionId);
  const found = entries[index];
  if (found === undefined || !found.deleteMarker) return undefined;
  const ref = refOfEntry(found);
  const subject = { key, versionId: found.versionId, ref, head: undefined, current: index === 0, replicaOf: undefined };
  if (received === undefined) return subject;
  const { made } = await new MarkBook({ cos, hash, unique: () => '' }, received.marks).of(source, key);
  return { ...subject, deletedIn: made.find((mark) => mark.versionId === found.versionId)?.rank.bucket };
}

/** Versions and delete markers of exactly this key, newest first, at most about `most` of them. */
export async function listKey(
  cos: Cos,
  place: Place,
  key: string,
  most: number,
): Promise<{ readonly entries: readonly VersionEntry[]; readonly complete: boolean }> {
  const entries: VersionEntry[] = [];
  let after: KeyCursor | undefined;
  do {
    const page = await pageOfKey(cos, place, key, { maxKeys: Math.min(PAGE, most), after });
    entries.push(...page.entries);
    after = page.next;
  } while (after !== undefined && entries.length < most);
  return { entries, complete: after === undefined };
}
