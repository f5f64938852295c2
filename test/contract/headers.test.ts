import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CARRIED } from '../cloud/job/content.ts';
import { at, errorOf, makeBucket, openDriver, xmlOf } from './driver.ts';
import type { CosDriver, TestBucket } from './driver.ts';

let driver: CosDriver;
let bucket: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  bucket = await makeBucket(driver, 'heads', { versioning: 'Enabled' });
});
afterAll(() => driver.close());

describe('header names', () => {
  const content = {
    'Content-Type': 'text/plain',
    'Cache-Control': 'no-cache',
    'Content-Disposition': 'inline',
    'Content-Encoding': 'identity',
    'Content-Language': 'zh-CN',
    Expires: 'Thu, 01 Dec 2033 16:00:00 GMT',
  };

  // HTTP ignores the case, but the Java, C++ and Python SDKs miss headers in another spelling.
  it.each(['HEAD', 'GET'])('of %s are spelled as COS prints them', async (method) => {
    await bucket.put('k', 'x', content);
    const spelt = new Set(Object.keys(content).map((name) => name.toLowerCase()));
    expect(CARRIED.filter((name) => !name.startsWith('x-cos-') && !spelt.has(name))).toEqual([]);
    const { names } = await bucket.must(method, 'k');
    for (const name of [...Object.keys(content), 'ETag', 'Last-Modified', 'Content-Length', 'Accept-Ranges']) {
      expect(names).toContain(name);
    }
    expect(names.length).toBe(new Set(names.map((name) => name.toLowerCase())).size);
  });

  it('of response-… parameters replace the stored headers', async () => {
    await bucket.put('k', 'x', content);
    const query = { 'response-cache-control': 'no-store', 'response-content-type': 'text/html' };
    const { names, headers } = await bucket.must('GET', 'k', { query });
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'text/html' });
    expect(names.filter((name) => /^(?:cache-control|content-type)$/i.test(name)).toSorted()).toEqual([
      'Cache-Control',
      'Content-Type',
    ]);
  });
});

describe('a write without Content-Type', () => {
  const typeOf = async (key: string) => (await bucket.must('HEAD', key)).headers['content-type'];

  it.each([
    ['dir/a.zip', 'application/zip'],
    ['a.txt', 'text/plain'],
    ['PICTURE.JPG', 'image/jpeg'],
    ['no-ending', 'application/octet-stream'],
    ['zip', 'application/octet-stream'],
    ['dir.zip/file', 'application/octet-stream'],
    ['a.no-such-ending', 'application/octet-stream'],
    ['ends.', 'application/octet-stream'],
  ])('%s gets the type of its file name extension: %s', async (key, type) => {
    await bucket.put(key, 'x');
    expect(await typeOf(key)).toBe(type);
  });

  it('gets the type of its key as a copy with new metadata and as an upload in parts, too', async () => {
    await bucket.put('from.zip', 'x', { 'content-type': 'image/png' });
    const source = { 'x-cos-copy-source': `${bucket.host}/from.zip` };
    await bucket.must('PUT', 'to.txt', { headers: { ...source, 'x-cos-metadata-directive': 'Replaced' } });
    expect(await typeOf('to.txt')).toBe('text/plain');
    await bucket.must('PUT', 'kept.txt', { headers: source });
    expect(await typeOf('kept.txt')).toBe('image/png');
    await uploadInParts('parts.txt');
    expect(await typeOf('parts.txt')).toBe('text/plain');
  });
});

describe('x-cos-tagging-count', () => {
  it('gives the number of tags, and is missing without any', async () => {
    await bucket.put('tagged', 'x', { 'x-cos-tagging': 'a=1&b=2' });
    expect((await bucket.must('HEAD', 'tagged')).headers['x-cos-tagging-count']).toBe('2');
    expect((await bucket.must('GET', 'tagged')).headers['x-cos-tagging-count']).toBe('2');
    await bucket.must('DELETE', 'tagged', { query: { tagging: '' } });
    expect((await bucket.must('HEAD', 'tagged')).headers['x-cos-tagging-count']).toBeUndefined();
  });
});

describe('x-cos-storage-class', () => {
  it('is in the answer of a write, unless it is STANDARD', async () => {
    const headers = { 'x-cos-storage-class': 'STANDARD_IA' };
    const put = await bucket.must('PUT', 'ia', { body: 'x', headers });
    expect(put.headers['x-cos-storage-class']).toBe('STANDARD_IA');
    expect((await uploadInParts('ia-parts', headers)).completed['x-cos-storage-class']).toBe('STANDARD_IA');
    expect((await bucket.must('PUT', 'std', { body: 'x' })).headers['x-cos-storage-class']).toBeUndefined();
  });
});

