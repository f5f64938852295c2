import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketAt, errorOf, makeBucket, openDriver } from './driver.ts';
import type { CosDriver, TestBucket } from './driver.ts';

const RULES =
  '<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>' +
  '<AllowedMethod>HEAD</AllowedMethod><AllowedHeader>Range</AllowedHeader><ExposeHeader>ETag</ExposeHeader>' +
  '<MaxAgeSeconds>600</MaxAgeSeconds></CORSRule>' +
  '<CORSRule><AllowedOrigin>https://*.example.com</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>' +
  '<AllowedHeader>*</AllowedHeader></CORSRule></CORSConfiguration>';

let driver: CosDriver;
let bucket: TestBucket;
let closed: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  bucket = await makeBucket(driver, 'cors');
  closed = await makeBucket(driver, 'closed');
  await bucket.must('PUT', '', { query: { cors: '' }, body: RULES });
  await bucket.put('k', 'x');
});
afterAll(() => driver.close());

const ask = (of: TestBucket, headers: Record<string, string>, key = 'k') =>
  of.call('OPTIONS', key, { signature: 'none', headers });

describe('OPTIONS', () => {
  it('is answered by the first rule that allows the call', async () => {
    const get = await ask(bucket, {
      origin: 'http://anywhere.test',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'range',
    });
    expect(get.status).toBe(200);
    expect(get.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET,HEAD',
      'access-control-allow-headers': 'range',
      'access-control-expose-headers': 'ETag',
      'access-control-max-age': '600',
    });
    const put = await ask(bucket, { origin: 'https://a.example.com', 'access-control-request-method': 'PUT' }, '');
    expect(put.headers).toMatchObject({
      'access-control-allow-origin': 'https://a.example.com',
      'access-control-allow-credentials': 'true',
    });
  });

  it.each([
    ['another origin', { origin: 'https://example.org', 'access-control-request-method': 'PUT' }],
    ['another method', { origin: 'https://a.example.com', 'access-control-request-method': 'DELETE' }],
    [
      'another header',
      {
        origin: 'https://example.org',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'range,x-cos-meta-a',
      },
    ],
    ['no origin', { 'access-control-request-method': 'GET' }],
    ['no method', { origin: 'https://a.example.com' }],
  ])('refuses %s', async (_, headers: Record<string, string>) => {
    expect(errorOf(await ask(bucket, headers))).toMatchObject({ status: 403, code: 'AccessForbidden' });
  });

  it('refuses everything where there is no rule or no bucket', async () => {
    const headers = { origin: 'https://a.example.com', 'access-control-request-method': 'GET' };
    expect(errorOf(await ask(closed, headers))).toMatchObject({ status: 403, code: 'AccessForbidden' });
    const absent = bucketAt(driver, driver.newName('absent'), driver.region);
    expect(errorOf(await ask(absent, headers))).toMatchObject({ status: 404, code: 'NoSuchBucket' });
  });
});

describe('a call from a page', () => {
  it('gets the headers of its rule, even when it is refused', async () => {
    const headers = { origin: 'http://anywhere.test' };
    expect((await bucket.must('GET', 'k', { headers })).headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'ETag',
    });
    const refused = await bucket.call('GET', 'k', { headers, signature: 'none' });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([403, '*']);
  });

  it('works without a rule, but the browser hides the answer from the page', async () => {
    await closed.put('k', 'x');
    const answer = await closed.must('GET', 'k', { headers: { origin: 'http://anywhere.test' } });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect((await bucket.must('GET', 'k')).headers['access-control-allow-origin']).toBeUndefined();
  });
});
