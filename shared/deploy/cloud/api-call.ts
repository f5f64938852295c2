import type { KeyStore } from '../../access/index.ts';
import { nodeHash } from '../../cos/index.ts';
import { encode, sign, type Pairs } from '../../signing/index.ts';
import { child, readXml, textOf } from '../../xml/index.ts';
import { DeployError } from '../error.ts';
import { exchange } from '../../http/index.ts';
import { CALLER_SIGNATURE_LIFE_MS, COMMAND_PATIENCE_MS } from '../../durations/index.ts';

/** Somebody else answered in the place of the API: the platform, or a front end. */
const NOT_THE_API = 'API_UNREACHABLE';

export interface ApiCall {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly bucket: string;
  /** The parameter that names the call. */
  readonly subresource: string;
  /** Further parameters; an undefined one is left out. */
  readonly parameters?: Readonly<Record<string, string | undefined>>;
  /** An object is sent as JSON; bytes are sent unchanged, as XML. */
  readonly body?: object | Uint8Array;
}

export interface ApiAddress {
  /** The function URL: `https://…/`. */
  readonly url: string;
  /** Origin of a local cloud. */
  readonly endpoint: string | undefined;
}

/** The same as `askApi`, for answers in JSON. */
export async function callApi(
  keys: Pick<KeyStore, 'add' | 'remove'>,
  address: ApiAddress,
  call: ApiCall,
): Promise<unknown> {
  return JSON.parse(await askApi(keys, address, call)) as unknown;
}

/**
 * Makes one call of the API with a key of its own. The key is made before the call and removed after it: the person who
 * deploys may read the state bucket and needs no key. Resolves with the body of the answer; throws `DeployError` with the
 * refusal of the API, `retryable` where it may pass.
 */
export async function askApi(
  keys: Pick<KeyStore, 'add' | 'remove'>,
  address: ApiAddress,
  call: ApiCall,
): Promise<string> {
  const key = await keys.add({ buckets: [call.bucket], rights: call.method === 'GET' ? ['read'] : ['read', 'write'] });
  try {
    return await send(address, call, key);
  } finally {
    await keys.remove(key.secretId);
  }
}

async function send(
  { url, endpoint }: ApiAddress,
  { method, bucket, subresource, parameters = {}, body }: ApiCall,
  pair: { readonly secretId: string; readonly secretKey: string },
): Promise<string> {
  const { host } = new URL(url);
  const path = `/${bucket}/`;
  const query: Pairs = [
    [subresource, ''],
    ...Object.entries(parameters).flatMap(([name, value]): Pairs => (value === undefined ? [] : [[name, value]])),
  ];
  const second = Math.floor(Date.now() / 1000);
  const signature = sign(
    { method, path, query, headers: [['host', host]] },
    { credentials: pair, time: { start: second - 60, end: second + CALLER_SIGNATURE_LIFE_MS / 1000 }, hash: nodeHash },
  );
  const type = body instanceof Uint8Array ? 'application/xml' : 'application/json';
  const headers = { Host: host, Authorization: signature, 'Content-Type': type };
  const text = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const answer = await exchange(endpoint ?? url, {
    method,
    path: `${path}?${text}`,
    headers,
    body: bytesOf(body),
    idleLimit: COMMAND_PATIENCE_MS,
  }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeployError(`The API at ${endpoint ?? url} gave no answer: ${reason}.`, 'NetworkError', cause, true);
  });
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  const { code, message } = refusalOf(answer.body);
  // The API answers 5xx only where a retry can help.
  const mayPass = code === NOT_THE_API || answer.status >= 500;
  throw new DeployError(`The API answered ${answer.status} ${code}: ${message}`, code, undefined, mayPass);
}

function bytesOf(body: ApiCall['body']): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(body === undefined ? '' : JSON.stringify(body));
}

function refusalOf(body: string): { readonly code: string; readonly message: string } {
  try {
    const root = readXml(body);
    const error = root.name === 'Error' ? root : child(root, 'Error');
    if (error !== undefined)
      return { code: textOf(error, 'Code') ?? 'UNKNOWN', message: textOf(error, 'Message') ?? 'it gave no reason' };
  } catch {
    // This answer is not the API's own: the platform reports with another code that the function does not exist.
  }
  return { code: NOT_THE_API, message: 'it was not the API that answered; look at "npx serverless info"' };
}
