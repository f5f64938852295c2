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
  /** Path that a gateway adds before every other, such as `/release`; usually ''. It is not signed. */
  readonly base: string;
}

export interface Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** The bucket; undefined when the host names it, or the key allows only one. */
  readonly bucket: string | undefined;
  /** '' on the bucket itself. */
  readonly key?: string;
  readonly query: Pairs;
  readonly body?: string;
  /** Further headers. A body is JSON unless they say otherwise. */
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
  /** ms by which this computer's clock is behind the API's; 0 while unknown. */
  readonly clockOffset: () => number;
}

/** The signer's type has all hash functions; those of TC3 are never called for COS. */
const HASH = browserHash as Hash;

/**
 * Signs and sends. Only this closure holds the key pair. An answer that says the time is wrong is used to measure the
 * clocks, as in the official SDKs, and the call is repeated once with the API's time.
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
      // Compared with the time that signed this call: another one may have corrected the clock since.
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

/** Checks the message too, because COS uses `AccessDenied` for it. */
const isAboutTime = ({ code, message }: ApiError): boolean =>
  code === 'RequestTimeTooSkewed' || (code === 'AccessDenied' && message === 'Request has expired');

/** The path as signed. Throws `ApiError` for a key that no browser can request: it would resolve `..` to the parent. */
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
