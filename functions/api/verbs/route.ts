import type { HttpRequest } from '../../../shared/scf/index.ts';
import type { Verb } from './verb.ts';
import { refuse } from '../response/errors.ts';
import type { Target } from '../request/bucket.ts';
import { REPLICATION, VERBS } from './index.ts';

const SUBRESOURCES = new Set(VERBS.map(({ subresource }) => subresource));

/**
 * The call of a request. Throws `ServiceError`: `InvalidArgument` (400) for two sub-resources at once, for one in other
 * letter case, and for one of the bucket on an object or the reverse; `MethodNotAllowed` (405) for any other call.
 */
export function route({ method, queries }: Pick<HttpRequest, 'method' | 'queries'>, { key }: Target): Verb {
  const asked = askedFor(queries);
  if (asked.length > 1) {
    throw refuse(400, 'InvalidArgument', `A request cannot ask for ${asked.join(' and ')} at once.`);
  }
  const on = key === '' ? 'bucket' : 'object';
  const [subresource] = asked;
  if (subresource === undefined) {
    const meant = misspelt(queries);
    if (meant !== undefined) {
      throw refuse(400, 'InvalidArgument', `Capital and small letters matter: this call is spelt ${meant}.`);
    }
    throw refuse(
      405,
      'MethodNotAllowed',
      `This address manages replication and serves no objects. Of ${on === 'bucket' ? 'a bucket' : 'an object'} it takes ${callsOf((verb) => verb.on === on)}.`,
    );
  }
  const there = VERBS.filter((verb) => verb.on === on && verb.subresource === subresource);
  const verb = there.find((candidate) => candidate.method === method);
  if (verb !== undefined) return verb;
  const calls = callsOf((candidate) => candidate.subresource === subresource);
  if (there.length === 0) {
    throw refuse(400, 'InvalidArgument', `Not asked of ${on === 'bucket' ? 'a bucket' : 'an object'}: it is ${calls}.`);
  }
  throw refuse(405, 'MethodNotAllowed', `The specified method is not allowed against this resource: it is ${calls}.`);
}

/** Calls in readable form. */
function callsOf(accepts: (verb: Verb) => boolean): string {
  const calls = VERBS.filter(accepts).map(
    ({ method, on, subresource }) => `${method} ${on === 'bucket' ? '/' : '/<key>'}?${subresource}`,
  );
  return calls.length > 1 ? `${calls.slice(0, -1).join(', ')} or ${calls.at(-1) ?? ''}` : (calls[0] ?? '');
}

function misspelt(queries: HttpRequest['queries']): string | undefined {
  const names = new Set(queries.flatMap((query) => query.map(([name]) => name.toLowerCase())));
  return [...SUBRESOURCES].find((subresource) => names.has(subresource.toLowerCase()));
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
