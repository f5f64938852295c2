import * as http from 'node:http';
import * as https from 'node:https';

/** `idleLimit` of a call of the cloud API: a synchronous invocation may take 900 s. */
const IDLE_LIMIT = 910_000;

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Outgoing {
  readonly method: string;
  /** The path with its query, as it goes over the wire. */
  readonly path: string;
  /** The headers are sent as given, `Host` included, whatever the origin is. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Milliseconds without a byte after which the connection counts as lost. */
  readonly idleLimit: number;
}

/** One request to an origin. Rejects when no whole answer came. */
export function exchange(origin: string, { method, path, headers, body, idleLimit }: Outgoing): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const url = new URL(origin);
    const { request } = url.protocol === 'https:' ? https : http;
    const outgoing = request(
      {
        method,
        host: url.hostname,
        port: url.port || undefined,
        path,
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
        timeout: idleLimit,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          // Otherwise a body that was cut off would be read as a whole one.
          if (!response.complete) reject(new Error('the answer was cut off'));
          else resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('timed out')));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** POST to `/` of an origin. */
export type Post = (origin: string, headers: Readonly<Record<string, string>>, body: string) => Promise<Answer>;

export const post: Post = (origin, headers, body) =>
  exchange(origin, { method: 'POST', path: '/', headers, body, idleLimit: IDLE_LIMIT });
