import { samePlace } from '../cos/index.ts';
import type { Cos, ObjectHead, Place, VersionEntry } from '../cos/index.ts';
import type { Rule } from '../rules/index.ts';
import type { Hash } from '../signing/index.ts';
import { skipReasonOf } from '../replication/index.ts';
import { attemptId, claimOf, digestOf, isIntact, landedInTime } from '../identity/index.ts';
import { isSealed } from '../replication/index.ts';
import { listKey, type Subject } from './subject.ts';
import type { Marker } from '../identity/index.ts';
import type { SkipReason } from '../replication/index.ts';
import { refOf, surelyOlder } from '../identity/index.ts';

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
    }
  | { readonly state: 'skipped'; readonly reason: SkipReason | 'overtaken' | 'removed-at-destination' }
  /** To be done, or given to a task. */
  | { readonly state: 'missing' };

export interface StatusQuery {
  readonly cos: Cos;
  readonly hash: Hash;
  readonly source: Place;
  readonly destination: Place;
  /** The one that governs the subject. */
  readonly rule: Rule;
  /** Bytes of user metadata that COS takes. */
  readonly metadataLimit: number;
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
  return top?.deleteMarker === true ? there(subject, top, true) : { state: 'missing' };
}

async function versionStatus(query: StatusQuery, subject: Subject, head: ObjectHead): Promise<ReplicaStatus> {
  const { cos, destination } = query;
  const top = subject.current ? await shownReplica(query, subject) : undefined;
  if (top !== undefined) return there(subject, top, true);
  const { entries, complete } = await listKey(cos, destination, subject.key, DEEPEST);
  const claims: Marker[] = [];
  for (let i = 0; i < entries.length; i += BATCH) {
    const batch = entries.slice(i, i + BATCH).filter((entry) => !entry.deleteMarker);
    const heads = await Promise.all(batch.map(({ versionId }) => readable(cos, destination, subject.key, versionId)));
    for (const [index, found] of heads.entries()) {
      const entry = batch[index];
      if (found === undefined || entry === undefined) continue;
      if (isReplica(query, subject, found)) {
        // Asked again: it may have been written since.
        const shown = subject.current ? (await shownReplica(query, subject)) !== undefined : undefined;
        return there(subject, entry, shown);
      }
      const claim = claimAt(query, subject.key, found);
      if (claim !== undefined) claims.push(claim);
    }
  }
  const reason = skipReasonOf(head, query.rule, sampleMarker(query, subject, head), query.metadataLimit);
  if (reason !== undefined) return { state: 'skipped', reason };
  return complete && wasAccountedFor(subject, claims)
    ? { state: 'skipped', reason: 'removed-at-destination' }
    : { state: 'missing' };
}

/** The replica, when it is what the destination gives out under the key. */
async function shownReplica(query: StatusQuery, subject: Subject) {
  const head = await readable(query.cos, query.destination, subject.key);
  if (head === undefined || !isReplica(query, subject, head)) return undefined;
  return { versionId: head.versionId ?? 'null', lastModified: head.lastModified };
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

/** A newer replica says that nothing below it was missing when it was made, so this one was there, and was removed. */
function wasAccountedFor({ ref }: Subject, claims: readonly Marker[]): boolean {
  const newer = claims.filter((claim) => surelyOlder(ref, claim.ref));
  return newer.length > 0 && newer.every(({ base }) => base !== undefined && !surelyOlder(base, ref));
}

function isReplica(query: StatusQuery, subject: Subject, head: ObjectHead): boolean {
  const claim = claimAt(query, subject.key, head);
  return claim !== undefined && claim.ref.id === subject.ref.id && isIntact(head, claim);
}

function claimAt({ hash, source, destination }: StatusQuery, key: string, head: ObjectHead): Marker | undefined {
  const claim = claimOf(head, digestOf(destination, key, hash));
  const ours = claim !== undefined && samePlace(claim.source, source) && landedInTime(head, claim);
  return ours ? claim : undefined;
}

function there(
  { ref }: Subject,
  replica: Pick<VersionEntry, 'versionId' | 'lastModified'>,
  shown: boolean | undefined,
): ReplicaStatus {
  const { versionId, lastModified } = replica;
  const written = refOf(versionId, lastModified, '').time;
  return { state: 'there', versionId, lag: Math.max(0, Math.round((written - ref.time) / 1000)), shown };
}

/** A marker of the size that the real one would have. */
function sampleMarker(query: StatusQuery, { key, ref }: Subject, head: ObjectHead): Marker {
  const attempted = head.lastModified;
  const id = attemptId(attempted, true, '0'.repeat(18), digestOf(query.destination, key, query.hash));
  return { source: query.source, ref, base: ref, crc64: head.crc64, named: true, attempted, id };
}
