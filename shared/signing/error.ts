import { ServiceError } from '../errors/index.ts';

/** The values that a server computed for a request whose signature did not match; COS shows both to the client. */
export interface Computed {
  readonly stringToSign: string;
  readonly formatString: string;
}

/**
 * A request whose signature is malformed, outside its time range, or wrong. `code`, `status` and `message` are those of
 * COS.
 */
export class SignatureError extends ServiceError {
  override readonly name = 'SignatureError';
  // A private field, because the format string holds every signed header, possibly a session token. A logger that walks
  // over the properties of an error must not find it.
  readonly #computed: Computed | undefined;

  constructor(message: string, details: { code: string; status: number; cause?: unknown }, computed?: Computed) {
    super(message, details);
    this.#computed = computed;
  }

  /** For `<StringToSign>` in the answer to the client; only on `SignatureDoesNotMatch` of a COS signature. */
  get stringToSign(): string | undefined {
    return this.#computed?.stringToSign;
  }

  /** For `<FormatString>` in the answer to the client. Never for a log: it may hold a session token. */
  get formatString(): string | undefined {
    return this.#computed?.formatString;
  }
}

/** The exact message by which the official SDKs recognise an expired signature and correct their clock. */
export const EXPIRED_MESSAGE = 'Request has expired';

export function accessDenied(message: string): SignatureError {
  return new SignatureError(message, { code: 'AccessDenied', status: 403 });
}

export function doesNotMatch(computed: Computed): SignatureError {
  return new SignatureError(
    'The Signature you specified is invalid.',
    { code: 'SignatureDoesNotMatch', status: 403 },
    computed,
  );
}

export function tooSkewed(): SignatureError {
  return new SignatureError('The difference between the request time and the current time is too large.', {
    code: 'RequestTimeTooSkewed',
    status: 403,
  });
}
