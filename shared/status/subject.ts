import { CosError, pageOfKey } from '../cos/index.ts';
import type { Cos, KeyCursor, ObjectHead, Place, VersionEntry } from '../cos/index.ts';
import type { Hash } from '../signing/index.ts';
import { claimOf, ownMarker } from '../identity/index.ts';
import { MarkBook } from '../replication/index.ts';
import { headOfEntry, isSealed } from '../replication/index.ts';
import type { Keyring, Marker, Ref, Trust } from '../identity/index.ts';
import { listedId, refOfEntry, refOfHead } from '../identity/index.ts';

/** One version or delete marker of the source whose replication is asked about. */
export interface Subject {
  readonly key: string;
  /** The version ID in COS's form. */
  readonly versionId: string;
  readonly ref: Ref;
  /** Undefined for a delete marker. */
  readonly head: ObjectHead | undefined;
  /** Whether the key has no newer version or delete marker. */
  readonly current: boolean;
  /** Set when it is itself a replica of ours; replicas are not passed on. */
  readonly replicaOf: Marker | undefined;
  /** Set when replication made the delete marker here: name of the bucket in which a user deleted the object. */
  readonly deletedIn?: string | undefined;
}

/** The means to tell replicas and delete markers that replication made at a source from those of users. */
export interface Received {
  readonly keys: Keyring;
  /** State bucket with the records of delete markers. */
  readonly marks: Place;
}

interface Reading {
  readonly cos: Cos;
  readonly hash: Hash;
  /** Set only where the source is also a destination. Elsewhere it holds no replicas, whatever their metadata says. */
  readonly received?: Received | undefined;
}

const PAGE = 1000;

/**
 * The current version of a key at the source, or the named version. Undefined when there is none. Throws `CosError`.
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
    versionId: listedId(head.versionId),
    ref,
    head,
    current: newest === undefined || isThis(newest, ref),
    replicaOf: await replicaOf(reading, source, key, head),
  };
}

/** Most versions within one attempt's time. If there are more, somebody tries to hide something. */
const MOST_BESIDE = 200;

/** The marker of a version at the source, if the version is a replica and not a user's copy of one. */
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
 * COS does not document how it answers a HEAD for the ID of a delete marker: with 404, or with 405 like S3. A HEAD of a
 * version under a customer's key is refused; then the listing alone tells of it.
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

/** A HEAD does not distinguish delete markers, so the listing is searched for them. */
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
