import type { CloudRequest, CloudResponse } from '../types.ts';
import type { Invocation, ScfSwitches } from './types.ts';

/** Headers that concern the one connection, not the request. */
const HOP_BY_HOP = new Set(
  'connection keep-alive proxy-connection te trailer transfer-encoding upgrade expect'.split(' '),
);

/** The event of a function URL: these five fields and no others, unlike with API Gateway. */
export interface UrlEvent {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly httpMethod: string;
  readonly path: string;
  readonly queryString: Readonly<Record<string, string | readonly string[]>>;
}

export function urlEvent(request: CloudRequest, body: Uint8Array, switches: ScfSwitches): UrlEvent {
  const headers = new Map<string, string>();
  for (const [name, value] of request.headers) {
    if (HOP_BY_HOP.has(name)) continue;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  headers.set('host', request.host);
  headers.set('x-scf-remote-addr', request.remoteAddress);
  return {
    // Base64 is documented neither for requests nor for answers: bytes that are not UTF-8 are lost.
    body: new TextDecoder('utf-8', { ignoreBOM: true }).decode(body),
    headers: Object.fromEntries(headers),
    httpMethod: request.method,
    path: switches.urlPath === 'decoded' ? decodePath(request.rawPath) : request.rawPath,
    queryString: queryOf(request.rawQuery, switches.urlRepeatedKeys),
  };
}

/** The answer to the client whose request started the run. */
export function urlAnswer({ status, result, requestId }: Invocation): CloudResponse {
  const about: [string, string][] = [['x-scf-request-id', requestId]];
  const json = (code: number, body: string): CloudResponse => ({
    status: code,
    headers: [...about, ['content-type', 'application/json']],
    body,
  });
  // A failed run is no answer of the function. The platform's HTTP status for it is not documented.
  if (status !== 200) return json(500, result);
  const value: unknown = JSON.parse(result);
  if (typeof value !== 'object' || value === null || !('statusCode' in value)) return json(200, result);

  const { statusCode, headers = {}, body = '', isBase64Encoded = false } = value as Record<string, unknown>;
  const pairs = headerPairs(headers);
  const validStatus = Number.isInteger(statusCode) && Number(statusCode) >= 200 && Number(statusCode) <= 599;
  if (!validStatus || typeof body !== 'string' || pairs === undefined) {
    return json(500, '{"errno":403,"error":"Invalid scf response format. please check your scf response format."}');
  }
  const bytes = isBase64Encoded === true ? Buffer.from(body, 'base64') : body;
  return { status: Number(statusCode), headers: [...about, ...pairs], body: bytes };
}

/** Undefined when they are not an object of texts, numbers and lists of them. */
function headerPairs(headers: unknown): [string, string][] | undefined {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return undefined;
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as unknown[]) : [value]).map((entry) => [name, entry] as const),
  );
  if (pairs.some(([, value]) => !['string', 'number', 'boolean'].includes(typeof value))) return undefined;
  // The platform counts the bytes itself.
  return pairs.map(([name, value]): [string, string] => [name, String(value)]).filter(([name]) => !isLength(name));
}

function isLength(name: string): boolean {
  return /^(?:content-length|transfer-encoding|connection)$/i.test(name);
}

function queryOf(rawQuery: string, repeated: ScfSwitches['urlRepeatedKeys']): UrlEvent['queryString'] {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(rawQuery)) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(
    [...values].map(([name, list]) => {
      const one = (repeated === 'last' ? list.at(-1) : list[0]) ?? '';
      return [name, repeated === 'array' && list.length > 1 ? list : one];
    }),
  );
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
