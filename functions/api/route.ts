import type { HttpRequest } from '../../shared/scf/index.ts';
import type { Verb } from './call.ts';
import { refuse } from './errors.ts';
import type { Target } from './target.ts';
import { REPLICATION, VERBS } from './verbs.ts';

const SUBRESOURCES = new Set(VERBS.map(({ subresource }) => subresource));

/**
 * What a request asks for. Throws `ServiceError`: `InvalidArgument` (400) for two things at once, `NoSuchKey` (404) and
 * `MethodNotAllowed` (405) for what there is not.
 */
export function route({ method, queries }: Pick<HttpRequest, 'method' | 'queries'>, { key }: Target): Verb {
  const asked = askedFor(queries);
  if (asked.length > 1) {
    throw refuse(400, 'InvalidArgument', `A request cannot ask for ${asked.join(' and ')} at once.`);
  }
  const on = key === '' ? 'bucket' : 'object';
  const there = VERBS.filter((verb) => verb.on === on && asked.includes(verb.subresource));
  const verb = there.find((candidate) => candidate.method === method);
  if (verb !== undefined) return verb;
  if (on === 'object' && there.length === 0 && (method === 'GET' || method === 'HEAD')) {
    throw refuse(404, 'NoSuchKey', 'The specified key does not exist.');
  }
  throw refuse(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
}

/** Methods of the sub-resource that a request names; without one, those of COS's own. */
export function allowedMethods({ queries }: Pick<HttpRequest, 'queries'>): string {
  const [subresource = REPLICATION] = askedFor(queries);
  const methods = VERBS.filter((verb) => verb.subresource === subresource).map(({ method }) => method);
  return [...methods, 'OPTIONS'].join(', ');
}

function askedFor(queries: HttpRequest['queries']): string[] {
  const names = queries.flatMap((query) => query.map(([name]) => name));
  return [...new Set(names.filter((name) => SUBRESOURCES.has(name)))];
}
