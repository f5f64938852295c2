import { ServiceError } from '../../errors/index.ts';
import { nodeHash } from '../../cos/index.ts';
import { signTc3 } from '../../signing/index.ts';
import type { Credentials } from '../../signing/index.ts';
import { post } from './http.ts';
import type { Post } from './http.ts';
import { describeParameters, type Trace } from './trace.ts';

const VERSIONS = { scf: '2018-04-16', cam: '2019-01-16', cls: '2020-10-16' } as const;
const ATTEMPTS = 5;
/** Tries of a call that concerns something just made; their pauses take half a minute in all. */
const ATTEMPTS_FOR_NEW = 7;
/** Milliseconds before the first repetition; doubled each time. The tightest limit, AttachRolePolicy, is 3 calls a second. */
const FIRST_PAUSE = 500;

type Service = keyof typeof VERSIONS;

/** The cloud API 3.0: one call, and its answer without the envelope. Throws `CloudApiError`. */
export interface CloudApi {
  call<T = Record<string, unknown>>(service: Service, action: string, parameters: object): Promise<T>;
}

/** An error that the cloud API answered, or a missing answer (`NetworkError`). */
export class CloudApiError extends ServiceError {
  override readonly name = 'CloudApiError';
  readonly action: string;

  constructor(action: string, code: string, message: string, details: { requestId?: string; cause?: unknown } = {}) {
    super(`${action}: ${message} (${code}${details.requestId ? `, request ${details.requestId}` : ''})`, {
      code,
      side: 'platform',
      ...details,
    });
    this.action = action;
  }
}

export interface CloudApiOptions {
  readonly credentials: Credentials;
  readonly region: string;
  /** Origin of a local cloud; requests keep the Host of the real service. */
  readonly endpoint?: string | undefined;
  /** ms since 1970 */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly post?: Post;
  /** Receives a line for each call, each failure and each repetition. */
  readonly trace?: Trace;
}

interface Envelope {
  readonly Response?: {
    readonly Error?: { readonly Code: string; readonly Message: string };
    readonly RequestId?: string;
  };
}

export function createCloudApi(options: CloudApiOptions): CloudApi {
  const send = options.post ?? post;

  async function once(service: Service, action: string, payload: string): Promise<unknown> {
    const host = `${service}.tencentcloudapi.com`;
    const headers = signTc3({
      service,
      host,
      action,
      version: VERSIONS[service],
      // CAM is global: its calls name no region.
      region: service === 'cam' ? undefined : options.region,
      payload,
      timestamp: Math.floor(options.now() / 1000),
      credentials: options.credentials,
      hash: nodeHash,
    });
    const answer = await send(options.endpoint ?? `https://${host}`, headers, payload).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new CloudApiError(action, 'NetworkError', `no answer from ${options.endpoint ?? host}: ${reason}`, {
        cause,
      });
    });
    if (answer.status !== 200) {
      throw new CloudApiError(action, `HTTP${answer.status}`, `${host} answered with status ${answer.status}`);
    }
    const response = parse(action, answer.body).Response;
    if (response === undefined) throw new CloudApiError(action, 'MalformedAnswer', 'the answer has no Response');
    if (response.Error !== undefined) {
      const { Code, Message } = response.Error;
      throw new CloudApiError(action, Code, Message, response.RequestId ? { requestId: response.RequestId } : {});
    }
    return response;
  }

  return {
    async call<T>(service: Service, action: string, parameters: object): Promise<T> {
      const payload = JSON.stringify(parameters);
      const { trace = () => undefined } = options;
      trace(`${service} ${action} ${describeParameters(parameters)}`);
      for (let attempt = 1; ; attempt += 1) {
        try {
          return (await once(service, action, payload)) as T;
        } catch (error) {
          if (!(error instanceof CloudApiError)) throw error;
          const attempts = isNotYetKnown(action, error.code) ? ATTEMPTS_FOR_NEW : ATTEMPTS;
          const again = attempt < attempts && mayRepeat(action, error.code);
          const pause = FIRST_PAUSE * 2 ** (attempt - 1);
          trace(`${service} ${action}: ${error.code}${again ? `, again in ${pause} ms` : ''}`);
          if (!again) throw error;
          await options.sleep(pause);
        }
      }
    },
  };
}

/**
 * A refused call did nothing, so it is always repeated. After a lost answer only idempotent calls are repeated: a
 * second CreateFunction would fail because the first one succeeded, and a second Invoke would run the function twice.
 */
function mayRepeat(action: string, code: string): boolean {
  if (code.startsWith('RequestLimitExceeded') || isNotYetKnown(action, code)) return true;
  const lost = code === 'NetworkError' || code.startsWith('HTTP5') || code.startsWith('InternalError');
  return lost && /^(Get|List|Describe|Update|Modify)/.test(action);
}

/** CAM passes a new role or policy on to other services after a while. Until then they do not know it. */
function isNotYetKnown(action: string, code: string): boolean {
  if (action === 'AttachRolePolicy') return /(RoleNotExist|PolicyIdNotExist|PolicyNotExist|NotFound)$/.test(code);
  return /^(Create|UpdateFunction)/.test(action) && code === 'ResourceNotFound.Role';
}

function parse(action: string, body: string): Envelope {
  try {
    return JSON.parse(body) as Envelope;
  } catch (cause) {
    throw new CloudApiError(action, 'MalformedAnswer', 'the answer is not JSON', { cause });
  }
}
