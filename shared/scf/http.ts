import type { Pairs } from '../signing/index.ts';
import { runFunction } from './function.ts';
import type { MainHandler, RunOptions } from './function.ts';
import { field, isRecord, textField } from './guards.ts';
import type { Run } from './types.ts';

/**
 * A request as a function URL or the older API gateway passes it on. It is not certain what the client signed: neither
 * platform documents whether the path and the query of the event are decoded, and a gateway adds and removes prefixes.
 * So there are several candidates, the likeliest first; the one whose signature is valid is used.
 */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** As sent; '' when there is none. */
  readonly host: string;
  /** Each with its leading `/`; at least one. */
  readonly paths: readonly string[];
  /** At least one, each with the names in the same order; a bare key has the value ''. */
  readonly queries: readonly Pairs[];
  /** Names in lower case, repeats kept. */
  readonly headers: Pairs;
  readonly body: Uint8Array;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer in the platform's form. Without `statusCode` the platform would send a 200 with the value as JSON. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded?: false;
}

/** A function that is called over HTTP. `handler` answers its errors itself; if it throws, the platform answers. */
export function httpFunction(
  handler: (request: HttpRequest, run: Run) => Promise<HttpResponse>,
  options: RunOptions = {},
): MainHandler<HttpAnswer> {
  return runFunction(
    async (event, run) => writeHttpResponse(await handler(readHttpRequest(event), run), event),
    options,
    ({ statusCode }) => ({ status: statusCode }),
  );
}

/** Never throws: a missing field is empty. */
export function readHttpRequest(event: unknown): HttpRequest {
  const headers = readHeaders(field(event, 'headers'));
  return {
    method: (textField(event, 'httpMethod') ?? '').toUpperCase(),
    host: headers.find(([name]) => name === 'host')?.[1] ?? '',
    paths: readPaths(event),
    queries: readQueries(event),
    headers,
    body: readBody(event, headers),
  };
}

export function writeHttpResponse({ status, headers, body = '' }: HttpResponse, event: unknown): HttpAnswer {
  const safe = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, headerText(value)]));
  // The gateway requires the field; the function URL's documentation does not mention it.
  return { statusCode: status, headers: safe, body, ...(isGateway(event) ? { isBase64Encoded: false as const } : {}) };
}

/** Replaces characters that could end the header, and those beyond ASCII. */
function headerText(value: string): string {
  return value.replace(/[^\x20-\x7e]/g, '?');
}

function isGateway(event: unknown): boolean {
  return isRecord(field(event, 'requestContext'));
}

function readHeaders(headers: unknown): Pairs {
  return flatten(headers).map(([name, value]) => [name.toLowerCase(), value]);
}

function readPaths(event: unknown): string[] {
  const path = leadingSlash(textField(event, 'path') ?? '/');
  const context = field(event, 'requestContext');
  const stage = leadingSlash(textField(context, 'stage') ?? '');
  const api = leadingSlash((textField(context, 'path') ?? '').replace(/\/?\{.*$/s, ''));
  // A client whose configured address has a path signs either the path after it or all of it.
  const spellings = isGateway(event)
    ? [path, without(path, stage), without(without(path, stage), api), stage === '/' ? path : stage + path]
    : [path];
  return [...new Set(spellings.flatMap((spelling) => [spelling, decode(spelling)]))];
}

function leadingSlash(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

function without(path: string, prefix: string): string {
  if (prefix === '/') return path;
  if (path === prefix) return '/';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

function readQueries(event: unknown): Pairs[] {
  const query = field(event, 'queryString') ?? field(event, 'queryStringParameters');
  const raw: Pairs = typeof query === 'string' ? splitQuery(query) : flatten(query);
  const decoded: Pairs = raw.map(([name, value]) => [decode(name), decode(value)]);
  const same = decoded.every(([name, value], index) => raw[index]?.[0] === name && raw[index]?.[1] === value);
  return same ? [raw] : [raw, decoded];
}

function splitQuery(query: string): Pairs {
  return query
    .replace(/^\?/, '')
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    });
}

/** Fields as pairs. A field may hold a list, and a bare key may have null or true instead of ''. */
function flatten(fields: unknown): (readonly [string, string])[] {
  if (!isRecord(fields)) return [];
  return Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((entry: unknown) => [name, textOf(entry)] as const),
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The bytes of the body. A function URL does not say whether the body is base64: it is when Content-Length equals the
 * length of the decoded bytes and not that of the text.
 */
function readBody(event: unknown, headers: Pairs): Uint8Array {
  const body = field(event, 'body');
  if (typeof body !== 'string') return new Uint8Array();
  const text = Buffer.from(body, 'utf8');
  if (field(event, 'isBase64Encoded') === true) return Buffer.from(body, 'base64');
  const length = Number(headers.find(([name]) => name === 'content-length')?.[1] ?? text.length);
  if (text.length === length || !/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return text;
  const binary = Buffer.from(body, 'base64');
  return binary.length === length ? binary : text;
}
