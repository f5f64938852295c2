import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, errorOf, makeBucket, openDriver, xmlOf } from './driver.ts';
import type { Call, CosDriver, TestBucket } from './driver.ts';

let driver: CosDriver;
let bucket: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  bucket = await makeBucket(driver, 'signed');
  await bucket.put('k', 'secret');
});
afterAll(() => driver.close());

const get = (rest: Partial<Call>) => bucket.call('GET', 'k', rest);
const seconds = () => Math.floor(Date.now() / 1000);

describe('signatures', () => {
  it('are read from the header and from the query', async () => {
    expect((await get({})).body.toString()).toBe('secret');
    expect((await get({ signature: 'query' })).body.toString()).toBe('secret');
    const put = await bucket.call('PUT', 'by query', { body: 'x', signature: 'query' });
    expect(put.status).toBe(200);
  });

  it('cover path, query, method and the headers that they list', async () => {
    const { secretId } = driver.credentials;
    const wrong = await get({ credentials: { secretId, secretKey: 'not the key' } });
    expect(errorOf(wrong)).toEqual({
      status: 403,
      code: 'SignatureDoesNotMatch',
      message: 'The Signature you specified is invalid.',
    });
    expect(at(xmlOf(wrong), 'StringToSign')).toMatch(/^sha1\n\d+;\d+\n[0-9a-f]{40}\n$/);
    expect(at(xmlOf(wrong), 'FormatString')).toMatch(/^get\n\/k\n/);
  });

  it('are valid for a time', async () => {
    const expired = await get({ time: { start: seconds() - 200, end: seconds() - 100 } });
    expect(errorOf(expired)).toEqual({ status: 403, code: 'AccessDenied', message: 'Request has expired' });
    const future = await get({ time: { start: seconds() + 3600, end: seconds() + 7200 } });
    expect(errorOf(future)).toMatchObject({ status: 403, code: 'RequestTimeTooSkewed' });
  });

  it('need an existing key', async () => {
    const answer = await get({ credentials: { secretId: 'AKIDunknownunknownunknown', secretKey: 'x' } });
    expect(errorOf(answer)).toMatchObject({ status: 403, code: 'InvalidAccessKeyId' });
  });

  it('are refused when they cannot be read', async () => {
    const answer = await get({ signature: 'none', headers: { authorization: 'Bearer abc' } });
    expect(answer.status).toBe(403);
  });
});

describe('requests without a signature', () => {
  const anonymous = (method: string, path: string, rest: Partial<Call> = {}) =>
    driver.send({ method, host: bucket.host, path, signature: 'none', ...rest });

  it('get nothing from a private bucket', async () => {
    const denied = { status: 403, code: 'AccessDenied', message: 'Access Denied.' };
    expect(errorOf(await anonymous('GET', '/k'))).toEqual(denied);
    expect(errorOf(await anonymous('GET', '/absent'))).toEqual(denied);
    expect(errorOf(await anonymous('GET', '/'))).toEqual(denied);
    expect(errorOf(await anonymous('PUT', '/k', { body: 'x' }))).toEqual(denied);
    expect(errorOf(await anonymous('DELETE', '/k'))).toEqual(denied);
    expect((await get({})).body.toString()).toBe('secret');
  });

  it('read public objects and write nothing', async () => {
    await bucket.put('open', 'all', { 'x-cos-acl': 'public-read' });
    expect((await anonymous('GET', '/open')).body.toString()).toBe('all');
    expect((await anonymous('HEAD', '/open')).status).toBe(200);
    expect((await anonymous('PUT', '/open', { body: 'x' })).status).toBe(403);
    expect((await anonymous('GET', '/open', { query: { acl: '' } })).status).toBe(403);
  });

  it('read only public versions', async () => {
    const versioned = await makeBucket(driver, 'each', { versioning: 'Enabled' });
    const closed = await versioned.put('k', 'closed');
    const open = await versioned.put('k', 'open', { 'x-cos-acl': 'public-read' });
    const status = async (versionId?: string) =>
      (await versioned.call('GET', 'k', { query: { versionId }, signature: 'none' })).status;
    expect([await status(), await status(open), await status(closed)]).toEqual([200, 200, 403]);
  });

  it("are judged by the bucket's ACL unless the object has its own", async () => {
    const open = await makeBucket(driver, 'open');
    await open.must('PUT', '', { query: { acl: '' }, headers: { 'x-cos-acl': 'public-read' } });
    await open.put('inherits', '1');
    await open.put('own', '2', { 'x-cos-acl': 'private' });
    const status = async (path: string) =>
      (await driver.send({ method: 'GET', host: open.host, path, signature: 'none' })).status;
    expect(await status('/inherits')).toBe(200);
    expect(await status('/own')).toBe(403);
    expect(await status('/absent')).toBe(404);
    expect(await status('/')).toBe(200);
  });
});

describe('the signature from before 2017', () => {
  const sign = (change: Record<string, string> = {}, key = driver.credentials.secretKey) => {
    const name = bucket.name.slice(0, -driver.appid.length - 1);
    const fields = {
      a: driver.appid,
      b: name,
      k: driver.credentials.secretId,
      t: String(seconds() - 60),
      e: String(seconds() + 600),
      r: '17',
      f: `/${driver.appid}/${name}/k`,
      ...change,
    };
    const plain = Object.entries(fields)
      .map((pair) => pair.join('='))
      .join('&');
    const digest = createHmac('sha1', key).update(plain).digest();
    return Buffer.concat([digest, Buffer.from(plain)]).toString('base64');
  };
  const ask = (text: string, method = 'GET', key = 'k') =>
    bucket.call(method, key, { query: { sign: text }, signature: 'none' });

  it('still gives access to the one object that it names', async () => {
    expect((await ask(sign())).body.toString()).toBe('secret');
    expect((await ask(sign(), 'HEAD')).status).toBe(200);
  });

  it('gives no other access, at no other time, and only to read', async () => {
    await bucket.put('other', 'x');
    const refused = [
      await ask(sign(), 'GET', 'other'),
      await ask(sign({ b: 'elsewhere' })),
      await ask(sign({ e: String(seconds() - 1) })),
      await ask(sign({}, 'not the key')),
      await ask(sign({ f: '/%' })),
      await ask('bm90aGluZw=='),
      await ask(sign(), 'DELETE'),
    ];
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403));
    expect((await bucket.must('GET', 'k')).body.toString()).toBe('secret');
  });
});
