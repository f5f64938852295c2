import type { WriteResult } from '../../../cos/index.ts';
import { ServiceError } from '../../../errors/index.ts';
import type { Upload } from '../../../tasks/index.ts';
import { at, isSourceGone } from '../../errors.ts';
import { isHalt, LOOK_AGAIN, type Ending, type Halt, type LookAgain } from '../../halt.ts';
import { digestOfRules } from './help.ts';
import { LANES, RUNS, SHARED_FROM } from './lanes.ts';
import { createPartCopies, wholeParts } from './part-copies.ts';
import { partCountOf, partSizeOf } from './part-size.ts';
import { handOut, sharesOf, toTakeOver } from './shares.ts';
import { abortUpload, forgetUpload, harmless, isUploadGone, recordUpload, uploadsOfOthers } from './uploads.ts';
import { attemptOf, landingMs } from '../../../identity/index.ts';
import type { Copy, Written } from '../../run/copy-job.ts';
import type { Needs, PartsCopier } from '../../run/run.ts';
import type { Marker, Ref } from '../../../identity/index.ts';
import { listedId, refOfId, surelyOlder } from '../../../identity/index.ts';
import { LANDING_MS, PARTS_ASKED_MS } from '../../../durations/index.ts';

type CopyingParts = Needs<'deps' | 'work' | 'time' | 'gate' | 'uploads'>;
/** ETags by part number. */
type PartsThere = Map<number, string>;

/** Least and most ms between two checks for the parts of other runs: an eighth of the time that a part takes. */
const LEAST_WAIT_MS = 250;
const AFTER_FAILURE_MS = 10_000;

/** How very large objects are shared among runs. */
export interface Sharing {
  /** Runs that work on one object at the same time. */
  readonly runs: number;
  /** Parts that each of them has in progress. */
  readonly lanes: number;
  /** Size in bytes from which on an object is shared. */
  readonly from: number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** The part of the engine that copies large objects, for a function that has enough time. */
export const createPartsCopier =
  ({ runs = RUNS, lanes = LANES, from = SHARED_FROM, sleep }: Partial<Sharing> & Pick<Sharing, 'sleep'>): PartsCopier =>
  (run, job) =>
    copyInParts(run, job, { runs, lanes, from, sleep });

/**
 * Copies an object in parts. An upload is begun with the replica's attributes, its parts are copied from region to
 * region in parallel, and it is completed. A run that is short of time hands over, and the next one goes on from the
 * parts that are there. COS completes an upload only once, however often it is asked, so a version never gets two
 * replicas from it.
 *
 * Returns the marker of the replica, which is that of the run that began the upload.
 */
async function copyInParts(run: CopyingParts, job: Copy, sharing: Sharing): Promise<Written | Halt> {
  const found = await recorded(run, job);
  const upload = found ?? (await begin(run, job));
  if (isHalt(upload)) return upload;
  const known = found === undefined ? new Map<number, string>() : await partsThere(run, found);
  if (isHalt(known)) return known;
  try {
    const halt = await copyParts(run, upload, known, sharing);
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

/** The upload that an earlier run began for this same copy. Others for the version are no longer of use. */
async function fitting(run: Needs<'deps' | 'work' | 'uploads'>, job: Copy): Promise<Upload | undefined> {
  let chosen: Upload | undefined;
  for (const upload of run.uploads.all) {
    if (upload.ref !== job.marker.ref.id) continue;
    if (chosen === undefined && fits(upload, job, run.deps.now())) chosen = upload;
    else await abortUpload(run, upload);
  }
  return chosen;
}

/** The same, or one that a task names which has become due since: a second upload would lose the parts of the first. */
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
    upload.versionId === listedId(from.versionId) &&
    upload.etag === head.etag &&
    upload.size === head.size &&
    upload.terms === terms &&
    claimsNoMore(upload.base, marker.base) &&
    isInTime(upload, now)
  );
}

/**
 * Whether the recorded base claims no more than the current one. A base that claims less costs a look, but never a
 * version.
 */
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
  // An upload has no source, so COS copies no tags itself.
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
    versionId: listedId(from.versionId),
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

/** ETags of the complete parts. */
async function partsThere(run: Needs<'deps' | 'work' | 'uploads'>, upload: Upload): Promise<PartsThere | LookAgain> {
  try {
    return await wholeParts(run.deps.cos, run.work, upload);
  } catch (error) {
    // The upload was completed by a request whose answer never came, or somebody aborted it. The destination now shows
    // which.
    if (!isUploadGone(error)) throw error;
    await forgetUpload(run, upload);
    return LOOK_AGAIN;
  }
}

/**
 * Copies the missing parts and adds them to `known`. Other runs are asked to copy shares of a very large object. Their
 * answers are not awaited: a part is there when COS lists it, and this run copies the parts that nobody else does.
 * Hands over when the time is over, or when a failure follows some progress.
 */
async function copyParts(
  run: CopyingParts,
  upload: Upload,
  known: PartsThere,
  { runs, lanes, from, sleep }: Sharing,
): Promise<Ending | undefined> {
  const { deps, work, gate, time } = run;
  const { size, partSize } = upload;
  const missing = Array.from({ length: partCountOf(size, partSize) }, (_, i) => i + 1).filter((n) => !known.has(n));
  const { source, destination, key, rules } = work;
  const help = { source, destination, key, upload, rules: digestOfRules(deps.hash, rules), until: time.stop };
  const { own, shares } = await handOut(deps, sharesOf(missing, size < from ? 1 : runs, lanes), help);
  const closed = () => gate.closed();
  const now = () => deps.now();
  const copies = createPartCopies({ cos: deps.cos, target: work, upload, now, stop: time.stop, lanes, closed, known });
  let brought = 0;
  for (let parts: readonly number[] | undefined = own; parts !== undefined;) {
    const { done, left, failure, halt } = await copies.copy(parts, shares.length > 0);
    brought += done;
    if (halt !== undefined) return halt;
    const passing = failure === undefined || (failure instanceof ServiceError && failure.retryable);
    if (!passing || (brought === 0 && failure !== undefined)) throw failure;
    const isShort = left > 0 && (shares.length === 0 || failure === undefined);
    if (isShort || time.over()) return { halt: 'hand-over', progress: brought > 0 };
    if (shares.length === 0) return undefined;
    // The next run would ask for help with parts that are being copied, so this run goes on after a failure that may
    // pass.
    if (failure !== undefined) await sleep(AFTER_FAILURE_MS);
    else if (parts.length === 0) await sleep(Math.min(PARTS_ASKED_MS, Math.max(LEAST_WAIT_MS, copies.longest() / 8)));
    // P48b: A part is there only if COS lists it.
    await copies.refresh();
    const free = toTakeOver(shares, known, { now: now(), longest: copies.longest(), lanes });
    const mine = own.filter((part) => !known.has(part));
    parts = free === undefined && mine.length === 0 ? undefined : [...mine, ...(free ?? [])];
  }
  return undefined;
}

/**
 * The one request of an upload that makes a version. If its outcome is unknown, the key stays taken. A final refusal
 * means that the upload is useless, unless parts have been replaced in between: those are read again.
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

/** The marker that was made when the upload began. The replica bears it. */
function markerOf(marker: Marker, { attempt, base }: Upload): Marker {
  return { ...marker, ...attemptOf(attempt), base: base === null ? undefined : refOfId(base) };
}
