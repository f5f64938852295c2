import type { HttpResponse } from '../../../shared/scf/index.ts';

/** Answers of COS on bucket calls have this type even when they are empty. */
export const XML_TYPE = 'application/xml';

/**
 * A fresh request ID in the form of COS: base64 of `<hex seconds>_<hex>_<hex>_<hex>`. SDKs treat an answer without one
 * as a broken connection. `now` in ms since 1970.
 */
export function newRequestId(now: number, random: (bytes: number) => Uint8Array): string {
  const hex = Buffer.from(random(10)).toString('hex');
  const seconds = Math.floor(now / 1000).toString(16);
  return Buffer.from(`${seconds}_${hex.slice(0, 8)}_${hex.slice(8, 12)}_${hex.slice(12)}`).toString('base64');
}

/**
 * The headers that a browser needs on every answer, errors included. Any origin is allowed: only a signature authorises
 * a request, never something that a browser adds by itself.
 */
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Content-Length, Date, ETag, x-cos-request-id, x-cos-replication-rule-creation-time',
} as const;

/** Completes an answer. The answer to a HEAD has headers alone. */
export function finish(response: HttpResponse, requestId: string, method: string): HttpResponse {
  const { status, headers, body } = response;
  return {
    status,
    headers: { ...headers, ...CORS, 'x-cos-request-id': requestId },
    ...(body === undefined || method === 'HEAD' ? {} : { body }),
  };
}

const METHODS = 'GET, PUT, DELETE, HEAD, POST';
/** Seconds for which a browser need not repeat the CORS request. */
const MAX_AGE = '600';
const MOST_ASKED = 64;
const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,128}$/;

/** Answers a browser's CORS request, which precedes the request itself and carries no signature. */
export function preflight(asked: string | undefined): HttpResponse {
  // Echoed, because a wildcard does not cover Authorization; only names in the form of a header.
  const names = (asked ?? '')
    .split(',', MOST_ASKED)
    .map((name) => name.trim())
    .filter((name) => TOKEN.test(name));
  return {
    status: 200,
    headers: {
      'Access-Control-Allow-Methods': METHODS,
      'Access-Control-Allow-Headers': names.length === 0 ? 'authorization' : names.join(', '),
      'Access-Control-Max-Age': MAX_AGE,
    },
  };
}
