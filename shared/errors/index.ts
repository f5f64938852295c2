/** The side of the replication on which a call failed. */
export const SIDES = ['source', 'destination', 'state', 'platform'] as const;
export type Side = (typeof SIDES)[number];

/**
 * The known effect of a failed write. `none`: it did not happen. `unknown`: it may have happened, or may still happen
 * until the request's signature expires. The caller must look before it writes again.
 */
export type Outcome = 'none' | 'unknown';

export interface ErrorDetails {
  /** COS error code (`NoSuchKey`), or one of ours in the same form. */
  readonly code: string;
  /** HTTP status of the code; 0 when no answer came. */
  readonly status?: number;
  readonly side?: Side;
  /** True when the same call may succeed later without any change by a person. */
  readonly retryable?: boolean;
  readonly outcome?: Outcome;
  readonly requestId?: string;
  readonly cause?: unknown;
}

/** The one base class: every error that leaves a folder of `shared/` is a `ServiceError`. */
export class ServiceError extends Error {
  /** Set in each class by hand: bundling shortens class names, and logs and answers carry this name. */
  override readonly name: string = 'ServiceError';
  readonly code: string;
  readonly status: number;
  /** The side, which the caller sets because it knows the role of the bucket in the replication. */
  side: Side | undefined;
  readonly retryable: boolean;
  readonly outcome: Outcome;
  readonly requestId: string | undefined;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.status = details.status ?? 0;
    this.side = details.side;
    this.retryable = details.retryable ?? false;
    this.outcome = details.outcome ?? 'none';
    this.requestId = details.requestId;
  }
}

export * from './causes.ts';
export { isFailure, WAITING_CAUSES } from './waiting.ts';
export { REFUSALS } from './refusals.ts';
export type { Refusal, RefusalCode } from './refusals.ts';
