import type { Pairs, SignableRequest, SignatureFields } from './types.ts';

const PORT = /^(?<host>\[[^\]]*\]|[^:]*):\d*$/;

/**
 * The spellings of a Host header that a client may have signed: as sent, then without the port (the Python SDK always
 * signs the bare host name).
 */
export function hostCandidates(host: string): string[] {
  if (!host.includes(':')) return [host];
  const bare = PORT.exec(host)?.groups?.['host'];
  return bare === undefined || bare === '' ? [host] : [host, bare];
}

export interface Alternatives {
  /** Further hosts that the client may have addressed, for a front end that changes the Host header. */
  readonly hosts?: readonly string[];
  /** Further decoded paths, for example without a prefix that only the front end knows. */
  readonly paths?: readonly string[];
  /** Bytes of the body, used when `content-length` is signed but a front end dropped it; 0 by default. */
  readonly bodyLength?: number;
}

/**
 * The requests that a client may have signed, the received one first, for `verifyAny`. Only signed parts are varied, so
 * there are rarely more than two.
 */
export function requestCandidates(
  request: SignableRequest,
  fields: SignatureFields,
  alternatives: Alternatives = {},
): SignableRequest[] {
  const { hosts = [], paths = [], bodyLength = 0 } = alternatives;
  const headers = restoreLength(request.headers, fields, bodyLength);
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
  const hostVaries = fields.headerList.includes('host') && host !== undefined;
  const spellings = hostVaries ? [...new Set([host, ...hosts].flatMap(hostCandidates))] : [host];
  return [...new Set([request.path, ...paths])].flatMap((path) =>
    spellings.map((spelling) => ({
      ...request,
      path,
      headers: spelling === host || spelling === undefined ? headers : withHost(headers, spelling),
    })),
  );
}

function restoreLength(headers: Pairs, fields: SignatureFields, bodyLength: number): Pairs {
  const lacks =
    fields.headerList.includes('content-length') && !headers.some(([name]) => name.toLowerCase() === 'content-length');
  return lacks ? [...headers, ['content-length', String(bodyLength)]] : headers;
}

function withHost(headers: Pairs, host: string): Pairs {
  return headers.map(([name, value]) => (name.toLowerCase() === 'host' ? [name, host] : [name, value]));
}
