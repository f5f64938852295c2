import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';

/**
 * The least client of COS: signed requests on node:http with connections kept open. It retries nothing and reads no
 * answer.
 */
const {
  COS_ENDPOINT: endpoint = '',
  TENCENTCLOUD_SECRETID: id = '',
  TENCENTCLOUD_SECRETKEY: secret = '',
} = process.env;
const { hostname, port } = new URL(endpoint);
const agent = new http.Agent({ keepAlive: true });

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');
const hmac = (key: string, text: string): string => createHmac('sha1', key).update(text).digest('hex');
export const pathOf = (key: string): string => `/${key.split('/').map(encodeURIComponent).join('/')}`;

interface Call {
  readonly method: 'PUT' | 'HEAD';
  readonly host: string;
  readonly path: string;
  readonly query?: string;
  /** Signed too in the source of a copy. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request whose host and copy source are signed. Throws unless its status is 200. */
export function send({ method, host, path, query = '', headers = {} }: Call): Promise<http.IncomingHttpHeaders> {
  const source = headers['x-cos-copy-source'];
  const start = Math.floor(Date.now() / 1000) - 1;
  const time = `${start};${start + 600}`;
  const signed = `host=${encodeURIComponent(host)}${source === undefined ? '' : `&x-cos-copy-source=${encodeURIComponent(source)}`}`;
  const text = `sha1\n${time}\n${sha1(`${method.toLowerCase()}\n${decodeURIComponent(path)}\n\n${signed}\n`)}\n`;
  const names = source === undefined ? 'host' : 'host;x-cos-copy-source';
  const fields = `q-sign-algorithm=sha1&q-ak=${id}&q-sign-time=${time}&q-key-time=${time}`;
  const Authorization = `${fields}&q-header-list=${names}&q-url-param-list=&q-signature=${hmac(hmac(secret, time), text)}`;
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        agent,
        host: hostname,
        port,
        method,
        path: query === '' ? path : `${path}?${query}`,
        headers: { Host: host, Authorization, ...headers, ...(method === 'PUT' ? { 'Content-Length': 0 } : {}) },
      },
      (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode === 200) resolve(response.headers);
          else reject(new Error(`${method} ${path}: status ${response.statusCode}`));
        });
      },
    );
    request.on('error', reject);
    request.end();
  });
}
