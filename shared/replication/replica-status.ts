import { samePlace } from '../cos/index.ts';
import type { Cos, ObjectHead, Place, VersionEntry } from '../cos/index.ts';
import type { Rule } from '../rules/index.ts';
import type { Hash } from '../signing/index.ts';
import { skipReasonOf } from './attributes.ts';
import { attemptId, claimOf, digestOf, isIntact, landedInTime } from './marker.ts';
import { listKey, type Subject } from './subject.ts';
import type { Marker, SkipReason } from './types.ts';
import { refOf, surelyOlder } from './version.ts';

/** How a version stands at one destination, as far as the two buckets tell. */
export type ReplicaStatus =
  /** `lag` in ms: from the write at the source to that of the replica, by the clocks of COS. */
  | { readonly state: 'there'; readonly versionId: string; readonly lag: number }
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
  return top?.deleteMarker === true ? there(subject, top) : { state: 'missing' };
}

async function versionStatus(query: StatusQuery, subject: Subject, head: ObjectHead): Promise<ReplicaStatus> {
  const { cos, destination } = query;
  if (subject.current) {
    const result = await cos.headObject(destination, subject.key);
    if (result.found && isReplica(query, subject, result.head)) {
      const { versionId = 'null', lastModified } = result.head;
      return there(subject, { versionId, lastModified });
    }
  }
  const { entries, complete } = await listKey(cos, destination, subject.key, DEEPEST);
  const claims: Marker[] = [];
  for (let i = 0; i < entries.length; i += BATCH) {
    const batch = entries.slice(i, i + BATCH).filter((entry) => !entry.deleteMarker);
    const heads = await Promise.all(batch.map(({ versionId }) => cos.headObject(destination, subject.key, versionId)));
    for (const [index, result] of heads.entries()) {
      const entry = batch[index];
      if (!result.found || entry === undefined) continue;
      if (isReplica(query, subject, result.head)) return there(subject, entry);
      const claim = claimAt(query, subject.key, result.head);
      if (claim !== undefined) claims.push(claim);
    }
  }
  const reason = skipReasonOf(head, query.rule, sampleMarker(query, subject, head), query.metadataLimit);
  if (reason !== undefined) return { state: 'skipped', reason };
  return complete && wasAccountedFor(subject, claims)
    ? { state: 'skipped', reason: 'removed-at-destination' }
    : { state: 'missing' };
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

function there({ ref }: Subject, replica: Pick<VersionEntry, 'versionId' | 'lastModified'>): ReplicaStatus {
  const { versionId, lastModified } = replica;
  const written = refOf(versionId, lastModified, '').time;
  return { state: 'there', versionId, lag: Math.max(0, Math.round((written - ref.time) / 1000)) };
}

/** A marker of the size that the real one would have. */
function sampleMarker(query: StatusQuery, { key, ref }: Subject, head: ObjectHead): Marker {
  const attempted = head.lastModified;
  const id = attemptId(attempted, true, '0'.repeat(18), digestOf(query.destination, key, query.hash));
  return { source: query.source, ref, base: ref, crc64: head.crc64, named: true, attempted, id };
}
