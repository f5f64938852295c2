import { child } from './xml.ts';
import { readXml } from './read-xml.ts';

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

/** Reads COS's error XML; anything else, such as a page of the platform, becomes `UnexpectedAnswer`. */
export function readError(status: number, body: string, requestId: string | null): ApiError {
  try {
    const root = readXml(body);
    const text = (name: string) => child(root, name)?.text;
    const code = text('Code');
    if (root.name === 'Error' && code !== undefined) {
      return new ApiError(code, status, text('Message') ?? '', text('RequestId') ?? requestId ?? undefined);
    }
  } catch {
    // Not XML: said below.
  }
  return new ApiError('UnexpectedAnswer', status, `HTTP ${status}`, requestId ?? undefined);
}

/** Whatever was thrown, as an error that can be shown. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError('UnexpectedAnswer', 0, error instanceof Error ? error.message : String(error));
}
