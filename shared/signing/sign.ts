import { canonicalPairs, joinFormat, signKey, stringToSign, timeText } from './canonical.ts';
import type { Credentials, Hash, Pairs, SignableRequest, TimeRange } from './types.ts';

export interface SignOptions {
  readonly credentials: Credentials;
  /** Used for both `q-sign-time` and `q-key-time`, as in every official SDK. */
  readonly time: TimeRange;
  readonly hash: Hash;
}

/**
 * The `Authorization` value for a request. It signs exactly the given headers and parameters. A session token is signed
 * only if the caller lists its header, and must be sent in either case.
 */
export function sign(request: SignableRequest, options: SignOptions): string {
  return authorization(parts(request, options, signKey(options.credentials.secretKey, options.time, options.hash)));
}

/**
 * The signature as query parameters (values not yet percent-encoded), to be added to those of the request. The session
 * token is the last one and is not signed.
 */
export function presign(request: SignableRequest, options: SignOptions): Pairs {
  const { credentials, time, hash } = options;
  const pairs = parts(request, options, signKey(credentials.secretKey, time, hash));
  return credentials.token === undefined ? pairs : [...pairs, ['x-cos-security-token', credentials.token]];
}

export interface SignerOptions {
  readonly credentials: () => Credentials;
  readonly hash: Hash;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Seconds from now until a signature expires. A request that COS receives later has no effect. */
  readonly lifetime: number;
  /** Seconds by which the start lies in the past, for a server whose clock is slow; 60 by default. */
  readonly backdate?: number;
}

/**
 * A signer for many requests with one set of credentials. It caches the SignKey of the current second, which saves a
 * third of the work; it has no other state.
 */
export function createSigner(options: SignerOptions): (request: SignableRequest) => string {
  const { hash, lifetime, backdate = 60 } = options;
  let kept: { secretKey: string; start: number; key: string } | undefined;
  return (request) => {
    const credentials = options.credentials();
    const second = Math.floor(options.now() / 1000);
    const time = { start: second - backdate, end: second + lifetime };
    if (kept?.start !== time.start || kept.secretKey !== credentials.secretKey) {
      const key = signKey(credentials.secretKey, time, hash);
      kept = { secretKey: credentials.secretKey, start: time.start, key };
    }
    return authorization(parts(request, { credentials, time, hash }, kept.key));
  };
}

function parts(request: SignableRequest, options: SignOptions, key: string): Pairs {
  const { credentials, time, hash } = options;
  const query = canonicalPairs(request.query);
  const headers = canonicalPairs(request.headers);
  const text = stringToSign(joinFormat(request, query.text, headers.text), time, hash);
  const range = timeText(time);
  return [
    ['q-sign-algorithm', 'sha1'],
    ['q-ak', credentials.secretId],
    ['q-sign-time', range],
    ['q-key-time', range],
    ['q-header-list', headers.names.join(';')],
    ['q-url-param-list', query.names.join(';')],
    ['q-signature', hash.hmacSha1(key, text)],
  ];
}

// The order of the fields is that of every SDK; the values are not encoded in the header.
function authorization(pairs: Pairs): string {
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}
