import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encode } from '../../shared/signing/index.ts';
import { at, errorOf, makeBucket, openDriver, xmlOf } from './driver.ts';
import type { CosDriver, TestBucket } from './driver.ts';

let driver: CosDriver;
let source: TestBucket;
let destination: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  source = await makeBucket(driver, 'from', { versioning: 'Enabled' });
  destination = await makeBucket(driver, 'to', { versioning: 'Enabled', region: driver.otherRegion });
});
afterAll(() => driver.close());

const from = (bucket: TestBucket, key: string, versionId?: string) => {
  const path = key.split('/').map(encode).join('/');
  return { 'x-cos-copy-source': `${bucket.host}/${path}${versionId === undefined ? '' : `?versionId=${versionId}`}` };
};
const copy = (key: string, headers: Record<string, string>, to = destination) => to.call('PUT', key, { headers });

describe('copy', () => {
  it('crosses regions and returns ETag, CRC64, time and version', async () => {
    const sourceId = await source.put('k', 'bytes', { 'x-cos-meta-a': '1', 'content-type': 'text/plain' });
    const answer = await copy('k', from(source, 'k'));
    expect(answer.status).toBe(200);
    const result = xmlOf(answer);
    expect(result.name).toBe('CopyObjectResult');
    const head = await destination.must('HEAD', 'k');
    expect(at(result, 'ETag')).toBe(head.headers['etag']);
    expect(at(result, 'CRC64')).toBe(head.headers['x-cos-hash-crc64ecma']);
    expect(at(result, 'VersionId')).toBe(head.headers['x-cos-version-id']);
    expect(at(result, 'LastModified')).toMatch(/Z$/);
    expect(answer.headers['x-cos-copy-source-version-id']).toBe(sourceId);
    expect(head.headers).toMatchObject({ 'x-cos-meta-a': '1', 'content-type': 'text/plain' });
    expect(head.headers['x-cos-version-id']).not.toBe(sourceId);
    expect((await destination.must('GET', 'k')).body.toString()).toBe('bytes');
  });

  it('copies the named version, of any key', async () => {
    const key = 'dir//a+b %/中 😀?x';
    const first = await source.put(key, 'first');
    await source.put(key, 'second');
    expect((await copy('named', from(source, key, first))).status).toBe(200);
    expect((await destination.must('GET', 'named')).body.toString()).toBe('first');
  });

  it("replaces the source's metadata by the request's with Replaced", async () => {
    await source.put('meta', 'x', { 'x-cos-meta-a': '1', 'content-type': 'text/plain' });
    await copy('meta', {
      ...from(source, 'meta'),
      'x-cos-metadata-directive': 'Replaced',
      'x-cos-meta-b': '2',
      'content-type': 'text/html',
    });
    const { headers } = await destination.must('HEAD', 'meta');
    expect(headers).toMatchObject({ 'x-cos-meta-b': '2', 'content-type': 'text/html' });
    expect(headers['x-cos-meta-a']).toBeUndefined();
  });

  it('keeps tags unless the request replaces them, but neither class nor ACL nor encryption', async () => {
    await source.put('props', 'x', {
      'x-cos-tagging': 'a=1&b=%20',
      'x-cos-storage-class': 'STANDARD_IA',
      'x-cos-server-side-encryption': 'AES256',
      'x-cos-acl': 'public-read',
    });
    await copy('props', from(source, 'props'));
    const { headers } = await destination.must('HEAD', 'props');
    expect(headers['x-cos-storage-class']).toBeUndefined();
    expect(headers['x-cos-server-side-encryption']).toBeUndefined();
    const tags = await destination.must('GET', 'props', { query: { tagging: '' } });
    expect(tags.body.toString()).toContain('<Key>b</Key>');
    const open = await driver.send({ method: 'GET', host: destination.host, path: '/props', signature: 'none' });
    expect(open.status).toBe(403);
    await copy('props', { ...from(source, 'props'), 'x-cos-tagging-directive': 'Replaced', 'x-cos-tagging': 'c=3' });
    const replaced = await destination.must('GET', 'props', { query: { tagging: '' } });
    expect(replaced.body.toString()).toContain('<Key>c</Key>');
    expect(replaced.body.toString()).not.toContain('<Key>a</Key>');
  });

  it('obeys conditions on the source', async () => {
    await source.put('cond', 'x');
    const etag = (await source.must('HEAD', 'cond')).headers['etag'] ?? '';
    const tried = async (headers: Record<string, string>) =>
      (await copy('cond', { ...from(source, 'cond'), ...headers })).status;
    expect(await tried({ 'x-cos-copy-source-If-Match': '"0123"' })).toBe(412);
    expect(await tried({ 'x-cos-copy-source-If-None-Match': etag })).toBe(412);
    expect((await destination.call('HEAD', 'cond')).status).toBe(404);
    expect(await tried({ 'x-cos-copy-source-If-Match': etag })).toBe(200);
  });

  it('fails with the cause when the source is missing, hidden, or written wrongly', async () => {
    expect(errorOf(await copy('f', from(source, 'absent'))).status).toBe(404);
    await source.put('hid', 'x');
    const marker = (await source.must('DELETE', 'hid')).headers['x-cos-version-id'];
    expect(errorOf(await copy('f', from(source, 'hid'))).status).toBe(404);
    expect(errorOf(await copy('f', from(source, 'hid', marker))).status).toBe(400);
    for (const bad of ['nonsense', `http://${source.host}/k`, `${source.host}/%ff`, `${source.host}/`]) {
      const answer = await copy('f', { 'x-cos-copy-source': bad });
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidCopySource' });
    }
    const nowhere = source.host.replace(source.name, driver.newName('absent'));
    const answer = await copy('f', { 'x-cos-copy-source': `${nowhere}/k` });
    expect(errorOf(answer)).toMatchObject({ status: 404, code: 'NoSuchBucket' });
    expect((await destination.call('HEAD', 'f')).status).toBe(404);
  });

  it('onto itself needs new metadata', async () => {
    await source.put('self', 'x');
    expect(errorOf(await copy('self', from(source, 'self'), source)).status).toBe(400);
    const headers = { ...from(source, 'self'), 'x-cos-metadata-directive': 'Replaced', 'x-cos-meta-new': '1' };
    expect((await copy('self', headers, source)).status).toBe(200);
    expect((await source.must('HEAD', 'self')).headers['x-cos-meta-new']).toBe('1');
  });

  it('obeys x-cos-forbid-overwrite where versioning was never on', async () => {
    const plain = await makeBucket(driver, 'plain');
    await source.put('k2', 'x');
    const headers = { ...from(source, 'k2'), 'x-cos-forbid-overwrite': 'true' };
    const first = await copy('k2', headers, plain);
    expect(first.status).toBe(200);
    expect(xmlOf(first).children.some(({ name }) => name === 'VersionId')).toBe(false);
    expect(errorOf(await copy('k2', headers, plain))).toMatchObject({ status: 409, code: 'FileAlreadyExists' });
  });
});

