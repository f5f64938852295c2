import { nodeHash } from '../../../shared/cos/index.ts';
import { constantTimeEqual, readTc3, verifyTc3 } from '../../../shared/signing/index.ts';
import { CloudFailure } from '../scf/index.ts';
import type { Access, CloudRequest, Principal } from '../types.ts';

/** The caller, and the service that it calls. */
export interface Caller {
  readonly principal: Principal;
  readonly service: string;
}

const SERVICE_HOST = /^([a-z]+)(?:\.[a-z\d-]+)?\.tencentcloudapi\.com$/;

/**
 * Verifies the TC3 signature of a call. On a host that is not one of the services (a local address) the signature names
 * the service.
 *
 * Throws `CloudFailure`, or the `SignatureError` of the signature, both with the cloud API's codes (`AuthFailure.…`).
 */
export function authenticate(request: CloudRequest, payload: Uint8Array, access: Access, now: number): Caller {
  const { method, rawQuery, headers } = request;
  const fields = readTc3(headers);
  if (!fields) throw failure('InvalidAuthorization', 'The request has no Authorization header.');
  const pair = access.find(fields.secretId);
  if (!pair)
    throw failure('SecretIdNotFound', 'The SecretId is not found, please ensure that your SecretId is correct.');

  const service = SERVICE_HOST.exec(request.host.replace(/:\d*$/, '').toLowerCase())?.[1] ?? fields.service;
  const { secretKey } = pair;
  verifyTc3({ method, query: rawQuery, headers, payload }, fields, { secretKey, hash: nodeHash, now, service });

  const token = headers.find(([name]) => name === 'x-tc-token')?.[1] ?? '';
  if (!constantTimeEqual(token, pair.token ?? '') || (pair.expires !== undefined && pair.expires <= now)) {
    throw failure('TokenFailure', 'The provided token is invalid or has expired.');
  }
  return { principal: pair.principal, service };
}

function failure(code: string, message: string): CloudFailure {
  return new CloudFailure(`AuthFailure.${code}`, message);
}
