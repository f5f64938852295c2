import { ServiceError } from '../errors/index.ts';

/**
 * Most characters of one text in a log line. A key has 850 bytes at most; a stack is the longest text that is useful.
 */
const LONGEST_TEXT = 2000;
const DEEPEST_CAUSE = 5;
const SECRET_NAMES = /^(?:authorization|secret_?key|(?:x-cos-(?:security-)?|session_?)?token|q-signature)$/i;
const SECRET_TEXT = /((?:q-signature|x-cos-security-token|sign)=)[^&\s"']+/gi;
const HIDDEN = '[hidden]';

/**
 * One log line: a JSON object, so control characters in keys and IDs cannot begin another line. Callers never pass
 * secrets. Removing signatures and tokens here as well is a second safeguard.
 */
export function formatLine(fields: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(fields, (name, value: unknown) => (SECRET_NAMES.test(name) ? HIDDEN : clean(value)));
  } catch (error) {
    // A value that cannot be written (a cycle) must not end the run that logs it.
    return JSON.stringify({ problem: 'A log line could not be written.', cause: clean(error) });
  }
}

function clean(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return describeError(value);
  if (typeof value !== 'string') return value;
  const text = value.replace(SECRET_TEXT, `$1${HIDDEN}`);
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}

/**
 * The fields of an error in a log line: code and side of a `ServiceError`, the stack of any other error, and the chain
 * of causes.
 */
export function describeError(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const cause =
    error.cause === undefined || depth >= DEEPEST_CAUSE ? {} : { cause: describeError(error.cause, depth + 1) };
  if (!(error instanceof ServiceError)) {
    return { name: error.name, message: error.message, stack: error.stack, ...cause };
  }
  const { name, message, code, status, side, retryable, outcome, requestId } = error;
  return { name, message, code, status, side, retryable, outcome, requestId, ...cause };
}
