import { samePlace } from '../cos/index.ts';
import type { Cos, ObjectHead, Place, VersionEntry } from '../cos/index.ts';
import type { Rule } from '../rules/index.ts';
import type { Hash } from '../signing/index.ts';
import { absence, isRecent, mayBeOfAnother, skipReasonOf, unlike } from '../replication/index.ts';
import { claimOf, copiesAmong, ownMarker, sampleMarker } from '../identity/index.ts';
import { isSealed } from '../replication/index.ts';
import { listKey, type Subject } from './subject.ts';
import type { Keyring, Marker, Proof } from '../identity/index.ts';
import type { Absent, SkipReason } from '../replication/index.ts';
import { isNull, listedId, refOf, surelyOlder } from '../identity/index.ts';
import { tagsApart } from './tags.ts';

/** The state of a version at one destination, as read from the two buckets. */
export type ReplicaStatus =
  /**
   * `lag` in ms: from the write at the source to that of the replica, by the clocks of COS. `shown`: the destination
   * returns the replica for the key; undefined where the source itself shows a newer version.
   */
  | {
      readonly state: 'there';
      readonly versionId: string;
      readonly lag: number;
      readonly shown: boolean | undefined;
      /** The proof by which the bytes were compared; undefined for a delete marker. */
      readonly proof: Proof['by'] | undefined;
      /** Undefined when the replica has the tags of its source. `unknown`: they could not be read. */
      readonly tags?: 'differ' | 'unknown' | undefined;
    }
  | { readonly state: 'skipped'; readonly reason: SkipReason | 'overtaken' | Absent }
  /** It has to be copied, or has a task. */
  | { readonly state: 'missing' };

export interface StatusQuery {
  readonly cos: Cos;
  readonly hash: Hash;
  readonly keys: Keyring;
  readonly source: Place;
  readonly destination: Place;
  /** The rule that governs the subject. Undefined when none does; then only an existing replica matters. */
  readonly rule: Rule | undefined;
  /** Most bytes of user metadata that COS accepts. */
  readonly metadataLimit: number;
  /** ms since 1970. */
  readonly now: number;
}

/**
 * Versions of the destination that are read. A key with more is rare, and questions are mostly about its newest ones.
 */
const DEEPEST = 1000;
const BATCH = 16;

/** Reads the destination and returns the state of the subject there. Changes nothing. Throws `CosError`. */
export async function replicaStatus(query: StatusQuery, subject: Subject): Promise<ReplicaStatus> {
  return subject.head === undefined ? markerStatus(query, subject) : versionStatus(query, subject, subject.head);
}

/** A delete marker does not name its source, so the version that the destination shows decides. */
async function markerStatus({ cos, destination }: StatusQuery, subject: Subject): Promise<ReplicaStatus> {
  // A delete marker below a newer version carries no data, and is not added later.
  if (!subject.current) return { state: 'skipped', reason: 'overtaken' };
  const { entries } = await listKey(cos, destination, subject.key, 1);
  const [top] = entries;
  return top?.deleteMarker === true ? there(subject, top, { shown: true, proof: undefined }) : { state: 'missing' };
}

async function versionStatus(query: StatusQuery, subject: Subject, head: ObjectHead): Promise<ReplicaStatus> {
  const { cos, destination } = query;
  const { entries, complete } = await listKey(cos, destination, subject.key, DEEPEST);
  const seen: Claimed[] = [];
  let replica: Replica | undefined;
  for (let i = 0; i < entries.length && mayGoOn(replica, entries[i]); i += BATCH) {
    const batch = entries.slice(i, i + BATCH).filter((entry) => !entry.deleteMarker);
    seen.push(...(await Promise.all(batch.map((entry) => claimed(query, subject.key, entry)))));
    replica = replicasOf(query, seen, subject, head)[0];
  }
  if (replica !== undefined) {
    // Read last, because a newer version may have been written since.
    const shown = subject.current ? (await shownVersion(query, subject)) === replica.entry.versionId : undefined;
    const tags = query.rule && (await tagsOf(query, subject, replica));
    return there(subject, replica.entry, { shown, proof: replica.marker.proof.by, tags });
  }
  const sample = sampleMarker(query.source, subject.ref, head);
  const reason = query.rule && skipReasonOf(head, query.rule, sample, query.metadataLimit);
  if (reason !== undefined) return { state: 'skipped', reason };
  // COS may copy it nevertheless; then there is a replica or waiting work.
  if (query.rule !== undefined && head.appendable) return { state: 'skipped', reason: 'appended' };
  const replicas = originals(query, seen);
  // A replica has that name, but HEADs show that it belongs to a version which this one has overwritten.
  if (replicas.some(({ marker }) => marker.ref.id === subject.ref.id)) return { state: 'missing' };
  const claims = replicas.map(({ marker }) => marker);
  return complete && wasAccountedFor(subject, claims)
    ? { state: 'skipped', reason: absence(subject.ref, claims) }
    : { state: 'missing' };
}

