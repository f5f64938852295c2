import { nodeHash } from '../../../../shared/cos/index.ts';
import { signTc3 } from '../../../../shared/signing/index.ts';
import type { CloudRequest, Handler } from '../../types.ts';
import { REGION, ROOT } from '../scf/scf-world.ts';

export interface CallOptions {
  readonly secretId?: string;
  readonly secretKey?: string;
  readonly token?: string | undefined;
  readonly version?: string;
  readonly region?: string | undefined;
  readonly host?: string;
  /** ms by which the caller's clock is wrong. */
  readonly skew?: number;
  /** Last changes before the request is sent. */
  readonly change?: (request: CloudRequest) => CloudRequest;
}

export type Answer = Readonly<Record<string, unknown>> & { readonly RequestId: string };

const VERSIONS: Readonly<Record<string, string>> = { scf: '2018-04-16', cam: '2019-01-16', cls: '2020-10-16' };

/** Calls the API as a signed client does. A refused call is an answer too: `{Error: {Code, Message}}`. */
export async function call(
  api: Handler,
  now: () => number,
  service: string,
  action: string,
  parameters: object | string = {},
  options: CallOptions = {},
): Promise<Answer> {
  const payload = typeof parameters === 'string' ? parameters : JSON.stringify(parameters);
  const host = options.host ?? `${service}.tencentcloudapi.com`;
  const { secretId = ROOT.secretId, secretKey = ROOT.secretKey, token } = options;
  const headers = signTc3({
    service,
    host,
    action,
    version: options.version ?? VERSIONS[service] ?? '',
    region: 'region' in options ? options.region : REGION,
    payload,
    timestamp: Math.floor((now() + (options.skew ?? 0)) / 1000),
    credentials: { secretId, secretKey, token },
    hash: nodeHash,
  });
  const request: CloudRequest = {
    method: 'POST',
    host,
    rawPath: '/',
    rawQuery: '',
    headers: Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    body: bytes(payload),
    remoteAddress: '127.0.0.1',
  };
  const answer = await api(options.change?.(request) ?? request);
  const body = JSON.parse(answer.body as string) as { Response: Answer };
  return { ...body.Response, HttpStatus: answer.status };
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
