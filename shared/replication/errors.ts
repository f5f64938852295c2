import type { ObjectHead } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import type { Cause, Side } from '../errors/index.ts';
import type { Proof } from '../identity/index.ts';

/** Codes with which COS says that the source of a copy no longer exists, or has changed. */
const SOURCE_GONE = new Set(['NoSuchKey', 'NoSuchVersion', 'NoSuchCopySource', 'PreconditionFailed']);

export const isSourceGone = (error: unknown): boolean => error instanceof ServiceError && SOURCE_GONE.has(error.code);

/** Sets the side on errors of the call. */
export async function at<T>(side: Side, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ServiceError) error.side ??= side;
    throw error;
  }
}

/** The copy's bytes are not those of the source. The bad version has been removed. */
export class ChecksumMismatch extends ServiceError {
  override readonly name = 'ChecksumMismatch';

  constructor(versionId: string, { by, value }: Proof, replica: ObjectHead | undefined) {
    const got = replica === undefined ? 'is gone' : `has ${replica[by] ?? 'none'}`;
    super(`The source ${versionId} has ${by} ${value}, but its replica ${got}`, {
      code: 'ReplicaChecksumMismatch' satisfies Cause,
      side: 'destination',
      retryable: true,
    });
  }
}

/** The key changed during every look: it is written faster than it can be read. */
export class Unsettled extends ServiceError {
  override readonly name = 'Unsettled';

  constructor(key: string) {
    super(`${key} changed during every look`, { code: 'KeyUnsettled' satisfies Cause, retryable: true });
  }
}

/** Restoring the order would rebuild too many replicas. */
export class OrderTooDeep extends ServiceError {
  override readonly name = 'OrderTooDeep';

  constructor(count: number) {
    super(`Putting an older version in its place would rebuild ${count} replicas`, {
      code: 'order' satisfies Cause,
      side: 'destination',
    });
  }
}

/** A replica has to be copied on top again, but it cannot be read and its source cannot be copied any more. */
export class ReplicaArchived extends ServiceError {
  override readonly name = 'ReplicaArchived';

  constructor(versionId: string) {
    super(`The replica of ${versionId} is archived, and its source cannot be copied again`, {
      code: 'ReplicaArchived' satisfies Cause,
      side: 'destination',
    });
  }
}

/** The look would have to hold more versions of one key than fit into a function's memory. */
export class HistoryTooDeep extends ServiceError {
  override readonly name = 'HistoryTooDeep';

  constructor(limit: number) {
    super(`The key has more than ${limit} versions to be looked at`, { code: 'depth' satisfies Cause });
  }
}

/** The destination does not keep versions any more: a replica would overwrite an object. */
export class BucketNotVersioned extends ServiceError {
  override readonly name = 'BucketNotVersioned';

  constructor(bucket: string) {
    super(`Versioning is not enabled on ${bucket}`, {
      code: 'BucketVersionNotOpen' satisfies Cause,
      side: 'destination',
      retryable: true,
    });
  }
}

/** The run's time was over before a listing reached the one version that only the listing describes. */
export class ListingTooLong extends ServiceError {
  override readonly name = 'ListingTooLong';

  constructor(key: string) {
    super(`The versions of ${key} could not be listed down to the one in question within one run`, {
      code: 'NoProgress' satisfies Cause,
      retryable: true,
    });
  }
}
