import type { Pairs, SignableRequest, SignatureFields } from './types.ts';

const PORT = /^(?<host>\[[^\]]*\]|[^:]*):\d*$/;

/**
 * The spellings of a Host header that a client may have signed: as on the wire, then without the port (the Python SDK
 * signs the bare host name whatever the port).
 */
export function hostCandidates(host: string): string[] {
  if (!host.includes(':')) return [host];
  const bare = PORT.exec(host)?.groups?.['host'];
  return bare === undefined || bare === '' ? [host] : [host, bare];
}

export interface Alternatives {
  /** Further hosts that the client may have addressed, for a front end that changes the Host header. */
  readonly hosts?: readonly string[];
  /** Further decoded paths, e.g. without a prefix that only the front end knows. */
  readonly paths?: readonly string[];
  /** Bytes of the body, put in when `content-length` is signed but a front end dropped it; 0 unless told. */
  readonly bodyLength?: number;
}

/**
 * The requests that a client may have signed, the one on the wire first, for `verifyAny`. Only what the signature lists
 * is varied, so there are rarely more than two.
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
