import { createHash } from 'node:crypto';

import { createSigner } from '../signing/index.ts';
import type { Credentials, Hash, Pairs } from '../signing/index.ts';
import type { Call } from './calls.ts';
import { targetOf } from './keys.ts';
import { hostOf } from './places.ts';
import { SIGNATURE_LIFE_MS, TOLERATED_SKEW_MS } from '../durations/index.ts';

/**
 * Seconds. COS refuses a request that arrives later than this, so a write whose answer never came cannot take effect
 * later. Leases on a key are given to others only after it: a longer lifetime needs longer leases.
 */
export const SIGNATURE_LIFETIME = SIGNATURE_LIFE_MS / 1000;

/** Headers that this client signs, beside `x-cos-*`; the official SDKs sign them too. */
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
  /** Signs anew at each call: an older signature would outlive the lease that it was made under. */
  build(call: Call<unknown>): PreparedRequest;
  /** Sets our clock by the `Date` of an answer. Returns whether the clock changed. */
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
      // Read once per request: the key pair and its token change together.
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
      // Also false when the answer has no date.
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
 * A value beyond ASCII is sent in the bytes in which it came, and COS does not say whether it signs those bytes or the
 * text that they encode. A signature lists the headers that it covers, so such a header is left out of the list.
 */
function isSigned(name: string, value: string): boolean {
  const lower = name.toLowerCase();
  return (lower.startsWith('x-cos-') || SIGNED.has(lower)) && /^[\t\x20-\x7e]*$/.test(value);
}