/** The tags of a replica that an earlier rule left are not compared, because nothing updates them. */
const tagsOf = ({ cos, source, destination }: StatusQuery, { key, versionId, head }: Subject, replica: Replica) =>
  tagsApart(cos, key, [
    { place: source, versionId, head },
    { place: destination, versionId: replica.entry.versionId, head: replica.head },
  ]);

/** A version of the destination, and its marker if the version is ours. */
export interface Claimed {
  readonly entry: VersionEntry;
  readonly head: ObjectHead | undefined;
  readonly marker: Marker | undefined;
}

/** Reads the claim of one version of the destination. Throws `CosError`. */
export async function claimed(
  query: Pick<StatusQuery, 'cos' | 'hash' | 'keys' | 'destination'>,
  key: string,
  entry: VersionEntry,
): Promise<Claimed> {
  const { cos, destination } = query;
  // A version without an ID was written while versioning was off: the next write replaces it.
  const head = isNull(entry.versionId) ? undefined : await readable(cos, destination, key, entry.versionId);
  const claim = head && (await claimOf(query, head, destination, key));
  return { entry, head, marker: claim && ownMarker(claim) };
}

type Replica = Claimed & { readonly marker: Marker };

/** Replicas of this source without copies that users made of them. Newest first, like the versions. */
function originals({ source }: StatusQuery, seen: readonly Claimed[]): readonly Replica[] {
  const { copies } = copiesAmong(seen.map(({ marker }) => marker?.id));
  return seen.filter(
    (one, index): one is Replica =>
      one.marker !== undefined && !copies.has(index) && samePlace(one.marker.source, source),
  );
}

/**
 * Replicas of the subject, newest first, without those that HEADs show to belong to a version which it has overwritten.
 */
function replicasOf(
  query: StatusQuery,
  seen: readonly Claimed[],
  { ref }: Subject,
  original: ObjectHead,
): readonly Replica[] {
  const named = originals(query, seen).filter(({ marker }) => marker.ref.id === ref.id);
  const suspects = named.flatMap((one) => (one.head && mayBeOfAnother(one.marker) ? [{ ...one, head: one.head }] : []));
  const { rule, now } = query;
  const isClassKnown = suspects[0] !== undefined && isRecent(suspects[0].marker, now);
  const storageClass = isClassKnown && rule ? (rule.storageClass ?? original.storageClass) : undefined;
  const places = unlike(
    original,
    suspects.map(({ head }) => head),
    storageClass,
  );
  const others = new Set(suspects.flatMap(({ entry }, place) => (places.has(place) ? [entry] : [])));
  return named.filter(({ entry }) => !others.has(entry));
}

/** Whether a version further down can still be the original of which the replica found so far is a user's copy. */
const mayGoOn = (replica: Replica | undefined, next: VersionEntry | undefined): boolean =>
  replica === undefined || (next !== undefined && next.lastModified >= replica.marker.attempted);

/** ID of the version that the destination returns for the key. */
async function shownVersion({ cos, destination }: StatusQuery, { key }: Subject): Promise<string | undefined> {
  const head = await readable(cos, destination, key);
  return head && listedId(head.versionId);
}

/** Undefined when it is missing, or encrypted with a customer key; then it is none of ours. */
async function readable(cos: Cos, place: Place, key: string, versionId?: string): Promise<ObjectHead | undefined> {
  try {
    const result = await cos.headObject(place, key, versionId);
    return result.found ? result.head : undefined;
  } catch (error) {
    if (isSealed(error)) return undefined;
    throw error;
  }
}

/**
 * Whether newer replicas say that nothing below them was missing when they were made. Then this version is not copied
 * by itself: its replica was removed, or it was not to be copied.
 */
function wasAccountedFor({ ref }: Subject, claims: readonly Marker[]): boolean {
  const newer = claims.filter((claim) => surelyOlder(ref, claim.ref));
  return newer.length > 0 && newer.every(({ base }) => base !== undefined && !surelyOlder(base, ref));
}

function there(
  { ref }: Subject,
  replica: Pick<VersionEntry, 'versionId' | 'lastModified'>,
  facts: Pick<ReplicaStatus & { readonly state: 'there' }, 'shown' | 'proof' | 'tags'>,
): ReplicaStatus {
  const { versionId, lastModified } = replica;
  const written = refOf(versionId, lastModified, '').time;
  return { state: 'there', versionId, lag: Math.max(0, Math.round((written - ref.time) / 1000)), ...facts };
}
