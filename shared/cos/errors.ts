import { ServiceError } from '../errors/index.ts';
import type { ErrorDetails } from '../errors/index.ts';
import type { Pairs } from '../signing/index.ts';
import type { Place } from './types.ts';

/** The name of a call, in words that may stand in a log. */
export interface CallName {
  readonly method: string;
  readonly place: Place;
  readonly key?: string | undefined;
  readonly query?: Pairs;
  readonly headers?: Pairs;
}

const LONGEST_REASON = 300;

/**
 * A failed COS call. Beside the codes of COS there are ours, for calls without a usable answer: `ConnectionFailed`
 * (nothing was sent), `ConnectionReset`, `AnswerTimeout`, `AnswerIncomplete`, `AnswerMalformed`, `AnswerTooLarge`,
 * `DeadlineReached` (too late to begin).
 *
 * Neither the message nor a field holds a request header, so no signature or token can get into a log with it.
 */
export class CosError extends ServiceError {
  override readonly name = 'CosError';
  readonly method: string;
  readonly place: Place;
  readonly key: string | undefined;
  /** The kind of request, without names: `GET object ?tagging`, `PUT object (copy)`. */
  readonly request: string;

  constructor(call: CallName, reason: string, details: ErrorDetails) {
    const status = details.status ? ` ${details.status}` : '';
    super(`${describe(call)}: ${details.code}${status}: ${printable(reason, LONGEST_REASON)}`, details);
    this.method = call.method;
    this.place = call.place;
    this.key = call.key;
    this.request = kindOf(call);
  }
}

/** Values of parameters are left out: they hold version IDs and prefixes. */
function kindOf({ method, key, query = [], headers = [] }: CallName): string {
  const parameter = query.find(([name]) => name !== 'versionId')?.[0];
  const copies = headers.some(([name]) => name.toLowerCase() === 'x-cos-copy-source');
  const subject = key === undefined || key === '' ? 'bucket' : 'object';
  return `${method} ${subject}${parameter === undefined ? '' : ` ?${parameter}`}${copies ? ' (copy)' : ''}`;
}

function describe({ method, place, key }: CallName): string {
  return `${method} ${place.bucket}/${printable(key ?? '', 200)}`;
}

/** Keys and answers come from outside, and a line break in them must not begin a new line of a log. */
function printable(text: string, longest: number): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
