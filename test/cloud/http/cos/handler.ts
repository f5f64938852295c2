import { setTimeout as sleepFor } from 'node:timers/promises';
import type { CloudRequest, CloudResponse, Handler } from '../../types.ts';
import { ConnectionReset } from '../connection.ts';
import { parseRequest } from './address.ts';
import type { Resource } from './authorize.ts';
import type { CosHandlerOptions, Parsed } from './call.ts';
import { copySourceOf } from './copy-source.ts';
import { corsHeaders, preflight } from './cors.ts';
import { errorAnswer, refusalOf } from './errors.ts';
import type { Refusal } from './errors.ts';
import { runWithFaults } from './faults.ts';
import { requestIdAt } from './ids.ts';
import { findOperation } from './operations.ts';
import type { Operation } from './operation.ts';
import { prepareCall } from './prepare.ts';
import { httpDate } from './times.ts';

/** COS over HTTP: signatures, access control, XML and headers around the storage core. */
export function createCosHandler(options: CosHandlerOptions): Handler {
  const sleep = options.sleep ?? ((ms: number) => sleepFor(ms));

  const answer = async (parsed: Parsed): Promise<CloudResponse> => {
    const { request, requestId } = parsed;
    if (parsed.method === 'OPTIONS') return preflight(options.core, parsed);
    const operation = findOperation(parsed, options.core.switches);
    const call = prepareCall(parsed, options);
    // A policy may allow some of the keys only. Without a signature the bucket's ACL decides about all of them.
    const byItself = operation.signedWithin || (operation.perKey && call.principal !== undefined);
    if (!byItself) call.demand(operation, resourceNamed(parsed, operation));
    const faults = options.faults.onRequest(faultInfo(parsed, operation));
    if (faults.length === 0) return operation.run(call);
    return runWithFaults({
      faults,
      answersEarly: operation.answersEarly ?? false,
      place: { resource: resourceOf(request), requestId },
      sleep,
      run: () => operation.run(call),
    });
  };

  return async (request) => {
    const requestId = requestIdAt(options.now());
    let response: CloudResponse;
    let parsed: Parsed | undefined;
    try {
      parsed = parseRequest(request, requestId);
      response = await answer(parsed);
    } catch (error) {
      if (error instanceof ConnectionReset) throw error;
      let refusal = refusalOf(error, options.core.switches.markerOn404);
      if (refusal === undefined) {
        options.onError?.(error);
        refusal = INTERNAL;
      }
      response = errorAnswer(refusal, { resource: resourceOf(request), requestId });
    }
    const headers = response.headers.concat([
      ['Date', httpDate(options.now())],
      ['Server', 'tencent-cos'],
      ['x-cos-request-id', requestId],
    ]);
    if (parsed?.headers.get('origin') !== undefined) headers.push(...corsHeaders(options.core, parsed));
    const { status, body } = response;
    return body === undefined ? { status, headers } : { status, headers, body };
  };
}

const INTERNAL: Refusal = {
  code: 'InternalError',
  status: 500,
  message: 'We encountered an internal error. Please try again.',
};

/** With its version, because each version has an ACL of its own. */
function resourceNamed({ bucket, region, key, query }: Parsed, operation: Operation): Resource {
  const versionId = query.get('versionId');
  return {
    bucket,
    region,
    key,
    ...(versionId === undefined ? {} : { versionId }),
    ...(operation.byPrefix ? { scope: query.get('prefix') ?? '' } : {}),
  };
}

function faultInfo(parsed: Parsed, operation: Operation) {
  const source = copySourceOf(parsed.headers, parsed.region);
  return {
    service: 'cos',
    action: operation.action ?? operation.permission,
    method: parsed.method,
    bucket: parsed.bucket,
    region: parsed.region,
    key: parsed.key,
    ...(source === undefined ? {} : { sourceRegion: source.region }),
  } as const;
}

/** `<Resource>`: host and path as they came, without scheme and query. */
function resourceOf(request: CloudRequest): string {
  return `${request.host}${request.rawPath}`;
}
