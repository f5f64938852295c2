import { VERBS } from '../../functions/api/verbs/index.ts';
import { NOW, PAIR, gatewayEvent, signCall, urlEvent } from '../functions/api/bench.ts';
import type { Call } from '../functions/api/bench.ts';
import { HEAVY, keysBody, mutate, rulesBody, verifyBody } from './bodies.ts';
import { NASTY } from './random.ts';
import type { Draw } from './random.ts';

export interface Input {
  readonly event: unknown;
  /** The signature was spoilt, so the request must have no effect. */
  readonly spoilt: boolean;
}

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'get', '', 'TRACE', '\0'];
const SUBRESOURCES = ['replication', 'replicationStatus', 'replicationPreflight', 'versioning', 'Replication', ''];
/** The calls that take the longest documents. */
const HEAVY_CALLS = [
  ['PUT', 'replication', '/'],
  ['POST', 'replicationReattempt', '/'],
] as const;
/**
 * All calls of the API. Most inputs name one of them, or nothing behind the first check would be tried. Storing rules
 * is drawn most often.
 */
const CALLS: readonly (readonly [method: string, subresource: string, path: string])[] = [
  ...HEAVY_CALLS,
  ['PUT', 'replication', '/'],
  ['PUT', 'replication', '/source-1250000000/'],
  ['GET', 'replicationStatus', '/source-1250000000/a'],
  ...VERBS.map(({ method, subresource, on }) => [method, subresource, on === 'object' ? '/a' : '/'] as const),
];
const PATHS = [
  '/',
  '/',
  '/',
  '/a',
  '/source-1250000000',
  '/source-1250000000/',
  '/source-1250000000/a',
  '/source-1250000000//a',
  '/other-1250000000/',
  '/../',
  '/%2e%2e/',
  '//',
  '/a/../b',
  '/a?b',
  '/.replication-preflight/x',
  `/${'x'.repeat(900)}`,
];
const HOSTS = [
  '1250000000-abcdefghij.ap-guangzhou.tencentscf.com',
  'source-1250000000.replication.ap-guangzhou.example.com',
  'source-1250000000.cos.ap-guangzhou.myqcloud.com:443',
  'other-1250000000.example.com',
  '127.0.0.1:8080',
  '[::1]:80',
  ':',
  '',
];
const HEADERS = [
  'content-type',
  'content-md5',
  'content-length',
  'transfer-encoding',
  'x-cos-security-token',
  'x-cos-meta-a',
  'access-control-request-headers',
  'origin',
  '__proto__',
  'authorization',
];
const PARAMS = [
  'versionId',
  'marker',
  'id',
  'q-ak',
  'q-signature',
  'sign',
  'x-cos-security-token',
  '__proto__',
  'a b',
  '',
];
const VALUES = [
  '',
  'null',
  'MTg0NDUwMTY1NDI4NDM1NTE2MTU',
  'd2FpdGluZy8',
  'dGFza3Mv',
  '1772352312000-0123456789abcdef01',
  '0-0',
  'chunked',
  '0',
  '-1',
  '1e9',
  '999999999999',
];

/** One input; the same draw gives the same input. A `heavy` input takes a thousand times as long as others. */
export function drawInput(draw: Draw, heavy: boolean): Input {
  const kind = draw.below(20);
  if (!heavy && kind === 0) return { event: rubbish(draw, 3), spoilt: false };
  const call = drawCall(draw, heavy);
  const signed = sign(draw, call);
  const spoilt = !heavy && kind < 3;
  const event = (draw.chance(0.15) ? gatewayEvent : urlEvent)(spoilt ? spoil(draw, signed) : signed);
  return { event: heavy || kind > 6 ? event : distort(draw, event), spoilt };
}

function drawCall(draw: Draw, heavy: boolean): Call {
  const [method, subresource, path] = heavy ? draw.pick(HEAVY_CALLS) : drawVerb(draw);
  const body = heavy ? draw.pick(HEAVY)() : drawBody(draw, method, subresource);
  const plain = heavy || draw.chance(0.6);
  const word = () => (draw.chance(0.6) ? draw.pick(VALUES) : draw.text(12));
  const name = (known: readonly string[]) => (draw.chance(0.7) ? draw.pick(known) : draw.text(8));
  return {
    method,
    host: heavy || draw.chance(0.6) ? (HOSTS[0] as string) : draw.chance(0.9) ? draw.pick(HOSTS) : draw.text(30),
    path,
    query: [
      [subresource, plain || draw.chance(0.9) ? '' : word()],
      ...draw.many(0, plain ? 0 : 3, () => [name(PARAMS), word()] as const),
    ],
    headers: draw.many(0, plain ? 0 : 3, () => [name(HEADERS), word()] as const),
    body,
  };
}

