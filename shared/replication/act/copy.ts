import type { CopyAttributes, CopySource, Grant, ObjectHead, Place, WriteResult } from '../../cos/index.ts';
import { ServiceError } from '../../errors/index.ts';
import { attributesOf, raisedAttributes, refusalOf, noPlace, unreadable } from './attributes.ts';
import { BucketNotVersioned, ChecksumMismatch, HandOver, isSourceGone } from '../errors.ts';
import type { Candidate } from '../look/candidates.ts';
import { copyInParts, type Copy } from './multipart/copy-in-parts.ts';
import { ownMarker, proofOf, proves } from '../../identity/index.ts';
import { removeVersion } from './remove.ts';
import { LookAgain } from '../look/observe.ts';
import type { Rank } from '../../identity/index.ts';
import type { Session } from '../session.ts';
import { sourceOf } from '../look/source.ts';
import type { Marker, Ref } from '../../identity/index.ts';
import type { ForeignItem, ObjectItem, OwnItem } from '../types.ts';
import { isNull, refOfHead } from '../../identity/index.ts';

/**
 * Copies one source version on top of the destination's stack. `named`: as in `Marker`. Throws `LookAgain` when the
 * version has gone meanwhile.
 */
export async function copyVersion(
  session: Session,
  candidate: Candidate,
  base: Ref | undefined,
  named = true,
): Promise<void> {
  const { source, key } = session.work;
  const { entry, head, rule } = candidate;
  if (head.size > session.deps.settings.inlineBytes) throw tooLarge(head);
  const attempt = await session.attempt(named, isLarge(session, head));
  const proof = proofOf(head, attempt.inParts === true);
  const marker: Marker = { source, ref: entry.ref, base, proof, ...attempt };
  const attributes = async (): Promise<CopyAttributes> => {
    const grants = rule.replicaAcl ? await grantsOf(session, source, entry.versionId) : undefined;
    return attributesOf(head, rule, await session.withMarker(head.meta, marker), grants);
  };
  const from: CopySource = { place: source, key, versionId: entry.versionId, ...pinned(entry.versionId, head) };
  const terms = [rule.storageClass ?? '', rule.kmsKeyId ?? '', String(rule.replicaAcl)].join('/');
  try {
    session.compared.add(await copy(session, { from, head, marker, terms, attributes }));
  } catch (error) {
    const reason = refusalOf(error, head);
    if (reason === undefined) throw error;
    // For this version alone: the next look passes it over and goes on with what is newer.
    session.skip({ versionId: entry.versionId, reason });
    session.excluded.add(entry.ref.id);
    throw new LookAgain();
  }
}

/** Copies a replica on top of its own stack; the old one is removed by a later step. */
export async function raise(session: Session, item: OwnItem, base: Ref | undefined): Promise<void> {
  const head = await session.headOf(item.versionId);
  if (head === undefined) throw new LookAgain();
  const { source, ref, proof } = item.marker;
  if (unreadable(head) !== undefined) return copyVersion(session, await sourceOf(session, item), base);
  const withAcl = session.work.rules.some((rule) => rule.replicaAcl);
  await copyInPlace(session, item, head, { source, ref, base, proof }, withAcl);
}

/**
 * Copies a version that somebody else wrote at the destination on top of its own stack, because it is the newest write of
 * all buckets and something older came to lie above it. The original stays where it is.
 */
export async function lift(session: Session, item: ForeignItem): Promise<void> {
  const { destination } = session.work;
  const head = await session.headOf(item.versionId);
  if (head === undefined && (await session.isDangling('destination', item.versionId)))
    return session.skip({ versionId: item.versionId, reason: 'dangling-link' });
  if (head === undefined) throw new LookAgain();
  const marker = { source: destination, ref: refOfHead(head), base: undefined, proof: proofOf(head, true) };
  const sample: Marker = { ...marker, ...(await session.attempt()) };
  const reason = unreadable(head) ?? noPlace(head, sample, session.deps.settings.metadataLimit);
  if (reason === undefined) await copyInPlace(session, item, head, marker, true);
  else session.skip({ versionId: item.versionId, reason });
}

type Origin = Pick<Marker, 'source' | 'ref' | 'base' | 'proof'>;

async function copyInPlace(
  session: Session,
  item: ObjectItem,
  head: ObjectHead,
  origin: Origin,
  withAcl: boolean,
): Promise<void> {
  const { destination, key } = session.work;
  if (head.size > session.deps.settings.inlineBytes) throw tooLarge(head);
  const attempt = await session.attempt(true, isLarge(session, head));
  // In parts it gets another ETag than what it is copied from.
  const proof = origin.proof.by === 'etag' ? proofOf(head, attempt.inParts === true) : origin.proof;
  const marker: Marker = { ...origin, proof, ...attempt };
  const attributes = async (): Promise<CopyAttributes> => {
    const grants = withAcl ? await grantsOf(session, destination, item.versionId) : undefined;
    return raisedAttributes(head, await session.withMarker(head.meta, marker), grants);
  };
  const from: CopySource = { place: destination, key, versionId: item.versionId, ...pinned(item.versionId, head) };
  await copy(session, { from, head, marker, terms: String(withAcl), attributes });
}

