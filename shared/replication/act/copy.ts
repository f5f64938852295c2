import type { CopyAttributes, CopySource, Grant, ObjectHead, Place, WriteResult } from '../../cos/index.ts';
import { noPlace, refusalOf, unreadable } from '../decide/skips.ts';
import { attributesOf, raisedAttributes } from './attributes.ts';
import { BucketNotVersioned, ChecksumMismatch, isSourceGone } from '../errors.ts';
import { HAND_OVER, isHalt, LOOK_AGAIN, type Halt } from '../halt.ts';
import { newAttempt, withMarker } from './attempt.ts';
import { plannedParts } from './multipart/part-size.ts';
import { claimAt, ownItem } from '../look/claim.ts';
import type { Candidate } from '../look/candidates.ts';
import { ownMarker, proofOf, proves } from '../../identity/index.ts';
import { withRefusingSide } from './refusing-side.ts';
import { removeVersion } from './remove.ts';
import type { Copy, Written } from '../run/copy-job.ts';
import type { Needs } from '../run/run.ts';
import { sourceOf } from '../look/source.ts';
import type { Marker, Ref } from '../../identity/index.ts';
import type { ForeignItem, ObjectItem, OwnItem, SkipReason } from '../types.ts';
import { isNull, listedId, refOfHead, timeOfVersionId } from '../../identity/index.ts';

type Copying = Needs<
  'deps' | 'work' | 'time' | 'heads' | 'hold' | 'gate' | 'books' | 'uploads' | 'deedLog' | 'inParts'
>;

/**
 * Copies one source version on top of the destination's stack. `named`: as in `Marker`. A version that COS refuses to
 * copy is recorded as skipped, and the run looks again.
 */
export async function copyVersion(
  run: Copying & Needs<'verdictLog'>,
  candidate: Candidate,
  base: Ref | undefined,
  named = true,
): Promise<Halt | undefined> {
  const { source, key } = run.work;
  const { entry, head, rule } = candidate;
  if (isTooLarge(run, head)) return HAND_OVER;
  const attempt = await newAttempt(run, { named, inParts: isLarge(run, head) });
  const proof = proofOf(head, attempt.inParts === true);
  const marker: Marker = { source, ref: entry.ref, base, proof, ...attempt };
  const attributes = async (): Promise<CopyAttributes> => {
    const grants = rule.replicaAcl ? await grantsOf(run, source, entry.versionId) : undefined;
    return attributesOf(head, rule, await withMarker(run, head.meta, marker), grants);
  };
  const from: CopySource = { place: source, key, versionId: entry.versionId, ...pinned(entry.versionId, head) };
  const terms = [rule.storageClass ?? '', rule.kmsKeyId ?? '', String(rule.replicaAcl)].join('/');
  try {
    const written = await copy(run, { from, head, marker, terms, attributes });
    if (isHalt(written)) return written;
    run.deedLog.hasCompared(written);
    tell(run, candidate, written);
    return undefined;
  } catch (error) {
    const reason = refusalOf(error, head, rule);
    if (reason === undefined) throw error;
    // The refusal concerns this version alone. The next look skips it and goes on with newer ones.
    run.verdictLog.skip({ versionId: entry.versionId, reason });
    run.verdictLog.exclude(entry.ref.id);
    return LOOK_AGAIN;
  }
}

/**
 * The ID of a version holds its time. Otherwise Last-Modified has it to the second, and the function's clock is close
 * enough.
 */
function tell({ deps, work }: Copying, { entry, head, rule }: Candidate, versionId: string): void {
  const { source, destination } = work;
  const since = entry.ref.time / 1000;
  const lagMs = Math.max(0, (timeOfVersionId(versionId) ?? deps.now() * 1000) / 1000 - since);
  deps.settings.copied({
    source,
    destination,
    rule: rule.id,
    bytes: head.size,
    parts: plannedParts(head.size),
    lagMs: since < rule.start ? undefined : lagMs,
  });
}

/** Copies a replica on top of its own stack. A later step removes the old one. */
export async function raise(
  run: Copying & Needs<'verdictLog'>,
  item: OwnItem,
  base: Ref | undefined,
): Promise<Halt | undefined> {
  const head = await run.heads.ofReplica(item.versionId);
  if (head === undefined) return LOOK_AGAIN;
  const { source, ref, proof } = item.marker;
  if (unreadable(head) !== undefined) return copyVersion(run, await sourceOf(run, item), base);
  const withAcl = run.work.rules.some((rule) => rule.replicaAcl);
  return copyInPlace(run, item, head, { origin: { source, ref, base, proof }, withAcl });
}

/**
 * Copies a version that somebody else wrote at the destination on top of its own stack, because it is the newest write
 * of all buckets and an older one lies above it. The original stays in its place.
 */
export async function lift(run: Copying & Needs<'verdictLog'>, item: ForeignItem): Promise<Halt | undefined> {
  const { versionId } = item;
  const skip = (reason: SkipReason): undefined => {
    run.verdictLog.skip({ versionId, reason });
    return undefined;
  };
  const { destination } = run.work;
  const head = await run.heads.ofReplica(versionId);
  if (head === undefined)
    return (await run.heads.isDangling('destination', versionId)) ? skip('dangling-link') : LOOK_AGAIN;
  const marker = { source: destination, ref: refOfHead(head), base: undefined, proof: proofOf(head, true) };
  const sample: Marker = { ...marker, ...(await newAttempt(run)) };
  const reason = unreadable(head) ?? noPlace(head, sample, run.deps.settings.metadataLimit);
  return reason === undefined ? copyInPlace(run, item, head, { origin: marker, withAcl: true }) : skip(reason);
}

