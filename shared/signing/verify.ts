import { joinFormat, listedPairs, signKey, stringToSign } from './canonical.ts';
import { constantTimeEqual } from './compare.ts';
import { EXPIRED_MESSAGE, accessDenied, doesNotMatch, tooSkewed } from './error.ts';
import type { Computed } from './error.ts';
import type { Hash, SignableRequest, SignatureFields } from './types.ts';

/** Seconds. A signature that starts further in the future is refused with `RequestTimeTooSkewed`. */
const MAX_SKEW = 15 * 60;

export interface VerifyOptions {
  readonly secretKey: string;
  readonly hash: Hash;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Seconds by which an accepted signature may start in the future; 0 by default. */
  readonly tolerance?: number;
}

/**
 * Verifies the signature of a request with all its received headers and parameters. Unlisted ones are ignored; the
 * caller decides which names *must* be listed.
 *
 * Throws `SignatureError`: `SignatureDoesNotMatch`, `AccessDenied` ("Request has expired") or `RequestTimeTooSkewed`.
 */
export function verify(request: SignableRequest, fields: SignatureFields, options: VerifyOptions): void {
  verifyAny([request], fields, options);
}

/**
 * Verifies a request that the client may have signed in another spelling (host with or without port, a header that a
 * front end dropped). Returns the candidate that verified; only that one may be used afterwards. Throws the error of
 * `verify` for the first one.
 */
export function verifyAny(
  requests: Iterable<SignableRequest>,
  fields: SignatureFields,
  options: VerifyOptions,
): SignableRequest {
  checkTime(fields, options);
  const { secretKey, hash } = options;
  const key = signKey(secretKey, fields.keyTime, hash);
  let first: Computed | undefined;
  for (const request of requests) {
    const query = listedPairs(request.query, fields.paramList);
    const headers = listedPairs(request.headers, fields.headerList);
    const format = joinFormat(request, query.text, headers.text);
    const text = stringToSign(format, fields.signTime, hash);
    first ??= { stringToSign: text, formatString: format };
    // A listed name that the request lacks is a mismatch by itself. If it counted as empty, a signed `?replication`
    // that was cut off on the way would still verify.
    const complete = covers(query.names, fields.paramList) && covers(headers.names, fields.headerList);
    if (constantTimeEqual(hash.hmacSha1(key, text), fields.signature) && complete) return request;
  }
  if (first === undefined) throw new TypeError('No request to verify.');
  throw doesNotMatch(first);
}

function covers(present: readonly string[], listed: readonly string[]): boolean {
  if (listed.length === 0) return true;
  const names = new Set(present);
  return listed.every((name) => names.has(name));
}

function checkTime({ signTime, keyTime }: SignatureFields, { now, tolerance = 0 }: VerifyOptions): void {
  const second = Math.floor(now / 1000);
  const start = Math.max(signTime.start, keyTime.start);
  if (second > Math.min(signTime.end, keyTime.end)) throw accessDenied(EXPIRED_MESSAGE);
  if (start - second > MAX_SKEW) throw tooSkewed();
  // COS does not document its answer to a smaller gap. This message makes the SDKs correct their clock and try again.
  if (start - second > tolerance) throw accessDenied(EXPIRED_MESSAGE);
}
