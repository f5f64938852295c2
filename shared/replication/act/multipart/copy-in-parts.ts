import type { CopyAttributes, CopySource, ObjectHead, WriteResult } from '../../../cos/index.ts';
import { ServiceError } from '../../../errors/index.ts';
import type { Upload } from '../../../tasks/index.ts';
import { at, isSourceGone } from '../../errors.ts';
import { isHalt, LOOK_AGAIN, type Ending, type Halt, type LookAgain } from '../../halt.ts';
import { inLanes, LANES } from './lanes.ts';
import { partCountOf, partSizeOf, rangeOf } from './part-size.ts';
import { abortUpload, forgetUpload, harmless, isUploadGone, recordUpload, uploadsOfOthers } from './uploads.ts';
import { attemptOf, landingMs } from '../../../identity/index.ts';
import type { Needs } from '../../run/run.ts';
import type { Marker, Ref } from '../../../identity/index.ts';
import { refOfId, surelyOlder } from '../../../identity/index.ts';
import { LANDING_MS } from '../../../durations/index.ts';

/** One replica to be made. */
export interface Copy {
  readonly from: CopySource;
  readonly head: ObjectHead;
  readonly marker: Marker;
  /** The demands of the rule on the replica, beyond its bytes. An upload that began on other terms is not continued. */
  readonly terms: string;
  readonly attributes: () => Promise<CopyAttributes>;
}

/** The result of a write, and the marker that the replica bears. */
export interface Written {
  readonly result: WriteResult;
  readonly marker: Marker;
}

type CopyingParts = Needs<'deps' | 'work' | 'time' | 'gate' | 'uploads'>;

/**
 * Copies an object in parts: an upload is begun with the replica's attributes, its parts are copied from region to region
 * side by side, and it is completed. A run that is short of time hands over, and the next goes on from the parts that are
 * there. An upload can be completed only once, whoever asks how often, so a version never gets two replicas from it.
 *
 * Returns the marker the replica bears, which is that of the run that began the upload.
 */
export async function copyInParts(run: CopyingParts, job: Copy): Promise<Written | Halt> {
  const found = await recorded(run, job);
  const upload = found ?? (await begin(run, job));
  if (isHalt(upload)) return upload;
  const known = found === undefined ? new Map<number, string>() : await partsThere(run, found);
  if (isHalt(known)) return known;
  try {
    const halt = await copyParts(run, job, upload, known);
    if (halt) return halt;
    const result = await complete(run, upload, known);
    if (isHalt(result)) return result;
    await forgetUpload(run, upload);
    return { result, marker: markerOf(job.marker, upload) };
  } catch (error) {
    if (isUploadGone(error)) await forgetUpload(run, upload);
    else if (isSourceGone(error)) await abortUpload(run, upload);
    else throw error;
    return LOOK_AGAIN;
  }
}

/** The upload that an earlier run began for this very copy. Others for the same version are of no use any more. */
async function fitting(run: Needs<'deps' | 'work' | 'uploads'>, job: Copy): Promise<Upload | undefined> {
  let chosen: Upload | undefined;
  for (const upload of run.uploads.all) {
    if (upload.ref !== job.marker.ref.id) continue;
    if (chosen === undefined && fits(upload, job, run.deps.now())) chosen = upload;
    else await abortUpload(run, upload);
  }
  return chosen;
}

/** As above, or one that a task names which has become due meanwhile: to begin a second one would lose what is done. */
async function recorded(run: Needs<'deps' | 'work' | 'uploads'>, job: Copy): Promise<Upload | undefined> {
  const known = await fitting(run, job);
  if (known !== undefined) return known;
  await uploadsOfOthers(run);
  return fitting(run, job);
}

function fits(upload: Upload, { from, head, marker, terms }: Copy, now: number): boolean {
  return (
    upload.from.bucket === from.place.bucket &&
    upload.from.region === from.place.region &&
    upload.versionId === (from.versionId ?? 'null') &&
    upload.etag === head.etag &&
    upload.size === head.size &&
    upload.terms === terms &&
    claimsNoMore(upload.base, marker.base) &&
    isInTime(upload, now)
  );
}

/** Whether the recorded base says no more than the one of now. One that says less costs a look, and never a version. */
function claimsNoMore(recordedBase: string | null, base: Ref | undefined): boolean {
  if (recordedBase === null) return true;
  return base !== undefined && (base.id === recordedBase || surelyOlder(refOfId(recordedBase), base));
}

/** Whether an upload may still be completed. A replica that lands later counts as a user's copy. */
function isInTime(upload: Upload, now: number): boolean {
  const attempted = attemptOf(upload.attempt)?.attempted ?? Number.NEGATIVE_INFINITY;
  return now - attempted <= landingMs(true, upload.size) - LANDING_MS;
}

