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
import { isNull, refOf, surelyOlder } from '../identity/index.ts';
import { tagsApart } from './tags.ts';

/** How a version stands at one destination, as far as the two buckets tell. */
export type ReplicaStatus =
  /**
   * `lag` in ms: from the write at the source to that of the replica, by the clocks of COS. `shown`: it is what the
   * destination gives out under the key; undefined where the source itself shows something newer.
   */
  | {
      readonly state: 'there';
      readonly versionId: string;
      readonly lag: number;
      readonly shown: boolean | undefined;
      /** The measure of the replica's bytes; undefined for a delete marker. */
      readonly proof: Proof['by'] | undefined;
      /** Undefined: the replica has the tags of its source. `unknown`: they could not be read. */
      readonly tags?: 'differ' | 'unknown' | undefined;
    }
  | { readonly state: 'skipped'; readonly reason: SkipReason | 'overtaken' | Absent }
  /** It has to be copied, or a task has it. */
  | { readonly state: 'missing' };

export interface StatusQuery {
  readonly cos: Cos;
  readonly hash: Hash;
  readonly keys: Keyring;
  readonly source: Place;
  readonly destination: Place;
  /** The one that governs the subject; undefined: none does, and only a replica that is there is of interest. */
  readonly rule: Rule | undefined;
  /** Bytes of user metadata that COS takes. */
  readonly metadataLimit: number;
  /** ms since 1970. */
  readonly now: number;
}

/** Versions of the destination that are looked at; a key with more is rare, and its newest ones are what is asked about. */
const DEEPEST = 1000;
const BATCH = 16;

/** Reads the destination and tells how the subject stands there. Changes nothing. Throws `CosError`. */
export async function replicaStatus(query: StatusQuery, subject: Subject): Promise<ReplicaStatus> {
  return subject.head === undefined ? markerStatus(query, subject) : versionStatus(query, subject, subject.head);
}

/** Delete markers bear no names of their own: what counts is what the destination shows. */
async function markerStatus({ cos, destination }: StatusQuery, subject: Subject): Promise<ReplicaStatus> {
  // One that something newer covers carries no data, and is not put in later.
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
    // This is asked last, because something may have been written since.
    const shown = subject.current ? (await shownVersion(query, subject)) === replica.entry.versionId : undefined;
    const tags = query.rule && (await tagsOf(query, subject, replica));
    return there(subject, replica.entry, { shown, proof: replica.marker.proof.by, tags });
  }
  const sample = sampleMarker(query.source, subject.ref, head);
  const reason = query.rule && skipReasonOf(head, query.rule, sample, query.metadataLimit);
  if (reason !== undefined) return { state: 'skipped', reason };
  // COS may copy it all the same; then the replica is there, or work that waits.
  if (query.rule !== undefined && head.appendable) return { state: 'skipped', reason: 'appended' };
  const replicas = originals(query, seen);
  // There is one of that name, but HEADs show that it is of a version which this one has overwritten.
  if (replicas.some(({ marker }) => marker.ref.id === subject.ref.id)) return { state: 'missing' };
  const claims = replicas.map(({ marker }) => marker);
  return complete && wasAccountedFor(subject, claims)
    ? { state: 'skipped', reason: absence(subject.ref, claims) }
    : { state: 'missing' };
}

/** Of a replica that an earlier rule has left nobody brings the tags up to date. */
const tagsOf = ({ cos, source, destination }: StatusQuery, { key, versionId, head }: Subject, replica: Replica) =>
  tagsApart(cos, key, [
    { place: source, versionId, head },
    { place: destination, versionId: replica.entry.versionId, head: replica.head },
  ]);

/** A version of the destination, and what it says of itself when that is ours. */
export interface Claimed {
  readonly entry: VersionEntry;
  readonly head: ObjectHead | undefined;
  readonly marker: Marker | undefined;
}

/** Asks one version of the destination what it says of itself. Throws `CosError`. */
export async function claimed(
  query: Pick<StatusQuery, 'cos' | 'hash' | 'keys' | 'destination'>,
  key: string,
  entry: VersionEntry,
): Promise<Claimed> {
  const { cos, destination } = query;
  // One without a version ID was written while versioning was off: the next write takes its place.
  const head = isNull(entry.versionId) ? undefined : await readable(cos, destination, key, entry.versionId);
  const claim = head && (await claimOf(query, head, destination, key));
  return { entry, head, marker: claim && ownMarker(claim) };
}

type Replica = Claimed & { readonly marker: Marker };

/** Replicas of this source, without what users have copied from them. Newest first, like the versions. */
function originals({ source }: StatusQuery, seen: readonly Claimed[]): readonly Replica[] {
  const { copies } = copiesAmong(seen.map(({ marker }) => marker?.id));
  return seen.filter(
    (one, index): one is Replica =>
      one.marker !== undefined && !copies.has(index) && samePlace(one.marker.source, source),
  );
}

/** Those of the subject, newest first, without what a HEAD shows to be of a version that it has overwritten. */
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

/** Whether a version from here on could still be the original of which the replica found so far is a user's copy. */
const mayGoOn = (replica: Replica | undefined, next: VersionEntry | undefined): boolean =>
  replica === undefined || (next !== undefined && next.lastModified >= replica.marker.attempted);

/** ID of what the destination gives out under the key. */
async function shownVersion({ cos, destination }: StatusQuery, { key }: Subject): Promise<string | undefined> {
  const head = await readable(cos, destination, key);
  return head && (head.versionId ?? 'null');
}

/** Undefined: not there, or under a customer's key, and then it is none of ours. */
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
 * Newer replicas say that nothing below them was missing when they were made, so this one is not copied by itself: it was
 * there and was removed, or was not to be copied then.
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
