import { nodeHash } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import { exchange } from '../http/index.ts';
import { signTc3, type Credentials } from '../signing/index.ts';
import { SWEEP_CALL_MS } from '../durations/index.ts';

/** One call of the cloud API about functions. Throws `ServiceError` with the code of the refusal, or `ConnectionFailed`. */
export type AskPlatform = (action: string, parameters: object) => Promise<unknown>;

export interface PlatformOptions {
  readonly credentials: () => Credentials;
  readonly region: string;
  /** Origin of a local cloud. */
  readonly endpoint: string | undefined;
  /** ms since 1970. */
  readonly now: () => number;
}

const HOST = 'scf.tencentcloudapi.com';
const VERSION = '2018-04-16';
/** Most bytes of an answer. That about a function holds its environment and its triggers. */
const LONGEST = 1_000_000;
const SENT = { method: 'POST', path: '/', idleLimit: SWEEP_CALL_MS, longest: LONGEST } as const;

export function createAskPlatform({ credentials, region, endpoint, now }: PlatformOptions): AskPlatform {
  return async (action, parameters) => {
    const payload = JSON.stringify(parameters);
    const headers = signTc3({
      service: 'scf',
      host: HOST,
      action,
      version: VERSION,
      region,
      payload,
      timestamp: Math.floor(now() / 1000),
      credentials: credentials(),
      hash: nodeHash,
    });
    const answer = await exchange(endpoint ?? `https://${HOST}`, { ...SENT, headers, body: payload }).catch(
      (cause: unknown) => {
        throw new ServiceError(`${action} got no answer`, { code: 'ConnectionFailed', side: 'platform', cause });
      },
    );
    const response = responseOf(answer.body);
    const code = response?.Error?.Code;
    if (response === undefined || code !== undefined)
      throw new ServiceError(`${action} was refused`, { code: code ?? 'AnswerMalformed', side: 'platform' });
    return response;
  };
}

function responseOf(body: string): { readonly Error?: { readonly Code?: string } } | undefined {
  try {
    return (JSON.parse(body) as { Response?: { Error?: { Code?: string } } }).Response;
  } catch {
    return undefined;
  }
}
