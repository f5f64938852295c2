import { constantTimeEqual } from './compare.ts';
import { SignatureError } from './error.ts';
import type { Credentials, Hash, Pairs } from './types.ts';

const ALGORITHM = 'TC3-HMAC-SHA256';
const AUTHORIZATION =
  /^TC3-HMAC-SHA256 Credential=([\w-]{1,128})\/(\d{4}-\d{2}-\d{2})\/([a-z\d-]{1,64})\/tc3_request, ?SignedHeaders=([a-z\d;-]{1,1024}), ?Signature=([\da-f]{64})$/;
const MAX_AUTHORIZATION_LENGTH = 2048;
/** Most seconds by which the timestamp of a call may differ from the clock of the cloud API. */
const MAX_SKEW = 5 * 60;

/** A call of the cloud API 3.0; always POST with a JSON body. */
export interface Tc3Call {
  /** `scf`, `cam`, … as in the host name. */
  readonly service: string;
  /** As sent, with its port unless that is the default one. */
  readonly host: string;
  readonly action: string;
  /** `2018-04-16` */
  readonly version: string;
  readonly region?: string | undefined;
  readonly payload: string | Uint8Array;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly credentials: Credentials;
  readonly hash: Hash;
}

/** Headers of a signed call, `Host` and `Authorization` among them. */
export function signTc3(call: Tc3Call): Record<string, string> {
  const { credentials, hash, service, timestamp } = call;
  const headers: Record<string, string> = {
    'Content-Type': 'application/json; charset=utf-8',
    Host: call.host,
    'X-TC-Action': call.action,
  };
  const signedHeaders = Object.keys(headers).map((name) => name.toLowerCase());
  const date = utcDate(timestamp);
  const request = { method: 'POST', query: '', headers: Object.entries(headers), payload: call.payload };
  const signature = compute(request, { date, service, timestamp, signedHeaders }, credentials.secretKey, hash);
  headers['X-TC-Timestamp'] = String(timestamp);
  headers['X-TC-Version'] = call.version;
  if (call.region !== undefined) headers['X-TC-Region'] = call.region;
  if (credentials.token !== undefined) headers['X-TC-Token'] = credentials.token;
  headers['Authorization'] =
    `${ALGORITHM} Credential=${credentials.secretId}/${date}/${service}/tc3_request, ` +
    `SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return headers;
}

/** The parts of a TC3 signature. */
export interface Tc3Fields {
  readonly secretId: string;
  /** UTC date of the credential scope. */
  readonly date: string;
  readonly service: string;
  /** Unix seconds, from `X-TC-Timestamp`. */
  readonly timestamp: number;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/**
 * Reads the signature of a cloud API call. Undefined when it has no `Authorization` header.
 *
 * Throws `SignatureError` `AuthFailure.InvalidAuthorization` when it cannot be read.
 */
export function readTc3(headers: Pairs): Tc3Fields | undefined {
  const authorization = header(headers, 'authorization');
  if (authorization === undefined) return undefined;
  const match = authorization.length > MAX_AUTHORIZATION_LENGTH ? null : AUTHORIZATION.exec(authorization.trim());
  const timestamp = header(headers, 'x-tc-timestamp');
  const [, secretId, date, service, list, signature] = match ?? [];
  if (!secretId || !date || !service || !list || !signature) {
    throw failure('InvalidAuthorization', 'The Authorization header is not a TC3-HMAC-SHA256 signature.');
  }
  if (timestamp === undefined || !/^\d{1,11}$/.test(timestamp)) {
    throw failure('InvalidAuthorization', 'The header X-TC-Timestamp is missing or is not a number of seconds.');
  }
  return { secretId, date, service, timestamp: Number(timestamp), signedHeaders: list.split(';'), signature };
}

export interface Tc3Request {
  readonly method: string;
  /** As sent, without the question mark. */
  readonly query: string;
  readonly headers: Pairs;
  readonly payload: string | Uint8Array;
}

/**
 * Verifies a cloud API call. `now` is in milliseconds since 1970, `service` the one that the call addressed.
 *
 * Throws `SignatureError` with the codes `AuthFailure.SignatureExpire` and `AuthFailure.SignatureFailure`; the cloud
 * API sends them with status 200.
 */
export function verifyTc3(
  request: Tc3Request,
  fields: Tc3Fields,
  options: { readonly secretKey: string; readonly hash: Hash; readonly now: number; readonly service: string },
): void {
  if (Math.abs(options.now / 1000 - fields.timestamp) > MAX_SKEW) {
    throw failure('SignatureExpire', 'Signature expired. Timestamp and server time differ by more than five minutes.');
  }
  const mustBeSigned = ['content-type', 'host'].every((name) => fields.signedHeaders.includes(name));
  const inScope = fields.date === utcDate(fields.timestamp) && fields.service === options.service;
  const present = fields.signedHeaders.every((name) => header(request.headers, name) !== undefined);
  const expected = compute(request, fields, options.secretKey, options.hash);
  if (!constantTimeEqual(expected, fields.signature) || !mustBeSigned || !inScope || !present) {
    throw failure('SignatureFailure', 'The provided credentials could not be validated. Please check your signature.');
  }
}

function compute(
  request: Tc3Request,
  scope: Pick<Tc3Fields, 'date' | 'service' | 'timestamp' | 'signedHeaders'>,
  secretKey: string,
  hash: Hash,
): string {
  // The cloud API lower-cases names and values here, so `x-tc-action:describeinstances` is signed.
  const lines = scope.signedHeaders.map((name) => {
    const value = header(request.headers, name) ?? '';
    return `${name}:${value.trim().toLowerCase()}\n`;
  });
  const canonical = [
    request.method,
    '/',
    request.query,
    lines.join(''),
    scope.signedHeaders.join(';'),
    hash.sha256(request.payload),
  ].join('\n');
  const credentialScope = `${scope.date}/${scope.service}/tc3_request`;
  const text = `${ALGORITHM}\n${scope.timestamp}\n${credentialScope}\n${hash.sha256(canonical)}`;
  const dateKey = hash.hmacSha256(`TC3${secretKey}`, scope.date);
  const key = hash.hmacSha256(hash.hmacSha256(dateKey, scope.service), 'tc3_request');
  return hex(hash.hmacSha256(key, text));
}

function header(headers: Pairs, name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

function utcDate(timestamp: number): string {
  return new Date(timestamp * 1000).toISOString().slice(0, 10);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function failure(code: string, message: string): SignatureError {
  return new SignatureError(message, { code: `AuthFailure.${code}`, status: 200 });
}
