import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import COS from 'cos-nodejs-sdk-v5';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { splitTarget } from '../../../shared/signing/index.ts';
import { ROLE } from '../../shared/rules/sample.ts';
import { PAIR, createBench } from './bench.ts';
import type { Bench } from './bench.ts';

const where = { Bucket: 'source-1250000000', Region: 'ap-guangzhou' };
const rule = {
  ID: 'rule-1',
  Status: 'Enabled' as const,
  Prefix: 'logs/',
  Destination: { Bucket: 'qcs::cos:ap-shanghai::backup-1250000000' },
};

let bench: Bench;
let server: Server;
let domain: string;

/** The event of a function URL for an HTTP request. */
async function eventOf(request: IncomingMessage): Promise<object> {
  const { path, query } = splitTarget(request.url ?? '/');
  const body = (await buffer(request)).toString('utf8');
  return { httpMethod: request.method, path, queryString: Object.fromEntries(query), headers: request.headers, body };
}

beforeEach(async () => {
  bench = await createBench();
  server = createServer((request, response) => {
    void (async () => {
      bench.time = Date.now();
      const { statusCode, headers, body } = await bench.send(await eventOf(request));
      response.writeHead(statusCode, headers).end(body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  domain = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function client(pair = PAIR): COS {
  return new COS({ SecretId: pair.secretId, SecretKey: pair.secretKey, Domain: domain, Protocol: 'http:' });
}

const put = (rules: object[], cos = client()) =>
  cos.putBucketReplication({
    ...where,
    ReplicationConfiguration: { Role: ROLE, Rules: rules as [] },
  });

describe('cos-nodejs-sdk-v5', () => {
  it('sets, reads, replaces and deletes rules', async () => {
    const cos = client();
    const none = await cos.getBucketReplication(where);
    expect(none).toMatchObject({ statusCode: 404, ReplicationConfiguration: { Rules: [] } });

    expect(await put([rule])).toMatchObject({ statusCode: 200 });
    const read = await cos.getBucketReplication(where);
    expect(read).toMatchObject({ statusCode: 200, ReplicationConfiguration: { Role: ROLE, Rules: [rule] } });

    const disabled = { ...rule, Status: 'Disabled' };
    await put([disabled, { ...rule, ID: 'rule-2', Prefix: 'other/' }]);
    expect((await cos.getBucketReplication(where)).ReplicationConfiguration.Rules).toEqual([
      disabled,
      { ...rule, ID: 'rule-2', Prefix: 'other/' },
    ]);

    expect(await cos.deleteBucketReplication(where)).toMatchObject({ statusCode: 204 });
    expect(await cos.getBucketReplication(where)).toMatchObject({ ReplicationConfiguration: { Rules: [] } });
  });

  it('gets the errors of COS', async () => {
    await expect(put([rule], client({ ...PAIR, secretKey: 'wrong' }))).rejects.toMatchObject({
      statusCode: 403,
      code: 'SignatureDoesNotMatch',
    });
    await expect(put([{ ...rule, Status: 'Maybe' }])).rejects.toMatchObject({
      statusCode: 400,
      code: 'InvalidArgument',
    });
    bench.versioning.clear();
    await expect(put([rule])).rejects.toMatchObject({ statusCode: 404, code: 'NoSuchBucket' });
  });
});
