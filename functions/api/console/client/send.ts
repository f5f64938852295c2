import { createSigner, encode } from '../../../../shared/signing/index.ts';
import type { Credentials, Hash, Pairs } from '../../../../shared/signing/index.ts';
import { ApiError } from './error.ts';
import { readError } from './read-error.ts';
import { browserHash } from './hash.ts';
import { CALLER_SIGNATURE_LIFE_MS, PAGE_PATIENCE_MS, TOLERATED_SKEW_MS } from '../../../../shared/durations/index.ts';

/** Address of the API, as the page has found it. */
export interface Address {
  /** `https://host[:port]` */
  readonly origin: string;
  /** Path that a gateway puts before every other, such as `/release`; '' mostly. It is not signed. */
  readonly base: string;
}

export interface Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** The bucket; undefined where the host names it, or the key leaves no choice. */
  readonly bucket: string | undefined;
  /** '' on the bucket itself. */
  readonly key?: string;
  readonly query: Pairs;
  readonly body?: string;
  /** Beside those that every request has; a body is JSON unless they say otherwise. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface Sender {
  /** Throws `ApiError`. */
  send(request: Request): Promise<Answer>;
  /** ms by which this computer's clock was found to be behind the API's; 0 while nothing is known. */
  readonly clockOffset: () => number;
}

/** The signer asks for all hash functions; those of TC3 are never called for COS. */
const HASH = browserHash as Hash;

/**
 * Signs and sends. The pair lives in this closure alone. An answer that says the time is wrong is taken as a measure of
 * the clocks, as the official SDKs do, and the call is made once more with the API's own time.
 */
export function createSender(address: Address, credentials: Credentials): Sender {
  let offset = 0;
  const signer = createSigner({
    credentials: () => credentials,
    hash: HASH,
    now: () => Date.now() + offset,
    lifetime: CALLER_SIGNATURE_LIFE_MS / 1000,
  });

  async function once(request: Request): Promise<Answer> {
    const path = pathOf(request);
    const query = request.query.map(([name, value]) =>
      value === '' ? encode(name) : `${encode(name)}=${encode(value)}`,
    );
    const { host } = new URL(address.origin);
    const authorization = signer({
      method: request.method,
      path,
      query: request.query,
      headers: [['host', host]],
    });
    return fetchText(`${address.origin}${address.base}${encodePath(path)}?${query.join('&')}`, {
      method: request.method,
      headers: {
        Authorization: authorization,
        ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: request.body }),
    });
  }

  return {
    send: async (request) => {
      const asked = Date.now();
      const used = offset;
      const first = await once(request);
      if (first.status < 400) return first;
      const error = errorOf(first);
      if (!isAboutTime(error)) throw error;
      // Against what this very call was signed with: another one may have found out about the clocks meanwhile.
      const measured = Date.parse(first.headers.get('Date') ?? '') - asked;
      if (!Number.isFinite(measured) || Math.abs(measured - used) < TOLERATED_SKEW_MS) throw error;
      offset = measured;
      const second = await once(request);
      if (second.status < 400) return second;
      throw errorOf(second);
    },
    clockOffset: () => offset,
  };
}

const errorOf = ({ status, body, headers }: Answer): ApiError =>
  readError(status, body, headers.get('x-cos-request-id'));

/** Test by the message, too: COS says it with `AccessDenied`. */
const isAboutTime = ({ code, message }: ApiError): boolean =>
  code === 'RequestTimeTooSkewed' || (code === 'AccessDenied' && message === 'Request has expired');

/** Path as it is signed. Throws `ApiError` for a key that no browser can ask for: it would take `..` for a way upwards. */
function pathOf({ bucket, key = '' }: Request): string {
  const path = `${bucket === undefined ? '' : `/${bucket}`}/${key}`;
  if (path.split('/').some((segment) => /^\.{1,2}$/.test(segment))) {
    throw new ApiError('KeyNotAddressable', 0, 'A browser cannot ask for a key with a segment "." or "..".');
  }
  return path;
}

const encodePath = (path: string): string => encode(path).replaceAll('%2F', '/');

async function fetchText(url: string, init: RequestInit): Promise<Answer> {
  try {
    const answer = await fetch(url, {
      ...init,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(PAGE_PATIENCE_MS),
    });
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  } catch (error) {
    const late = error instanceof DOMException && error.name === 'TimeoutError';
    throw new ApiError(late ? 'TimedOut' : 'Unreachable', 0, late ? 'No answer in time.' : 'No answer.');
  }
}
