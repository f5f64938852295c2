import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeHash } from '../../../../shared/cos/index.ts';
import { sign } from '../../../../shared/signing/index.ts';
import { bucketAt, errorOf, makeBucket, openDriver } from '../../../contract/driver.ts';
import type { CosDriver, TestBucket } from '../../../contract/driver.ts';
import type { LocalCloud } from '../../index.ts';
import { rawExchange } from './raw.ts';

// Points that only a local cloud can show: faults, role credentials, switches, broken connections.
let driver: CosDriver;
let cloud: LocalCloud;
let bucket: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  if (!driver.cloud) throw new Error('these tests need the local cloud');
  cloud = driver.cloud;
  bucket = await makeBucket(driver, 'local', { versioning: 'Enabled' });
});
afterAll(() => driver.close());

describe('faults', () => {
  it('answer an error as COS would, and nothing happens', async () => {
    cloud.faults.set([
      { match: { action: 'PutObject' }, effect: { kind: 'error', status: 503, code: 'SlowDown' }, times: 1 },
    ]);
    expect(errorOf(await bucket.call('PUT', 'f1', { body: 'x' }))).toMatchObject({ status: 503, code: 'SlowDown' });
    expect((await bucket.call('HEAD', 'f1')).status).toBe(404);
    expect((await bucket.call('PUT', 'f1', { body: 'x' })).status).toBe(200);
  });

  it('reset before the effect, or after it', async () => {
    cloud.faults.set([{ match: { prefix: 'f2' }, effect: { kind: 'reset' }, times: 1 }]);
    await expect(bucket.call('PUT', 'f2', { body: 'x' })).rejects.toThrow(/ECONNRESET|hang up/);
    expect((await bucket.call('HEAD', 'f2')).status).toBe(404);
    cloud.faults.set([{ match: { method: 'PUT' }, effect: { kind: 'reset-after' }, times: 1 }]);
    await expect(bucket.call('PUT', 'f2', { body: 'x' })).rejects.toThrow(/ECONNRESET|hang up/);
    expect((await bucket.call('HEAD', 'f2')).status).toBe(200);
  });

  it('fail a copy inside a 200', async () => {
    await bucket.put('f3', 'x');
    cloud.faults.set([
      {
        match: { action: 'CopyObject', sourceRegion: driver.region },
        effect: { kind: 'error-in-200', code: 'InternalError' },
      },
    ]);
    const headers = { 'x-cos-copy-source': `${bucket.host}/f3` };
    const answer = await bucket.call('PUT', 'f3-copy', { headers });
    expect(errorOf(answer)).toMatchObject({ status: 200, code: 'InternalError' });
    cloud.faults.clear();
    expect((await bucket.call('HEAD', 'f3-copy')).status).toBe(404);
  });
});

