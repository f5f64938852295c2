import { SOURCE, STATE } from '../../deployment/index.ts';
import { createKeyStore } from '../../../shared/access/index.ts';
import type { KeyStore, NewKey } from '../../../shared/access/index.ts';
import { nodeHash } from '../../../shared/cos/index.ts';
import { createRuleStore } from '../../../shared/rules/index.ts';
import type { RuleStore } from '../../../shared/rules/index.ts';
import { httpFunction } from '../../../shared/scf/index.ts';
import type { Caution, HttpAnswer } from '../../../shared/scf/index.ts';
import { presign, sign } from '../../../shared/signing/index.ts';
import type { Pairs } from '../../../shared/signing/index.ts';
import { child, readXml, textOf } from '../../../shared/xml/index.ts';
import { createApi } from '../../../functions/api/api.ts';
import { createMemoryCos } from './memory-cos.ts';
import type { MemoryCos } from './memory-cos.ts';
import { KEYS } from '../../shared/identity/keys.ts';

export const NOW = 1_700_000_000_000;
export { SOURCE, STATE };
export const SECOND = { bucket: 'photos-1250000000', region: 'ap-guangzhou' };
export const PAIR = { secretId: 'AKIDbench', secretKey: 'theSecretKeyOfTheBench' };
export const URL_HOST = '1250000000-abcdefghij.ap-guangzhou.tencentscf.com';

/** One call of a client, before it is signed. */
export interface Call {
  readonly method: string;
  readonly host?: string;
  readonly path?: string;
  readonly query?: Pairs;
  readonly headers?: Pairs;
  readonly body?: string;
}

export interface Bench extends MemoryCos {
  readonly keys: KeyStore;
  readonly rules: RuleStore;
  readonly lines: string[];
  time: number;
  /** The clock of COS where it differs from the function's. */
  cosTime: number | undefined;
  /** Calls the function with an event, and checks the parts that every answer must have. */
  send(event: unknown): Promise<HttpAnswer>;
  /** Signs a call as the official SDKs do and sends it through a function URL. */
  call(call: Call, options?: SignOptions): Promise<HttpAnswer>;
}

export interface SignOptions {
  readonly pair?: { readonly secretId: string; readonly secretKey: string };
  /** Headers that are signed; by default `host`. */
  readonly signed?: readonly string[];
  /** Parameters that are signed; by default all. */
  readonly params?: readonly string[];
  readonly path?: string;
  readonly host?: string;
  readonly form?: 'header' | 'query';
  /** Seconds from now: start and end of the signature. */
  readonly window?: readonly [number, number];
}

interface BenchOptions {
  readonly sources?: readonly { bucket: string; region: string }[];
  readonly key?: Partial<NewKey>;
  /** Names of buckets in Shanghai; by default `backup`. */
  readonly destinations?: readonly string[];
  readonly cautious?: readonly Caution[];
  readonly withoutAcl?: boolean;
}

/** The API function on buckets in memory, with one key and a stopped clock. */
export async function createBench({
  sources = [SOURCE],
  key = {},
  destinations = ['backup'],
  cautious = [],
  withoutAcl = false,
}: BenchOptions = {}): Promise<Bench> {
  const places = destinations.map((name) => ({ bucket: `${name}-1250000000`, region: 'ap-shanghai' }));
  const memory = createMemoryCos(() => bench.cosTime ?? bench.time);
  const lines: string[] = [];
  let byte = 0;
  const random = (bytes: number) => Uint8Array.from({ length: bytes }, () => byte++ & 0xff);
  const now = () => bench.time;
  const shared = { cos: memory.cos, state: STATE, now };
  const keys = createKeyStore({ ...shared, random });
  const rules = createRuleStore(shared);
  const api = createApi({
    cos: memory.cos,
    state: STATE,
    keys,
    rules,
    listed: { sources, destinations: places },
    cautious,
    withoutAcl,
    hash: nodeHash,
    markerKeys: KEYS,
    now,
    random,
  });
  const main = httpFunction(api, { now, write: (line) => lines.push(line) });
  const send = async (event: unknown) => checked(await main(event, { request_id: 'run' }));
  const bench: Bench = {
    ...memory,
    keys,
    rules,
    lines,
    time: NOW,
    cosTime: undefined,
    send,
    call: (call, options) => send(urlEvent(signCall(call, bench.time, options))),
  };
  await keys.add({ buckets: [], rights: ['read', 'write'], pair: PAIR, ...key });
  memory.calls.length = 0;
  for (const { bucket, region } of [...sources, ...places]) memory.versioning.set(`${bucket}@${region}`, 'Enabled');
  return bench;
}

/** The parts that the SDKs need of every answer; without them they report a broken connection. */
function checked(answer: HttpAnswer): HttpAnswer {
  const { headers } = answer;
  if (!/^[A-Za-z0-9+/=]{20,}$/.test(headers['x-cos-request-id'] ?? '')) throw new Error('no x-cos-request-id');
  if (headers['Access-Control-Allow-Origin'] !== '*') throw new Error('no CORS header');
  return answer;
}

export function signCall(call: Call, time: number, options: SignOptions = {}): Required<Call> {
  const { pair = PAIR, signed = ['host'], form = 'header', window = [-1, 900] } = options;
  const { method, host = URL_HOST, path = '/', query = [['replication', '']], body = '' } = call;
  const headers: Pairs = [['host', host], ...(call.headers ?? [])];
  const second = Math.floor(time / 1000);
  const subject = {
    method,
    path: options.path ?? path,
    query: query.filter(([name]) => options.params?.includes(name) ?? true),
    headers: headers
      .filter(([name]) => signed.includes(name.toLowerCase()))
      .map(([name, value]): [string, string] => [name, name === 'host' ? (options.host ?? host) : value]),
  };
  const how = { credentials: pair, time: { start: second + window[0], end: second + window[1] }, hash: nodeHash };
  return form === 'header'
    ? { method, host, path, query, body, headers: [...headers, ['Authorization', sign(subject, how)]] }
    : { method, host, path, body, headers, query: [...query, ...presign(subject, how)] };
}

export function urlEvent({ method, path, query, headers, body }: Required<Call>): Record<string, unknown> {
  return {
    httpMethod: method,
    path,
    queryString: Object.fromEntries(query),
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    body,
  };
}

export function gatewayEvent(call: Required<Call>): Record<string, unknown> {
  return {
    ...urlEvent(call),
    requestContext: { stage: 'release', path: '/', httpMethod: call.method },
    body: Buffer.from(call.body).toString('base64'),
    isBase64Encoded: true,
    queryStringParameters: {},
    pathParameters: {},
    headerParameters: {},
  };
}

/** Code and message of an error answer. */
export function errorOf(answer: HttpAnswer): { status: number; code: string; message: string } {
  const root = readXml(answer.body);
  for (const name of ['Code', 'Message', 'Resource', 'RequestId']) {
    if ((child(root, name)?.text ?? '') === '') throw new Error(`The error has no ${name}.`);
  }
  if (textOf(root, 'RequestId') !== answer.headers['x-cos-request-id']) throw new Error('two request IDs');
  if (answer.headers['Content-Type'] !== 'application/xml') throw new Error('the error is not XML');
  return { status: answer.statusCode, code: textOf(root, 'Code') ?? '', message: textOf(root, 'Message') ?? '' };
}
