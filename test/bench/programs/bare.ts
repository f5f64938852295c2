import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';

import { measure } from './told.ts';

/**
 * What no tool can do without: one signed copy per object, written by hand on node:http with connections kept open. It
 * looks at nothing, repeats nothing and understands no answer beyond its status.
 */
const [file = '', from = '', to = ''] = process.argv.slice(2);
const keys = (JSON.parse(readFileSync(file, 'utf8')) as readonly { readonly key: string }[]).map(({ key }) => key);
const {
  COS_ENDPOINT: endpoint = '',
  TENCENTCLOUD_SECRETID: id = '',
  TENCENTCLOUD_SECRETKEY: secret = '',
} = process.env;
const { hostname, port } = new URL(endpoint);
const agent = new http.Agent({ keepAlive: true });

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');
const hmac = (key: string, text: string): string => createHmac('sha1', key).update(text).digest('hex');
const pathOf = (key: string): string => `/${key.split('/').map(encodeURIComponent).join('/')}`;

function authorization(path: string, source: string): string {
  const start = Math.floor(Date.now() / 1000) - 1;
  const time = `${start};${start + 600}`;
  const headers = `host=${encodeURIComponent(to)}&x-cos-copy-source=${encodeURIComponent(source)}`;
  const text = `sha1\n${time}\n${sha1(`put\n${decodeURIComponent(path)}\n\n${headers}\n`)}\n`;
  const fields = `q-sign-algorithm=sha1&q-ak=${id}&q-sign-time=${time}&q-key-time=${time}`;
  return `${fields}&q-header-list=host;x-cos-copy-source&q-url-param-list=&q-signature=${hmac(hmac(secret, time), text)}`;
}

function copy(key: string): Promise<void> {
  const path = pathOf(key);
  const source = `${from}${path}`;
  return new Promise((resolve, reject) => {
    const headers = {
      Host: to,
      'x-cos-copy-source': source,
      Authorization: authorization(path, source),
      'Content-Length': 0,
    };
    const request = http.request({ agent, host: hostname, port, method: 'PUT', path, headers }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`copy of ${key}: status ${response.statusCode}`));
      });
    });
    request.on('error', reject);
    request.end();
  });
}

void measure(keys, copy);
