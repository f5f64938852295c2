/** Codes of this page itself, in addition to those of the API. */
export type OwnCode = 'Unreachable' | 'TimedOut' | 'UnexpectedAnswer' | 'KeyNotAddressable';

/**
 * A failed call, in the API's own terms. `message` is the API's text in English; it may be hostile like any other text.
 */
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

/** Any thrown value, as an error that can be shown. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError('UnexpectedAnswer', 0, error instanceof Error ? error.message : String(error));
}