/** Hides the key at the destination as it is hidden at the source. */
export async function mark(session: Session): Promise<void> {
  await makeMarker(session);
}

/** The same at a destination that is a source too: what the delete marker stands for is written down first. */
export async function hide(session: Session, rank: Rank): Promise<void> {
  const { marks, work } = session;
  await session.writable();
  const intention = await session.at('state', async () => marks?.intend(work.destination, work.key, rank, work.source));
  if (marks === undefined || intention === undefined) return void (await makeMarker(session, rank));
  let made: string | undefined;
  try {
    made = await makeMarker(session, rank);
  } catch (error) {
    // Surely refused: nobody has to look for it. If this fails too, a later look finds out.
    if (error instanceof ServiceError && error.outcome === 'none') await marks.drop(intention).catch(() => undefined);
    throw error;
  }
  // `null` is used again, so it names nothing.
  if (made !== undefined && !isNull(made))
    await session.at('state', () => marks.settle(work.destination, work.key, intention, made));
}

async function makeMarker(session: Session, rank?: Rank): Promise<string | undefined> {
  const { destination, key } = session.work;
  await session.writable();
  session.checkTime();
  const { versionId } = await session.at('destination', () => session.deps.cos.deleteObject(destination, key));
  if (versionId !== undefined) {
    session.mine.add(versionId);
    const item = { versionId, time: session.deps.now(), kind: 'delete-marker' } as const;
    session.written.push(rank === undefined ? item : { ...item, rank });
  }
  session.counts.marked += 1;
  return versionId;
}

/** Returns the ID of the version that was written. */
async function copy(session: Session, job: Copy): Promise<string> {
  await session.writable();
  session.checkTime();
  try {
    const { result, marker } = await (job.marker.inParts ? copyInParts(session, job) : copyWhole(session, job));
    await proveKept(session, result, marker);
    await proveBytes(session, result, marker);
    const versionId = result.versionId ?? 'null';
    session.written.push(session.itemOf(versionId, marker.attempted, marker));
    session.counts.copied += 1;
    session.counts.bytes += job.head.size;
    return versionId;
  } catch (error) {
    if (isSourceGone(error)) throw new LookAgain();
    throw error;
  }
}

async function copyWhole(
  session: Session,
  { from, marker, attributes }: Copy,
): Promise<{ result: WriteResult; marker: Marker }> {
  const { destination, key } = session.work;
  const result = await session.deps.cos.copyObject(destination, key, from, await attributes());
  return { result, marker };
}

/** One request copies at most 5 GB, and parts are faster than one request from less on. */
const isLarge = ({ deps }: Session, { size }: ObjectHead): boolean => size > 0 && size >= deps.settings.largeFrom;

const tooLarge = ({ size }: ObjectHead): HandOver => new HandOver(`An object of ${size} bytes needs more time`);

/**
 * A bucket that keeps versions names the one that was written; `null` means that versioning has been switched off within
 * the minute for which the last answer is believed. That replica has overwritten what was there and is none. An answer
 * without any version proves nothing, so the destination is asked.
 */
async function proveKept(session: Session, result: WriteResult, marker: Marker): Promise<void> {
  if (!isNull(result.versionId)) return;
  const { destination } = session.work;
  if (result.versionId === undefined) {
    const there = await session.headDestination();
    const claim = there.found && !isNull(there.head.versionId) && (await session.claimOf(there.head, 'destination'));
    if (claim && ownMarker(claim)?.id === marker.id) return;
  }
  session.deps.versioning.forget(destination);
  throw new BucketNotVersioned(destination.bucket);
}

/**
 * The answer says what was written; a replica with other bytes does not stay. It is known to be ours by the answer, and not
 * by what it says of itself.
 */
async function proveBytes(session: Session, result: WriteResult, marker: Marker): Promise<void> {
  const { destination, key } = session.work;
  if (proves(marker.proof, result)) return;
  const versionId = result.versionId ?? 'null';
  const head = await session.headDestination(versionId);
  if (head.found && proves(marker.proof, head.head)) return;
  if (head.found) await removeVersion(session, destination, key, versionId);
  throw new ChecksumMismatch(marker.ref.id, marker.proof, head.found ? head.head : undefined);
}

/** A `null` version may be overwritten under its ID; its ETag says which one was meant. */
const pinned = (versionId: string, head: ObjectHead): { ifMatch?: string } =>
  isNull(versionId) ? { ifMatch: head.etag } : {};

const grantsOf = (session: Session, place: Place, versionId: string): Promise<readonly Grant[]> =>
  session.deps.cos.getGrants(place, session.work.key, versionId);