function drawVerb(draw: Draw): readonly [method: string, subresource: string, path: string] {
  const [method, subresource, path] = draw.pick(CALLS);
  const otherPath = draw.chance(0.6) ? draw.pick(PATHS) : `/${draw.text(20)}`;
  // The path of a status request is a key, which may be anything, so it is mostly a drawn one.
  const samePath = draw.chance(subresource === 'replicationStatus' ? 0.3 : 0.85);
  return [
    draw.chance(0.93) ? method : draw.pick(METHODS),
    draw.chance(0.95) ? subresource : draw.pick(SUBRESOURCES),
    samePath ? path : otherPath,
  ];
}

function drawBody(draw: Draw, method: string, subresource: string): string {
  if (method === 'GET' || method === 'HEAD' || draw.chance(0.1)) return '';
  if (draw.chance(0.1)) return draw.text(40);
  if (subresource === 'replicationVerify') return verifyBody(draw);
  return subresource === 'replicationReattempt' ? keysBody(draw) : rulesBody(draw);
}

function sign(draw: Draw, call: Call): Required<Call> {
  const names = ['host', ...(call.headers ?? []).map(([name]) => name.toLowerCase())];
  return signCall(call, NOW, {
    form: draw.chance(0.8) ? 'header' : 'query',
    ...(draw.chance(0.9) ? {} : { pair: { ...PAIR, secretId: draw.text(20) } }),
    signed: draw.chance(0.9) ? names.filter((name) => name !== 'authorization') : [],
    ...(draw.chance(0.9) ? {} : { params: [] }),
  });
}

/** A signature that differs from the right one, in either form. */
function spoil(draw: Draw, call: Required<Call>): Required<Call> {
  const spoilt = (text: string) =>
    text.replace(/(q-signature=|^)([0-9a-f]{40})$/, (_, name: string, hex: string) => {
      const at = draw.below(40);
      return `${name}${hex.slice(0, at)}${hex[at] === '0' ? '1' : '0'}${hex.slice(at + 1)}`;
    });
  return {
    ...call,
    headers: call.headers.map(([name, value]) => [name, spoilt(value)]),
    query: call.query.map(([name, value]) => [name, name === 'q-signature' ? spoilt(value) : value]),
  };
}

const FIELDS = ['httpMethod', 'path', 'queryString', 'headers', 'body', 'isBase64Encoded', 'requestContext'] as const;

/** Events as a front end, or a caller without one, might make them. */
function distort(draw: Draw, event: Record<string, unknown>): Record<string, unknown> {
  const field = draw.pick(FIELDS);
  const value = event[field];
  switch (draw.below(5)) {
    case 0:
      return { ...event, [field]: rubbish(draw, 2) };
    case 1:
      return { ...event, isBase64Encoded: true, body: Buffer.from(draw.bytes(draw.below(60))).toString('base64') };
    case 2:
      return typeof value === 'string' ? { ...event, [field]: mutate(draw, value) } : { ...event, [field]: undefined };
    case 3:
      return { ...event, requestContext: { stage: draw.text(6), path: `/${draw.text(6)}` } };
    default:
      return { ...event, queryString: `${draw.text(10)}&${draw.text(10)}=${draw.text(10)}` };
  }
}

/** Any JSON value. */
function rubbish(draw: Draw, depth: number): unknown {
  const leaves = [null, true, false, 0, -1, 1e308, '', draw.text(30), draw.pick(NASTY), undefined];
  if (depth === 0 || draw.chance(0.4)) return draw.pick(leaves);
  if (draw.chance(0.4)) return draw.many(0, 4, () => rubbish(draw, depth - 1));
  const names = [...FIELDS, 'host', 'replication', 'authorization', ...NASTY];
  return Object.fromEntries(draw.many(0, 5, () => [draw.pick(names), rubbish(draw, depth - 1)] as const));
}
