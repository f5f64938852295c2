import { createHash } from 'node:crypto';

import { createSigner } from '../signing/index.ts';
import type { Credentials, Hash, Pairs } from '../signing/index.ts';
import type { Call } from './calls.ts';
import { targetOf } from './keys.ts';
import { hostOf } from './places.ts';
import { SIGNATURE_LIFE_MS, TOLERATED_SKEW_MS } from '../durations/index.ts';

/**
 * Seconds. A request that COS receives after this time is refused, so a write whose answer never came cannot take
 * effect later: leases on a key are given to others only after it. Never make it longer without them.
 */
export const SIGNATURE_LIFETIME = SIGNATURE_LIFE_MS / 1000;

/** Beside `x-cos-*`, the headers that the official SDKs sign and this client sends. */
const SIGNED = new Set([
  'host',
  'content-length',
  'content-md5',
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'expires',
]);

interface PreparedRequest {
  readonly host: string;
  readonly target: string;
  readonly headers: Pairs;
}

export interface RequestBuilder {
  /** Signs anew at each call: a signature that outlives a retry would outlive the lease it was made under. */
  build(call: Call<unknown>): PreparedRequest;
  /** Sets our clock by the `Date` of an answer. True when that changed anything. */
  learnTime(date: string | undefined): boolean;
}

export interface BuilderOptions {
  readonly credentials: () => Credentials;
  readonly hash: Hash;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function createRequestBuilder(options: BuilderOptions): RequestBuilder {
  let offset = 0;
  let credentials: Credentials;
  const sign = createSigner({
    credentials: () => credentials,
    hash: options.hash,
    now: () => options.now() + offset,
    lifetime: SIGNATURE_LIFETIME,
  });

  return {
    build: (call) => {
      // Once per request: the pair and its token change together.
      credentials = options.credentials();
      const { key = '', query = [] } = call;
      const host = hostOf(call.place);
      const headers: (readonly [string, string])[] = [['Host', host], ...bodyHeaders(call), ...(call.headers ?? [])];
      if (credentials.token !== undefined) headers.push(['x-cos-security-token', credentials.token]);
      const signed = headers.filter(([name, value]) => isSigned(name, value));
      const authorization = sign({ method: call.method, path: `/${key}`, query, headers: signed });
      headers.push(['User-Agent', 'cos-replication'], ['Authorization', authorization]);
      return { host, target: targetOf(key, query), headers };
    },
    learnTime: (date) => {
      const served = date === undefined ? Number.NaN : Date.parse(date);
      const difference = served - options.now();
      // Also false when there is no date to learn from.
      if (!(Math.abs(difference - offset) > TOLERATED_SKEW_MS)) return false;
      offset = difference;
      return true;
    },
  };
}

function bodyHeaders({ method, body }: Call<unknown>): Pairs {
  if (body === undefined) return method === 'PUT' || method === 'POST' ? [['Content-Length', '0']] : [];
  return [
    ['Content-Length', String(body.length)],
    ['Content-MD5', createHash('md5').update(body).digest('base64')],
  ];
}

/**
 * A value beyond ASCII goes out in the bytes it came in, and COS does not say whether it signs those bytes or the text
 * they stand for. The list of a signature names what it covers, so such a header is simply not named.
 */
function isSigned(name: string, value: string): boolean {
  const lower = name.toLowerCase();
  return (lower.startsWith('x-cos-') || SIGNED.has(lower)) && /^[\t\x20-\x7e]*$/.test(value);
}
