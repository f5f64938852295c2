import { setTimeout as sleep } from 'node:timers/promises';
import { SignatureError } from '../../../shared/signing/index.ts';
import { ConnectionReset } from '../http/connection.ts';
import { CloudFailure, randomUuid } from '../scf/index.ts';
import type { Cam, Scf } from '../scf/index.ts';
import type { CloudRequest, CloudResponse, Faults, Handler, RequestFault } from '../types.ts';
import { checkParameters } from './action.ts';
import type { Actions } from './action.ts';
import { authenticate } from './authenticate.ts';
import { CAM_ACTIONS } from './cam-actions.ts';
import { isRecord } from './parameters.ts';
import { DOMAIN_ACTIONS } from './domain-actions.ts';
import { createRateLimit } from './rate-limit.ts';
import type { RateLimit } from './rate-limit.ts';
import { FUNCTION_ACTIONS } from './function-actions.ts';
import { LOG_ACTIONS } from './log-actions.ts';
import { INVOKE_ACTIONS } from './invoke-actions.ts';
import { TRIGGER_ACTIONS } from './trigger-actions.ts';

export interface CloudApiOptions {
  readonly scf: Scf;
  readonly cam: Cam;
  /** ms since 1970 */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly faults?: Pick<Faults, 'onRequest'>;
}

interface Service {
  readonly version: string;
  readonly regional: boolean;
  readonly actions: Actions;
}

const SERVICES: ReadonlyMap<string, Service> = new Map([
  [
    'scf',
    {
      version: '2018-04-16',
      regional: true,
      actions: { ...FUNCTION_ACTIONS, ...INVOKE_ACTIONS, ...TRIGGER_ACTIONS, ...DOMAIN_ACTIONS },
    },
  ],
  ['cls', { version: '2020-10-16', regional: true, actions: LOG_ACTIONS }],
  ['cam', { version: '2019-01-16', regional: false, actions: CAM_ACTIONS }],
]);

/** Fits the largest zip as base64. */
const MAX_BODY = 72 * 1024 * 1024;

/**
 * The cloud API 3.0 of SCF, CAM and the log service. Whatever happens, the status is 200 and the body `{"Response":{…,"RequestId":…}}`,
 * with an `Error` in it when the call was refused.
 */
export function createCloudApi(options: CloudApiOptions): Handler {
  const limit = createRateLimit(options.now);

  return async (request) => {
    const requestId = randomUuid(options.random);
    const envelope = (content: object, status = 200): CloudResponse => ({
      status,
      headers: [['content-type', 'application/json']],
      body: JSON.stringify({ Response: { ...content, RequestId: requestId } }),
    });
    try {
      const payload = await readBody(request.body);
      const faults = faultsOf(request, options);
      for (const fault of faults) {
        if (fault.kind === 'latency') await sleep(fault.ms);
        if (fault.kind === 'reset') throw new ConnectionReset();
        if (fault.kind === 'error') return envelope(errorOf(fault.code, 'on demand'), fault.status);
      }
      const answer = await call(request, payload, options, limit);
      if (faults.some(({ kind }) => kind === 'reset-after')) throw new ConnectionReset();
      return envelope(answer);
    } catch (error) {
      if (!(error instanceof CloudFailure) && !(error instanceof SignatureError)) throw error;
      return envelope(errorOf(error.code, error.message));
    }
  };
}

async function call(
  request: CloudRequest,
  payload: Uint8Array,
  { scf, cam, now }: CloudApiOptions,
  limit: RateLimit,
): Promise<object> {
  const { principal, service: name } = authenticate(request, payload, cam, now());
  const service = SERVICES.get(name);
  if (!service) throw new CloudFailure('NoSuchProduct', `The product \`${name}\` is not available here.`);
  if (headerOf(request, 'x-tc-version') !== service.version) {
    throw new CloudFailure('NoSuchVersion', `The version of ${name} is ${service.version}.`);
  }
  const actionName = headerOf(request, 'x-tc-action');
  const action = Object.hasOwn(service.actions, actionName) ? service.actions[actionName] : undefined;
  if (!action) throw new CloudFailure('InvalidAction', `The request action=\`${actionName}\` is invalid or not found.`);
  const region = headerOf(request, 'x-tc-region');
  if (service.regional && region === '') {
    throw new CloudFailure('MissingParameter', 'The request is missing a required parameter `Region`.');
  }

  const parameters = checkParameters(action, readJson(payload));
  const resource = `qcs::${name}:${service.regional ? region : ''}:uin/${cam.uin}:${action.resource(parameters)}`;
  if (!cam.allows(principal, `${name}:${actionName}`, resource)) {
    throw new CloudFailure('AuthFailure.UnauthorizedOperation', `not authorized: ${name}:${actionName} on ${resource}`);
  }
  if (action.perSecond !== undefined) limit(`${name}:${actionName}`, action.perSecond);
  return action.run(parameters, { scf, cam, logs: scf.logTopics, region: service.regional ? region : '' });
}

function faultsOf(request: CloudRequest, { faults }: CloudApiOptions): readonly RequestFault[] {
  if (!faults) return [];
  const named = /Credential=[^/]*\/[^/]*\/(\w+)\//.exec(headerOf(request, 'authorization'))?.[1];
  const service = named === 'cam' || named === 'cls' ? named : 'scf';
  const action = headerOf(request, 'x-tc-action');
  const region = headerOf(request, 'x-tc-region');
  return faults.onRequest({ service, action, method: request.method, bucket: '', region, key: '' });
}

function headerOf(request: CloudRequest, name: string): string {
  return request.headers.find(([candidate]) => candidate === name)?.[1] ?? '';
}

function readJson(payload: Uint8Array): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(payload));
  } catch {
    // Answered below: a body that is no object is refused like one that is not JSON.
  }
  if (isRecord(body)) return body;
  throw new CloudFailure('InvalidParameter', 'The request body is not a JSON object.');
}

async function readBody(body: CloudRequest['body']): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BODY) throw new CloudFailure('RequestSizeLimitExceeded', 'The request body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function errorOf(code: string, message: string): object {
  return { Error: { Code: code, Message: message } };
}
