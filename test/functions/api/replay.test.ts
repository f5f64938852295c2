import { readFileSync, readdirSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { readSignature, splitTarget } from '../../../shared/signing/index.ts';
import type { Pairs } from '../../../shared/signing/index.ts';
import { NOW, createBench, errorOf, gatewayEvent, signCall, urlEvent } from './bench.ts';
import type { Call } from './bench.ts';

interface Recording {
  readonly sdk: string;
  readonly method: string;
  readonly rawUrl: string;
  readonly headers: [string, string][];
  readonly secretId: string;
  readonly secretKey: string;
  readonly bodyBase64: string;
}

const folder = new URL('../../fixtures/requests/', import.meta.url);
const SDKS = [
  ...new Set(
    readdirSync(folder)
      .filter((name) => name.includes('replication'))
      .map((name) => name.split('-', 1)[0] ?? ''),
  ),
];

function recording(sdk: string, action: string): Recording {
  return JSON.parse(readFileSync(new URL(`${sdk}-${action}.json`, folder), 'utf8')) as Recording;
}

/** The recorded request, signed for the present time with the lists of the SDK. */
function resign({ sdk, method, rawUrl, headers, bodyBase64, ...pair }: Recording): Required<Call> {
  const fields = readSignature(headers, []);
  if (fields === undefined) throw new Error(`The ${method} of ${sdk} is not signed.`);
  const { path, query } = splitTarget(rawUrl);
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? '';
  const rest = headers.filter(([name]) => !['host', 'authorization'].includes(name.toLowerCase()));
  const body = Buffer.from(bodyBase64, 'base64').toString('utf8');
  return signCall({ method, path, query, host, headers: rest, body }, NOW, {
    pair,
    signed: fields.headerList,
    params: fields.paramList,
    // The Python SDK signs the host name alone, whatever the port.
    ...(sdk === 'python' ? { host: host.replace(/:\d+$/, '') } : {}),
  });
}

/** A front end that drops `Content-Length: 0`. */
function withoutEmptyLength(call: Required<Call>): Required<Call> {
  const headers: Pairs = call.headers.filter(
    ([name, value]) => name.toLowerCase() !== 'content-length' || value !== '0',
  );
  return { ...call, headers };
}

const FRONT_ENDS = [
  ['a function URL', urlEvent],
  ['a function URL that drops an empty length', (call: Required<Call>) => urlEvent(withoutEmptyLength(call))],
  ['an API gateway', gatewayEvent],
] as const;

it('all twelve SDKs have recordings', () => {
  expect(SDKS).toHaveLength(12);
});

describe.each(SDKS)('%s', (sdk) => {
  it.each(FRONT_ENDS)('sets, reads and deletes rules through %s', async (_, event) => {
    const bench = await createBench();
    const put = resign(recording(sdk, 'put-replication'));
    const get = resign(recording(sdk, 'get-replication'));
    const remove = resign(recording(sdk, 'delete-replication'));
    const { secretId, secretKey } = recording(sdk, 'put-replication');
    await bench.keys.add({ buckets: [], rights: ['read', 'write'], pair: { secretId, secretKey } });

    expect(errorOf(await bench.send(event(get)))).toMatchObject({
      status: 404,
      code: 'ReplicationConfigurationnotFoundError',
    });

    const stored = await bench.send(event(put));
    expect(stored).toMatchObject({ statusCode: 200, body: '', headers: { 'Content-Type': 'application/xml' } });

    const read = await bench.send(event(get));
    expect(read).toMatchObject({
      statusCode: 200,
      headers: {
        'Content-Type': 'application/xml',
        'x-cos-replication-rule-creation-time': 'Tue, 14 Nov 2023 22:13:20 GMT',
      },
    });
    expect(read.body).toBe(
      put.body
        .replace(/<\?.*?\?>/, '')
        .replace(/>\s+</g, '><')
        .trim(),
    );

    const removed = await bench.send(event(remove));
    expect(removed).toMatchObject({ statusCode: 204, body: '' });
    expect(await bench.send(event(remove))).toMatchObject({ statusCode: 204 });
    expect(errorOf(await bench.send(event(get))).status).toBe(404);
  });

  it('is refused with another secret, and with another body', async () => {
    const bench = await createBench();
    const put = resign(recording(sdk, 'put-replication'));
    const { secretId, secretKey } = recording(sdk, 'put-replication');
    await bench.keys.add({ buckets: [], rights: ['write'], pair: { secretId, secretKey: `${secretKey}x` } });
    expect(errorOf(await bench.send(urlEvent(put)))).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });

    await bench.keys.remove(secretId);
    await bench.keys.add({ buckets: [], rights: ['write'], pair: { secretId, secretKey } });
    const other = put.body.replace('logs/', 'LOGS/');
    expect(errorOf(await bench.send(urlEvent({ ...put, body: other })))).toMatchObject({
      status: 400,
      code: 'BadDigest',
    });
    expect(bench.calls).not.toContain('getVersioning');
  });
});

it('the browser of the JavaScript SDK sends a preflight first and is allowed', async () => {
  const bench = await createBench();
  const { method, rawUrl, headers } = recording('js', 'options-replication');
  const answer = await bench.send(urlEvent({ ...splitTarget(rawUrl), method, host: '', headers, body: '' }));
  expect(answer).toMatchObject({
    statusCode: 200,
    headers: {
      'Access-Control-Allow-Headers': 'authorization, content-md5, content-type',
      'Access-Control-Allow-Methods': expect.stringContaining('PUT') as string,
    },
  });
  expect(answer.headers['Access-Control-Expose-Headers']).toContain('x-cos-request-id');
});

it('an unescaped body of PHP is malformed, and no internal error', async () => {
  const bench = await createBench();
  const { body } = resign(recording('php', 'put-replication'));
  const answer = await bench.call({ method: 'PUT', body: body.replace('logs/', 'a&b<') });
  expect(errorOf(answer)).toMatchObject({ status: 400, code: 'MalformedXML' });
});
