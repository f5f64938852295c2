/** Codes of this page itself, beside those that the API answers with. */
export type OwnCode = 'Unreachable' | 'TimedOut' | 'UnexpectedAnswer' | 'KeyNotAddressable';

/** A call that failed, in the API's own terms. `message` is what the API said, in English; hostile text like any other. */
export class ApiError extends Error {
  readonly code: string;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly requestId: string | undefined;

  constructor(code: string, status: number, message: string, requestId?: string) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.requestId = requestId;
  }
}

/** Anything that was thrown, as an error that can be shown. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError('UnexpectedAnswer', 0, error instanceof Error ? error.message : String(error));
}
