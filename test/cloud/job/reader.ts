import { createHash } from 'node:crypto';
import { Agent, request, type IncomingMessage } from 'node:http';
import COS from 'cos-nodejs-sdk-v5';
import type { Place } from '../../../shared/cos/index.ts';
import type { Access } from './clients.ts';

/** An object as a GET or HEAD returned it. */
export interface Seen {
  /** Names in lower case, values as on the wire. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SeenBytes extends Seen {
  /** Bytes that really arrived. */
  readonly size: number;
  readonly sha256: string;
}

/**
 * Reads buckets without any code of the product: plain HTTP, signed by the official SDK, bodies hashed as they stream.
 * Every method throws when the answer is neither the object nor, where that is a result, its absence.
 */
export interface Reader {
  /** Undefined on a 404. */
  head(place: Place, key: string, versionId: string): Promise<Seen | undefined>;
  get(place: Place, key: string, versionId: string): Promise<SeenBytes>;
  /** A sub-resource with a small body, such as a listing or tags. Undefined on a 404. */
  find(place: Place, key: string, query: Readonly<Record<string, string>>): Promise<string | undefined>;
  close(): void;
}

const SOCKETS = 16;
const TIMEOUT = 120_000;

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Built by hand, because a URL object would remove `..` and empty segments from a key. */
function targetOf(key: string, query: Readonly<Record<string, string>>): string {
  const path = `/${key.split('/').map(encode).join('/')}`;
  const pairs = Object.entries(query).map(([name, value]) => (value === '' ? name : `${name}=${encode(value)}`));
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

function headersOf(message: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export function createReader(access: Access): Reader {
  const { hostname, port } = new URL(access.endpoint);
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });

  const open = (
    method: 'GET' | 'HEAD',
    place: Place,
    key: string,
    query: Readonly<Record<string, string>>,
  ): Promise<IncomingMessage> => {
    const host = `${place.bucket}.cos.${place.region}.myqcloud.com`;
    const authorization = COS.getAuthorization({
      SecretId: access.secretId,
      SecretKey: access.secretKey,
      Method: method.toLowerCase() as 'get',
      // With the slash: without it the SDK signs a key that begins with one as if it did not.
      Key: `/${key}`,
      Query: query,
      Headers: { Host: host },
    });
    return new Promise((resolve, reject) => {
      const call = request(
        {
          agent,
          hostname,
          port,
          method,
          path: targetOf(key, query),
          headers: { host, authorization },
          timeout: TIMEOUT,
        },
        resolve,
      );
      call.once('error', reject);
      call.once('timeout', () => call.destroy(new Error(`no answer for ${TIMEOUT / 1000} s`)));
      call.end();
    });
  };

  const refuse = async (message: IncomingMessage, what: string): Promise<never> => {
    const code = /<Code>([^<]*)<\/Code>/.exec(await bodyOf(message))?.[1] ?? '';
    throw new Error(`${what}: status ${message.statusCode} ${code}`.trimEnd());
  };

  return {
    async head(place, key, versionId) {
      const message = await open('HEAD', place, key, { versionId });
      message.resume();
      if (message.statusCode === 404) return undefined;
      if (message.statusCode !== 200) return refuse(message, `HEAD ${place.bucket}/${key}`);
      return { headers: headersOf(message) };
    },
    async get(place, key, versionId) {
      const message = await open('GET', place, key, { versionId });
      if (message.statusCode !== 200) return refuse(message, `GET ${place.bucket}/${key}`);
      const hash = createHash('sha256');
      let size = 0;
      for await (const chunk of message) {
        hash.update(chunk as Buffer);
        size += (chunk as Buffer).length;
      }
      return { headers: headersOf(message), size, sha256: hash.digest('hex') };
    },
    async find(place, key, query) {
      const message = await open('GET', place, key, query);
      if (message.statusCode === 200) return bodyOf(message);
      if (message.statusCode !== 404) return refuse(message, `GET ${place.bucket}/${key}`);
      message.resume();
      return undefined;
    },
    close: () => agent.destroy(),
  };
}
