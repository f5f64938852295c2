import { ServiceError } from '../../../errors/index.ts';
import type { Cos } from '../../../cos/index.ts';
import type { Target, Task, Upload } from '../../../tasks/index.ts';
import { at } from '../../errors.ts';
import type { Needs } from '../../run/run.ts';
import { taskOf } from '../../work.ts';
import { AFTER_LEASE_MS } from '../../../durations/index.ts';

type Uploading = Needs<'deps' | 'work' | 'uploads'>;

/**
 * Records an upload that was just begun, before its first part: if the run is killed, nothing else holds its ID.
 * Whatever else happens to the run, the task for the rest of its work names the upload.
 */
export async function recordUpload(run: Uploading & Needs<'time'>, upload: Upload): Promise<void> {
  const { work, deps, uploads, time } = run;
  uploads.add(upload);
  const task = taskOf({ ...work, uploads: uploads.all }, 'large', deps.now());
  const name = await harmless(() => at('state', () => deps.tasks.defer(task, time.stop + AFTER_LEASE_MS)));
  uploads.recorded(upload.uploadId, { name, task });
}

/** Adds the uploads of other tasks of this key, which may have become due since the run began. */
export async function uploadsOfOthers({ work, deps, uploads }: Uploading): Promise<void> {
  for (const { task } of await at('state', () => deps.tasks.ofKey(work)))
    for (const upload of task.uploads ?? []) uploads.add(upload);
}

/** Forgets an upload that was completed, aborted or lost, and removes its record. */
export async function forgetUpload({ deps, uploads }: Needs<'deps' | 'uploads'>, { uploadId }: Upload): Promise<void> {
  const record = uploads.forget(uploadId);
  if (record !== undefined) await harmless(() => at('state', () => deps.tasks.complete([record])));
}

export async function abortUpload(run: Uploading, upload: Upload): Promise<void> {
  // P32b: A forgotten upload has been aborted.
  await harmless(() => at('destination', () => abort(run.deps.cos, run.work, upload)));
  await forgetUpload(run, upload);
}

/** Aborts the uploads of tasks that no rule covers any more. No run will look at their keys again. */
export async function abortUploadsOf(cos: Cos, tasks: readonly Task[]): Promise<void> {
  for (const task of tasks) for (const upload of task.uploads ?? []) await abort(cos, task, upload);
}

/** Frees the space of the parts. An upload that no longer exists was completed or aborted, which is fine. */
async function abort(cos: Cos, { destination, key }: Target, { uploadId }: Upload): Promise<void> {
  try {
    await cos.abortMultipart(destination, key, uploadId);
  } catch (error) {
    if (!isUploadGone(error)) throw error;
  }
}

/** Aborts uploads that a finished look did not need: their version has a replica, left the scope, or is gone. */
export async function abandonUploads(run: Uploading): Promise<void> {
  for (const upload of run.uploads.all) await abortUpload(run, upload);
}

export const isUploadGone = (error: unknown): boolean => error instanceof ServiceError && error.code === 'NoSuchUpload';

/**
 * Runs a request that makes no version. If it takes effect late, it misleads no look. So an unknown outcome becomes
 * none, and the key need not stay taken.
 */
export async function harmless<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ServiceError) || error.outcome === 'none') throw error;
    const { message, code, status, side, retryable, requestId } = error;
    throw new ServiceError(message, {
      code,
      status,
      retryable,
      cause: error,
      ...(side === undefined ? {} : { side }),
      ...(requestId === undefined ? {} : { requestId }),
    });
  }
}
