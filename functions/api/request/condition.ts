import type { HttpRequest } from '../../../shared/scf/index.ts';
import { refuse } from '../response/errors.ts';

/** The condition of a request on the rules that it replaces. */
export interface Condition {
  /** ETags, one of which the rules must have; `*`: there must be rules. */
  readonly match?: readonly string[];
  /** True: there must be no rules. */
  readonly none?: true;
}

/** Most characters of ETags in one header; each takes about 30. */
const LONGEST = 4096;

/**
 * Reads `If-Match` and `If-None-Match: *`. Undefined: the request replaces any rules, as SDKs do. Throws `ServiceError`
 * `InvalidArgument` (400).
 */
export function readCondition({ headers }: Pick<HttpRequest, 'headers'>): Condition | undefined {
  const match = valueOf(headers, 'if-match');
  const none = valueOf(headers, 'if-none-match');
  if (match === undefined && none === undefined) return undefined;
  if (none !== undefined && none !== '*') {
    throw refuse(400, 'InvalidArgument', 'If-None-Match can only be * here: it stores rules where there are none.');
  }
  return { ...(match === undefined ? {} : { match: tagsOf(match) }), ...(none === undefined ? {} : { none: true }) };
}

/** Throws `ServiceError` `PreconditionFailed` (412). `etag` undefined: there are no rules. */
export function checkCondition({ match, none }: Condition, etag: string | undefined): void {
  const failed =
    (none === true && etag !== undefined) ||
    (match !== undefined && (etag === undefined || !(match.includes('*') || match.includes(bare(etag)))));
  if (!failed) return;
  throw refuse(
    412,
    'PreconditionFailed',
    'Somebody has changed the rules since this change was made. Get them again and repeat the change.',
  );
}

function valueOf(headers: HttpRequest['headers'], name: string): string | undefined {
  const values = headers.filter(([candidate]) => candidate === name).map(([, value]) => value.trim());
  const value = values.length === 0 ? undefined : values.join(', ');
  if (value === '' || (value?.length ?? 0) > LONGEST) {
    throw refuse(400, 'InvalidArgument', `The header ${name} is empty or too long.`);
  }
  return value;
}

const tagsOf = (value: string): string[] => value.split(',').map((tag) => bare(tag.trim()));

/** The tag without quotes and without the prefix of a weak tag, which proxies add when they compress an answer. */
const bare = (tag: string): string => tag.replace(/^W\//, '').replaceAll('"', '');
