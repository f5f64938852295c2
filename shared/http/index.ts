import * as http from 'node:http';
import * as https from 'node:https';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Outgoing {
  readonly method: string;
  /** The path with its query, as sent. */
  readonly path: string;
  /** The headers are sent as given, `Host` included, even if they name another origin. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** ms without a byte after which the connection counts as lost. */
  readonly idleLimit: number;
  /** Most bytes of the body of an answer; undefined: no limit. */
  readonly longest?: number;
}

/** Sends one request to an origin. Rejects when no complete answer came. */
export function exchange(
  origin: string,
  { method, path, headers, body, idleLimit, longest = Number.POSITIVE_INFINITY }: Outgoing,
): Promise<Answer> {
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
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (length > longest) outgoing.destroy(new Error('the answer is too large'));
        });
        response.on('error', reject);
        response.on('end', () => {
          // Otherwise a truncated body would count as complete.
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
