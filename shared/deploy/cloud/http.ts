import * as http from 'node:http';
import * as https from 'node:https';

/** Milliseconds without a byte after which a connection counts as lost. A synchronous invocation may take 900 s. */
const IDLE_LIMIT = 910_000;

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** POST to `/` of an origin. The headers are sent as given, `Host` included, whatever the origin is. */
export type Post = (origin: string, headers: Readonly<Record<string, string>>, body: string) => Promise<Answer>;

export const post: Post = (origin, headers, body) =>
  new Promise((resolve, reject) => {
    const url = new URL(origin);
    const { request } = url.protocol === 'https:' ? https : http;
    const outgoing = request(
      {
        method: 'POST',
        host: url.hostname,
        port: url.port || undefined,
        path: '/',
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
        timeout: IDLE_LIMIT,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          // A cut body would otherwise be read as a whole one.
          if (!response.complete) reject(new Error('the answer was cut off'));
          else resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('timed out')));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