type Origin = Pick<Marker, 'source' | 'ref' | 'base' | 'proof'>;

async function copyInPlace(
  run: Copying,
  item: ObjectItem,
  head: ObjectHead,
  { origin, withAcl }: { readonly origin: Origin; readonly withAcl: boolean },
): Promise<Halt | undefined> {
  const { destination, key } = run.work;
  if (isTooLarge(run, head)) return HAND_OVER;
  const attempt = await newAttempt(run, { inParts: isLarge(run, head) });
  // A copy in parts gets another ETag than its original.
  const proof = origin.proof.by === 'etag' ? proofOf(head, attempt.inParts === true) : origin.proof;
  const marker: Marker = { ...origin, proof, ...attempt };
  const attributes = async (): Promise<CopyAttributes> => {
    const grants = withAcl ? await grantsOf(run, destination, item.versionId) : undefined;
    return raisedAttributes(head, await withMarker(run, head.meta, marker), grants);
  };
  const from: CopySource = { place: destination, key, versionId: item.versionId, ...pinned(item.versionId, head) };
  const written = await copy(run, { from, head, marker, terms: String(withAcl), attributes });
  return isHalt(written) ? written : undefined;
}

/** Returns the ID of the new version. */
async function copy(run: Copying, job: Copy): Promise<string | Halt> {
  // P51: No other run writes the key while the copy may land. An upload in parts lands with a short request.
  if (!job.marker.inParts) await run.hold.outlast(job.marker.id, job.head.size);
  const halt = (await run.gate.closed()) ?? run.time.over();
  if (halt) return halt;
  try {
    const written = await (job.marker.inParts && run.inParts ? run.inParts(run, job) : copyWhole(run, job));
    if (isHalt(written)) return written;
    const { result, marker } = written;
    await proveKept(run, result, marker);
    await proveBytes(run, result, marker);
    const versionId = listedId(result.versionId);
    run.deedLog.copied(ownItem(run, { versionId, time: marker.attempted }, marker), job.head.size);
    return versionId;
  } catch (error) {
    // P20: An error in the body of a 200 arrives here too.
    if (isSourceGone(error)) return LOOK_AGAIN;
    throw await withRefusingSide(run, job.from, error);
  }
}

async function copyWhole({ deps, work }: Needs<'deps' | 'work'>, { from, marker, attributes }: Copy): Promise<Written> {
  const { destination, key } = work;
  const result = await deps.cos.copyObject(destination, key, from, await attributes());
  return { result, marker };
}

/** One request copies at most 5 GB, and copying in parts is faster even for smaller objects. */
const isLarge = ({ deps }: Needs<'deps'>, { size }: ObjectHead): boolean => size > 0 && size >= deps.settings.largeFrom;

/** Whether an object needs more time than this run has, or a way of copying that this function lacks. */
const isTooLarge = (run: Needs<'deps' | 'inParts'>, head: ObjectHead): boolean =>
  head.size > run.deps.settings.inlineBytes || (run.inParts === undefined && isLarge(run, head));

/**
 * A bucket that keeps versions names the new version. `null` means that versioning was switched off since the last
 * check, which is relied on for some seconds. That replica has overwritten an object and does not count. An answer
 * without a version ID proves nothing, so the destination is asked.
 */
async function proveKept(
  run: Needs<'deps' | 'work' | 'heads' | 'books'>,
  result: WriteResult,
  marker: Marker,
): Promise<void> {
  if (!isNull(result.versionId)) return;
  const { destination } = run.work;
  if (result.versionId === undefined) {
    const there = await run.heads.destination();
    const claim = there.found && !isNull(there.head.versionId) && (await claimAt(run, there.head, 'destination'));
    if (claim && ownMarker(claim)?.id === marker.id) return;
  }
  run.deps.versioning.forget(destination);
  throw new BucketNotVersioned(destination.bucket);
}

/**
 * Removes a replica whose bytes differ, by the answer to the write. That answer proves that the version is ours; its
 * metadata would not.
 */
async function proveBytes(
  run: Needs<'deps' | 'work' | 'heads' | 'deedLog'>,
  result: WriteResult,
  marker: Marker,
): Promise<void> {
  if (proves(marker.proof, result)) return;
  const versionId = listedId(result.versionId);
  const head = await run.heads.destination(versionId);
  if (head.found && proves(marker.proof, head.head)) return;
  if (head.found) await removeVersion(run, versionId);
  throw new ChecksumMismatch(marker.ref.id, marker.proof, head.found ? head.head : undefined);
}

/** A `null` version may be overwritten under its ID, so its ETag pins it. */
const pinned = (versionId: string, head: ObjectHead): { ifMatch?: string } =>
  isNull(versionId) ? { ifMatch: head.etag } : {};

const grantsOf = ({ deps, work }: Needs<'deps' | 'work'>, place: Place, versionId: string): Promise<readonly Grant[]> =>
  deps.cos.getGrants(place, work.key, versionId);