describe('other spellings of a copy', () => {
  it.each(['Replaced', 'REPLACED', 'REPLACE', 'replace'])(
    'include the directive %s, which replaces the metadata',
    async (directive) => {
      await source.put('d', 'x', { 'x-cos-meta-a': '1' });
      const answer = await copy('d', {
        ...from(source, 'd'),
        'x-cos-metadata-directive': directive,
        'x-cos-meta-b': '2',
      });
      expect(answer.status).toBe(200);
      const { headers } = await destination.must('HEAD', 'd');
      expect([headers['x-cos-meta-a'], headers['x-cos-meta-b']]).toEqual([undefined, '2']);
    },
  );

  it('include no further directive', async () => {
    await source.put('d', 'x');
    const answer = await copy('bad', { ...from(source, 'd'), 'x-cos-metadata-directive': 'Replacement' });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  it('include a source in the form of S3, in the same region', async () => {
    const first = await source.put('dir/a b', 'first');
    await source.put('dir/a b', 'second');
    const given = (text: string, to: TestBucket) => copy('s3', { 'x-cos-copy-source': text }, to);
    expect((await given(`/${source.name}/dir/a%20b`, source)).status).toBe(200);
    expect((await source.must('GET', 's3')).body.toString()).toBe('second');
    expect((await given(`/${source.name}/dir/a%20b?versionId=${first}`, source)).status).toBe(200);
    expect((await source.must('GET', 's3')).body.toString()).toBe('first');
    const elsewhere = await given(`/${source.name}/dir/a%20b`, destination);
    expect(errorOf(elsewhere)).toMatchObject({ status: 404, code: 'NoSuchBucket' });
  });

  it.each(['cos.<region>.mycloud.com', '<region>.mycloud.com', '<region>.myqcloud.com'])(
    'include a source at …%s',
    async (domain) => {
      await source.put('odd', 'bytes');
      const host = `${source.name}.${domain.replace('<region>', source.region)}`;
      expect((await copy('odd', { 'x-cos-copy-source': `${host}/odd` })).status).toBe(200);
      expect((await destination.must('GET', 'odd')).body.toString()).toBe('bytes');
    },
  );

  it.each(['/', '//k', `/no_bucket/k`, 'cos.ap-guangzhou.myqcloud.com/k'])(
    'do not include the source %s',
    async (text) => {
      const answer = await copy('none', { 'x-cos-copy-source': text });
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidCopySource' });
    },
  );
});
