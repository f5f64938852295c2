import { ServiceError } from '../../../errors/index.ts';
import type { Cos } from '../../../cos/index.ts';
import type { Target, Task, Upload } from '../../../tasks/index.ts';
import type { Session } from '../../session.ts';
import { taskOf } from '../../work.ts';

/** ms after the end of a run by which its lease has expired, so that the record of an upload finds the key free. */
const AFTER_LEASE_MS = 120_000;

/**
 * The uploads of ours that are open at the destination of one key. `work.uploads` names them at every moment, so whatever
 * becomes of the run, the task that is made of its work names them too. One that was just begun is written down before
 * its first part: a run that is killed leaves nobody else who could know its ID.
 */
export async function recordUpload(session: Session, upload: Upload): Promise<void> {
  const { work, deps } = session;
  work.uploads.set(upload.uploadId, upload);
  if (deps.tasks === undefined) return;
  const task = taskOf(work, 'large', deps.now());
  const due = session.stop + AFTER_LEASE_MS;
  const name = await harmless(() => session.at('state', async () => deps.tasks?.defer(task, due)));
  if (name !== undefined) session.records.set(upload.uploadId, { name, task });
}

/** Other tasks of this key may have become due since the run began, and know of an upload to go on with. */
export async function uploadsOfOthers(session: Session): Promise<void> {
  const { work, deps } = session;
  const found = await session.at('state', async () => deps.tasks?.ofKey(work));
  for (const { task } of found ?? []) {
    for (const upload of task.uploads ?? []) work.uploads.set(upload.uploadId, upload);
  }
}

/** Completed, aborted by us, or gone without us: nobody has to know of it any more. */
export async function forgetUpload(session: Session, { uploadId }: Upload): Promise<void> {
  const { work, deps, records } = session;
  work.uploads.delete(uploadId);
  const record = records.get(uploadId);
  records.delete(uploadId);
  if (record !== undefined) await harmless(() => session.at('state', async () => deps.tasks?.complete([record])));
}

export async function abortUpload(session: Session, upload: Upload): Promise<void> {
  await harmless(() => session.at('destination', () => abort(session.deps.cos, session.work, upload)));
  await forgetUpload(session, upload);
}

/** For tasks that no rule covers any more: nobody will look at their key again. */
export async function abortUploadsOf(cos: Cos, tasks: readonly Task[]): Promise<void> {
  for (const task of tasks) for (const upload of task.uploads ?? []) await abort(cos, task, upload);
}

/** Frees the space of the parts. One that is gone already, because it was completed or aborted, is as good. */
async function abort(cos: Cos, { destination, key }: Target, { uploadId }: Upload): Promise<void> {
  try {
    await cos.abortMultipart(destination, key, uploadId);
  } catch (error) {
    if (!isUploadGone(error)) throw error;
  }
}

/** Aborts what a look that came to its end had no use for: the version has a replica, left the scope, or is gone. */
export async function abandonUploads(session: Session): Promise<void> {
  for (const upload of session.work.uploads.values()) await abortUpload(session, upload);
}

export const isUploadGone = (error: unknown): boolean => error instanceof ServiceError && error.code === 'NoSuchUpload';

/**
 * For requests that make no version: should one of them still take effect later, no look is misled. So the key need not
 * stay taken until then, as it must after a write whose outcome is unknown.
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