async function begin(run: CopyingParts, job: Copy): Promise<Upload | Ending> {
  const { deps, work, gate, time } = run;
  const { from, head, marker, terms } = job;
  // An upload has no source, so COS copies no tags by itself.
  const [attributes, tags] = await Promise.all([
    job.attributes(),
    deps.cos.getTags(from.place, from.key, from.versionId),
  ]);
  const halt = (await gate.closed()) ?? time.over();
  if (halt) return halt;
  const uploadId = await harmless(() =>
    at('destination', () => deps.cos.initiateMultipart(work.destination, work.key, { ...attributes, tags })),
  );
  const upload: Upload = {
    uploadId,
    from: from.place,
    versionId: from.versionId ?? 'null',
    etag: head.etag,
    size: head.size,
    partSize: partSizeOf(head.size),
    ref: marker.ref.id,
    base: marker.base?.id ?? null,
    attempt: marker.id,
    terms,
  };
  await recordUpload(run, upload);
  return upload;
}

/** ETags of the parts that are there in full. */
async function partsThere(
  run: Needs<'deps' | 'work' | 'uploads'>,
  upload: Upload,
): Promise<Map<number, string> | LookAgain> {
  const { destination, key } = run.work;
  const { size, partSize, uploadId } = upload;
  try {
    const parts = await at('destination', () => run.deps.cos.listParts(destination, key, uploadId));
    const whole = parts.filter(({ partNumber, size: bytes }) => {
      const [start, end] = rangeOf(partNumber, size, partSize);
      return bytes === end - start + 1;
    });
    return new Map(whole.map(({ partNumber, etag }) => [partNumber, etag]));
  } catch (error) {
    // Completed by a request whose answer never came, or aborted by somebody: what is there now says which.
    if (!isUploadGone(error)) throw error;
    await forgetUpload(run, upload);
    return LOOK_AGAIN;
  }
}

/** Adds to `known`. Hands over when the time is over, or when something failed after some progress. */
async function copyParts(
  run: CopyingParts,
  job: Copy,
  upload: Upload,
  known: Map<number, string>,
): Promise<Ending | undefined> {
  const { deps, work, gate, time } = run;
  const { size, partSize, uploadId } = upload;
  const missing = Array.from({ length: partCountOf(size, partSize) }, (_, i) => i + 1).filter((n) => !known.has(n));
  let longest = 0;
  const copyPart = async (partNumber: number): Promise<Ending | undefined> => {
    const closed = await gate.closed();
    if (closed) return closed;
    const started = deps.now();
    const part = { uploadId, partNumber, source: job.from, range: rangeOf(partNumber, size, partSize) };
    const etag = await harmless(() =>
      at('destination', () => deps.cos.uploadPartCopy(work.destination, work.key, part)),
    );
    known.set(partNumber, etag);
    longest = Math.max(longest, deps.now() - started);
    return undefined;
  };
  // A part that the end of the run would cut off is left to the next.
  const mayBegin = (): boolean => deps.now() + longest < time.stop;
  const { done, left, failure, halt } = await inLanes(missing, copyPart, { lanes: LANES, mayBegin });
  if (left === 0 || halt !== undefined) return halt;
  const passing = failure === undefined || (failure instanceof ServiceError && failure.retryable);
  if (!passing || (done === 0 && failure !== undefined)) throw failure;
  return { halt: 'hand-over', progress: done > 0 };
}

/**
 * The one request of an upload that makes a version: when its outcome is unknown the key stays taken. A refusal that is
 * final leaves an upload that is good for nothing, but for parts that were written anew meanwhile: those are read again.
 */
async function complete(
  run: CopyingParts,
  upload: Upload,
  known: ReadonlyMap<number, string>,
): Promise<WriteResult | Ending> {
  const { destination, key } = run.work;
  const halt = (await run.gate.closed()) ?? run.time.over();
  if (halt) return halt;
  const parts = [...known].map(([partNumber, etag]) => ({ partNumber, etag }));
  parts.sort((a, b) => a.partNumber - b.partNumber);
  try {
    return await at('destination', () => run.deps.cos.completeMultipart(destination, key, upload.uploadId, parts));
  } catch (error) {
    const final = error instanceof ServiceError && error.outcome === 'none' && !error.retryable;
    if (final && error.code !== 'InvalidPart' && !isUploadGone(error)) await abortUpload(run, upload);
    throw error;
  }
}

/** The marker that was made when the upload began, which the replica bears. */
function markerOf(marker: Marker, { attempt, base }: Upload): Marker {
  return { ...marker, ...attemptOf(attempt), base: base === null ? undefined : refOfId(base) };
}
