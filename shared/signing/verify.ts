import { joinFormat, listedPairs, signKey, stringToSign } from './canonical.ts';
import { constantTimeEqual } from './compare.ts';
import { EXPIRED_MESSAGE, accessDenied, doesNotMatch, tooSkewed } from './error.ts';
import type { Computed } from './error.ts';
import type { Hash, SignableRequest, SignatureFields } from './types.ts';

/** Seconds by which a signature may start in the future before COS speaks of skewed clocks. */
const MAX_SKEW = 15 * 60;

export interface VerifyOptions {
  readonly secretKey: string;
  readonly hash: Hash;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Seconds by which a signature may start in the future and still be accepted; 0 unless told. */
  readonly tolerance?: number;
}

/**
 * Verifies the signature of a request that carries all headers and parameters of the wire; what the lists do not name
 * is not looked at. Which names *must* be listed is the caller's rule.
 *
 * Throws `SignatureError`: `SignatureDoesNotMatch`, `AccessDenied` ("Request has expired") or `RequestTimeTooSkewed`.
 */
export function verify(request: SignableRequest, fields: SignatureFields, options: VerifyOptions): void {
  verifyAny([request], fields, options);
}

/**
 * Verifies a request of which it is not certain how the client saw it (host with or without port, a header that a front
 * end dropped). Returns the one that verified; only that one may be used further on. Throws what `verify` throws, with
 * the texts computed for the first one.
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
    // A listed name that the request lacks is a mismatch by itself: taken as empty, a signed `?replication` that was
    // cut off on the way would still verify.
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
  // The answer of COS to a smaller gap is not documented. This message makes the SDKs correct their clock and try again.
  if (start - second > tolerance) throw accessDenied(EXPIRED_MESSAGE);
}
