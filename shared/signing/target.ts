import { ServiceError } from '../errors/index.ts';
import type { Pairs } from './types.ts';

export interface Target {
  /** Decoded, with its leading `/`. */
  readonly path: string;
  /** Decoded; `?replication` and `?replication=` both have the value ''. */
  readonly query: Pairs;
}

/**
 * Splits a request target in origin form (`/a%20b?versionId=…`) into the parts that a signature covers. A `+` stays a
 * plus sign in the path and in the query: COS clients encode a space as `%20`.
 *
 * Throws `ServiceError` `InvalidURI` (400) when an escape is not UTF-8.
 */
export function splitTarget(target: string): Target {
  const mark = target.indexOf('?');
  const path = decode(mark < 0 ? target : target.slice(0, mark));
  if (mark < 0 || mark === target.length - 1) return { path, query: [] };
  const query = target
    .slice(mark + 1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): [string, string] => {
      const equals = pair.indexOf('=');
      return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    });
  return { path, query };
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new ServiceError("Couldn't parse the specified URI.", { code: 'InvalidURI', status: 400, cause });
  }
}
