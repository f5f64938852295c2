import { CosError } from '../cos/index.ts';
import type { Cos, ObjectHead, Place, VersionEntry } from '../cos/index.ts';
import type { Hash } from '../signing/index.ts';
import { claimOf, digestOf, landedInTime } from '../identity/index.ts';
import { MarkBook } from '../replication/index.ts';
import { headOfEntry, isSealed } from '../replication/index.ts';
import type { Marker, Ref } from '../identity/index.ts';
import { refOfEntry, refOfHead } from '../identity/index.ts';

/** One version or delete marker of the source whose replication is asked about. */
export interface Subject {
  readonly key: string;
  /** As COS names it. */
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

interface Reading {
  readonly cos: Cos;
  readonly hash: Hash;
  /** State bucket with the record of delete markers, when the source is a destination as well. */
  readonly marks?: Place | undefined;
}

const PAGE = 1000;

/**
 * What stands under a key at the source, or the version that is named. Undefined: there is no such thing. Throws
 * `CosError`.
 */
export async function readSubject(
  { cos, hash, marks }: Reading,
  source: Place,
  key: string,
  versionId: string | undefined,
): Promise<Subject | undefined> {
  const [named, newest] = await Promise.all([
    headOf(cos, source, key, versionId),
    versionId === undefined ? undefined : headOf(cos, source, key, undefined),
  ]);
  if (!named.found) return deleteMarker({ cos, hash, marks }, source, key, versionId);
  const { head } = named;
  const ref = refOfHead(head);
  const claim = claimOf(head, digestOf(source, key, hash));
  return {
    key,
    versionId: head.versionId ?? 'null',
    ref,
    head,
    current: newest === undefined || isThis(newest, ref),
    replicaOf: claim !== undefined && landedInTime(head, claim) ? claim : undefined,
  };
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
  { cos, hash, marks }: Reading,
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
  if (marks === undefined) return subject;
  const { made } = await new MarkBook({ cos, hash, unique: () => '' }, marks).of(source, key);
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
  let next: { keyMarker: string; versionIdMarker: string } | undefined;
  do {
    const page = await cos.listVersions(place, { prefix: key, maxKeys: Math.min(PAGE, most), ...next });
    // The key itself is the first of those that begin with it.
    const own = page.entries.filter((entry) => entry.key === key);
    entries.push(...own);
    next = own.length === page.entries.length ? page.next : undefined;
  } while (next !== undefined && entries.length < most);
  return { entries, complete: next === undefined };
}