describe('user metadata', () => {
  const put = (meta: Record<string, string>) => bucket.call('PUT', 'meta', { body: 'x', headers: meta });
  const fill = (name: string, bytes: number) => ({ [`x-cos-meta-${name}`]: 'v'.repeat(bytes) });

  it('is accepted in two headers of half the limit each', async () => {
    const each = driver.switches.metadataLimit / 2 - 48;
    expect((await put({ ...fill('a', each), ...fill('b', each) })).status).toBe(200);
  });

  it.each([
    ['one header of 3072 bytes', fill('a', 3072)],
    ['three headers of 1500 bytes', { ...fill('a', 1500), ...fill('b', 1500), ...fill('c', 1500) }],
  ])('is refused as KeyTooLong in %s', async (_what, meta) => {
    expect(errorOf(await put(meta))).toMatchObject({ status: 400, code: 'KeyTooLong' });
  });
});

describe('server-side encryption', () => {
  const key = Buffer.alloc(32, 7);
  const customer = 'x-cos-server-side-encryption-customer';
  const sseC = {
    [`${customer}-algorithm`]: 'AES256',
    [`${customer}-key`]: key.toString('base64'),
    [`${customer}-key-md5`]: createHash('md5').update(key).digest('base64'),
  };

  it.each(['AES256', 'SM4'])('%s is in every answer of a write and a read', async (algorithm) => {
    const headers = { 'x-cos-server-side-encryption': algorithm };
    const told = { 'x-cos-server-side-encryption': algorithm };
    expect((await bucket.must('PUT', 'sse', { body: 'x', headers })).headers).toMatchObject(told);
    expect((await bucket.must('HEAD', 'sse')).headers).toMatchObject(told);
    const copy = { ...headers, 'x-cos-copy-source': `${bucket.host}/sse` };
    expect((await bucket.must('PUT', 'sse-copy', { headers: copy })).headers).toMatchObject(told);
    const parts = await uploadInParts('sse-parts', headers);
    expect([parts.initiated, parts.part, parts.completed]).toMatchObject([told, told, told]);
  });

  it("by a customer's key is in the answer to each step of an upload in parts", async () => {
    const told = { [`${customer}-algorithm`]: 'AES256', [`${customer}-key-md5`]: sseC[`${customer}-key-md5`] };
    const parts = await uploadInParts('sse-c-parts', sseC);
    expect([parts.initiated, parts.part, parts.completed]).toMatchObject([told, told, told]);
  });

  it("by a customer's key accepts a part, uploaded or copied, with that key only", async () => {
    await bucket.must('PUT', 'part-source', { body: 'part' });
    const uploadId = await begin('sse-c-keyed', sseC);
    const query = { partNumber: '1', uploadId };
    const other = Buffer.alloc(32, 8);
    const otherKey = {
      ...sseC,
      [`${customer}-key`]: other.toString('base64'),
      [`${customer}-key-md5`]: createHash('md5').update(other).digest('base64'),
    };
    const copied = { 'x-cos-copy-source': `${bucket.host}/part-source` };
    const refused = { status: 400, code: 'SsecDecryptHeaderInvalid' };
    for (const headers of [{}, otherKey]) {
      const part = await bucket.call('PUT', 'sse-c-keyed', { query, body: 'part', headers });
      expect(errorOf(part)).toMatchObject(refused);
      const copy = await bucket.call('PUT', 'sse-c-keyed', { query, headers: { ...headers, ...copied } });
      expect(errorOf(copy)).toMatchObject(refused);
    }
    await bucket.must('PUT', 'sse-c-keyed', { query, headers: { ...sseC, ...copied } });
    await bucket.must('PUT', 'sse-c-keyed', { query, body: 'part', headers: sseC });
    expect((await bucket.call('DELETE', 'sse-c-keyed', { query: { uploadId } })).status).toBe(204);
  });

  it("by a customer's key is refused for a part of an upload that was begun without", async () => {
    const query = { partNumber: '1', uploadId: await begin('sse-c-none') };
    const part = await bucket.call('PUT', 'sse-c-none', { query, body: 'part', headers: sseC });
    expect(errorOf(part)).toMatchObject({ status: 400, code: 'SsecDecryptHeaderInvalid' });
    expect((await bucket.call('DELETE', 'sse-c-none', { query: { uploadId: query.uploadId } })).status).toBe(204);
  });

  it('of an unknown kind is refused', async () => {
    const headers = { 'x-cos-server-side-encryption': 'DES' };
    const answer = await bucket.call('PUT', 'des', { body: 'x', headers });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});

async function begin(key: string, headers: Record<string, string> = {}): Promise<string> {
  return at(xmlOf(await bucket.must('POST', key, { query: { uploads: '' }, headers })), 'UploadId');
}

/** The headers of the three answers for an object of one part. */
async function uploadInParts(key: string, headers: Record<string, string> = {}) {
  const initiated = await bucket.must('POST', key, { query: { uploads: '' }, headers });
  const uploadId = at(xmlOf(initiated), 'UploadId');
  // A customer's key comes with each part; the other headers come at the beginning only.
  const own = Object.fromEntries(Object.entries(headers).filter(([name]) => name.includes('-customer-')));
  const part = await bucket.must('PUT', key, { query: { partNumber: '1', uploadId }, body: 'part', headers: own });
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers['etag'] ?? ''}</ETag></Part></CompleteMultipartUpload>`;
  const completed = await bucket.must('POST', key, { query: { uploadId }, body, headers: own });
  return { initiated: initiated.headers, part: part.headers, completed: completed.headers };
}