describe('connections', () => {
  /** The head of a signed PUT, for more headers and any body to follow. */
  const putHead = (key: string): string => {
    const seconds = Math.floor(Date.now() / 1000);
    const authorization = sign(
      { method: 'PUT', path: `/${key}`, query: [], headers: [['host', bucket.host]] },
      { credentials: driver.credentials, time: { start: seconds - 10, end: seconds + 60 }, hash: nodeHash },
    );
    return `PUT /${key} HTTP/1.1\r\nHost: ${bucket.host}\r\nAuthorization: ${authorization}\r\n`;
  };

  it('refuse a body that ends too early, and do not store it', async () => {
    const bytes = `${putHead('cut')}Content-Length: 10\r\n\r\nabc`;
    const { text } = await rawExchange(cloud.port, bytes, { halfClose: true });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('<Code>IncompleteBody</Code>');
    expect((await bucket.call('HEAD', 'cut')).status).toBe(404);
  });

  it('refuse a PUT without a length', async () => {
    const { text } = await rawExchange(cloud.port, `${putHead('open')}Connection: close\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 411 /);
    expect(text).toContain('<Code>MissingContentLength</Code>');
  });

  it('do not store bytes beyond the announced length', async () => {
    const bytes = `${putHead('long')}Connection: close\r\nContent-Length: 3\r\n\r\nabcdef`;
    expect((await rawExchange(cloud.port, bytes)).text).toMatch(/^HTTP\/1\.1 200 /);
    expect((await bucket.must('GET', 'long')).body.toString()).toBe('abc');
  });

  it('accept requests in absolute form, as a proxy gets them', async () => {
    await bucket.must('PUT', 'proxied', { body: 'x', headers: { 'x-cos-acl': 'public-read' } });
    const { text } = await rawExchange(
      cloud.port,
      `GET http://${bucket.host}/proxied HTTP/1.1\r\nHost: ${bucket.host}\r\nConnection: close\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\nx$/);
  });
});

describe('switches', () => {
  it('put the delete marker into the 404: markerOn404', async () => {
    await bucket.put('mark', 'x');
    const marker = (await bucket.must('DELETE', 'mark')).headers['x-cos-version-id'];
    const silent = await bucket.call('HEAD', 'mark');
    expect(silent.headers['x-cos-delete-marker']).toBeUndefined();
    cloud.core.switches.markerOn404 = true;
    const telling = await bucket.call('HEAD', 'mark');
    cloud.core.switches.markerOn404 = false;
    expect(telling.status).toBe(404);
    expect(telling.headers).toMatchObject({ 'x-cos-delete-marker': 'true', 'x-cos-version-id': marker });
  });
});

describe('more switches', () => {
  it('make missing tags a 404: noSuchTagSetOfObjects', async () => {
    await bucket.put('no-tags', 'x');
    const tags = () => bucket.call('GET', 'no-tags', { query: { tagging: '' } });
    expect((await tags()).status).toBe(200);
    cloud.core.switches.noSuchTagSetOfObjects = true;
    const answer = await tags();
    cloud.core.switches.noSuchTagSetOfObjects = false;
    expect(errorOf(answer)).toMatchObject({ status: 404, code: 'NoSuchTagSet' });
  });

  it('ignore a bare parameter: ignoreUnknownSubresources', async () => {
    await bucket.put('busted', 'x');
    const get = () => bucket.call('GET', 'busted', { query: { '17': '' } });
    expect(errorOf(await get())).toMatchObject({ status: 400, code: 'InvalidArgument' });
    cloud.core.switches.ignoreUnknownSubresources = true;
    const answer = await get();
    cloud.core.switches.ignoreUnknownSubresources = false;
    expect(answer.body.toString()).toBe('x');
  });
});

describe('temporary credentials', () => {
  const policy = (statements: object[]) => JSON.stringify({ version: '2.0', statement: statements });

  it('need their token and have the rights of the role, no more', async () => {
    const trust = policy([
      { action: 'name/sts:AssumeRole', effect: 'allow', principal: { service: 'scf.qcloud.com' } },
    ]);
    cloud.cam.createRole({ name: 'reader', trust });
    const resource = [`qcs::cos:${bucket.region}:uid/${cloud.appid}:${bucket.name}/readable/*`];
    const { id } = cloud.cam.createPolicy({
      name: 'read',
      document: policy([{ effect: 'allow', action: ['name/cos:GetObject'], resource }]),
    });
    cloud.cam.attach('reader', id);
    const { secretId, secretKey, token = '' } = cloud.cam.assumeRole('reader');
    await bucket.put('readable/a', 'yes');
    await bucket.put('other/a', 'no');
    const credentials = { secretId, secretKey };
    const headers = { 'x-cos-security-token': token };

    expect(errorOf(await bucket.call('GET', 'readable/a', { credentials })).status).toBe(403);
    const allowed = await bucket.call('GET', 'readable/a', { credentials, headers });
    expect(allowed.body.toString()).toBe('yes');
    const byQuery = await bucket.call('GET', 'readable/a', {
      signature: 'query',
      credentials: { ...credentials, token },
    });
    expect(byQuery.body.toString()).toBe('yes');
    const denied = { status: 403, code: 'AccessDenied' };
    expect(errorOf(await bucket.call('GET', 'other/a', { credentials, headers }))).toMatchObject(denied);
    expect(errorOf(await bucket.call('PUT', 'readable/b', { credentials, headers, body: '' }))).toMatchObject(denied);
  });

  it('copying needs the right to read the source', async () => {
    const trust = policy([
      { action: 'name/sts:AssumeRole', effect: 'allow', principal: { service: 'scf.qcloud.com' } },
    ]);
    cloud.cam.createRole({ name: 'writer', trust });
    const resource = [`qcs::cos:${bucket.region}:uid/${cloud.appid}:${bucket.name}/out/*`];
    const { id } = cloud.cam.createPolicy({
      name: 'write',
      document: policy([{ effect: 'allow', action: ['name/cos:PutObject', 'name/cos:GetObject'], resource }]),
    });
    cloud.cam.attach('writer', id);
    const { token = '', ...credentials } = cloud.cam.assumeRole('writer');
    await bucket.put('in', 'x');
    await bucket.put('out/in', 'x');
    const copy = (from: string) =>
      bucket.call('PUT', 'out/copy', {
        credentials,
        headers: { 'x-cos-security-token': token, 'x-cos-copy-source': `${bucket.host}/${from}` },
      });
    expect(errorOf(await copy('in'))).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect((await copy('out/in')).status).toBe(200);
  });
});

describe('lists and CAM', () => {
  const statement = (resource: string) => ({
    version: '2.0',
    statement: [
      {
        effect: 'allow',
        action: ['GetBucket', 'GetBucketObjectVersions', 'ListMultipartUploads'].map((name) => `name/cos:${name}`),
        resource: [`qcs::cos:${bucket.region}:uid/${cloud.appid}:${bucket.name}/${resource}`],
      },
    ],
  });

  it.each([{}, { versions: '' }, { uploads: '' }])('%j is judged by its prefix', async (kind) => {
    const name = `lister-${Object.keys(kind).join('')}`;
    const trust = {
      version: '2.0',
      statement: [{ action: 'name/sts:AssumeRole', effect: 'allow', principal: { service: 'scf.qcloud.com' } }],
    };
    cloud.cam.createRole({ name, trust: JSON.stringify(trust) });
    const { id } = cloud.cam.createPolicy({ name, document: JSON.stringify(statement('a/*')) });
    cloud.cam.attach(name, id);
    const { token = '', ...credentials } = cloud.cam.assumeRole(name);
    const ask = async (query: Record<string, string>) =>
      (
        await bucket.call('GET', '', {
          query: { ...kind, ...query },
          credentials,
          headers: { 'x-cos-security-token': token },
        })
      ).status;
    expect(await ask({ prefix: 'a/b' })).toBe(200);
    expect(await ask({ prefix: 'a/' })).toBe(200);
    for (const prefix of ['a', 'b/', '']) expect(await ask({ prefix })).toBe(403);
    expect(await ask({})).toBe(403);
  });
});

describe('missing buckets and objects', () => {
  it.each(['x-1250000000.ci.ap-guangzhou.myqcloud.com', 'cos-elsewhere.myqcloud.com', 'x.tencentcos.cn'])(
    'a service behind %s is refused in the form of COS',
    async (host) => {
      const answer = await driver.send({ method: 'GET', host, path: '/k' });
      expect(errorOf(answer)).toMatchObject({ status: 405, code: 'MethodNotAllowed' });
    },
  );

  it("COS's own replication is never configured, unless a switch says so", async () => {
    const query = { replication: '' };
    const put = await bucket.call('PUT', '', { query, body: '<ReplicationConfiguration/>' });
    expect(errorOf(put)).toMatchObject({ status: 405, code: 'MethodNotAllowed' });
    const get = await bucket.call('GET', '', { query });
    expect(errorOf(get)).toMatchObject({ status: 404, code: 'ReplicationConfigurationnotFoundError' });
  });

  it('a bucket of another account cannot be created', async () => {
    const foreign = bucketAt(driver, 'foreign-1299999999', driver.region);
    expect(errorOf(await foreign.call('PUT'))).toMatchObject({ status: 403, code: 'AccessDenied' });
  });
});

describe('a bucket policy with a condition', () => {
  it('is refused, because the local cloud would not obey it', async () => {
    const resource = `qcs::cos:${bucket.region}:uid/${driver.appid}:${bucket.name}/*`;
    const condition = { ip_equal: { 'qcs:ip': '10.0.0.0/8' } };
    const statement = [{ effect: 'allow', principal: '*', action: 'name/cos:GetObject', resource, condition }];
    const body = JSON.stringify({ version: '2.0', statement });
    const answer = await bucket.call('PUT', '', { query: { policy: '' }, body });
    expect(errorOf(answer)).toMatchObject({ status: 405, code: 'MethodNotAllowed' });
    expect((await bucket.call('GET', '', { query: { policy: '' } })).status).toBe(404);
  });
});

describe('a version ID that no header can hold', () => {
  it.each(['\n', ' ', '\udfff'])('is not echoed: %j', async (versionId) => {
    const { status, headers } = await bucket.call('DELETE', 'nothing', { query: { versionId } });
    expect([status, headers['x-cos-version-id']]).toEqual([204, undefined]);
  });
});
