import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { children, errorOf, makeBucket, openDriver, textOf, xmlOf } from './driver.ts';
import type { CosDriver, TestBucket } from './driver.ts';

let driver: CosDriver;
let plain: TestBucket;
let versioned: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  plain = await makeBucket(driver, 'kinds');
  versioned = await makeBucket(driver, 'kinds', { versioning: 'Enabled' });
});
afterAll(() => driver.close());

describe('?append', () => {
  const append = (key: string, position: string | undefined, body: string, headers: Record<string, string> = {}) =>
    plain.call('POST', key, { query: { append: '', position }, body, headers });

  it('begins an object and continues at its end', async () => {
    const first = await append('a', '0', 'one', { 'x-cos-meta-n': '1', 'content-type': 'text/x' });
    expect([first.status, first.headers['x-cos-next-append-position']]).toEqual([200, '3']);
    expect((await append('a', '3', 'two', { 'x-cos-meta-n': '2' })).headers).toMatchObject({
      'x-cos-next-append-position': '6',
      'x-cos-content-sha1': createHash('md5').update('two').digest('hex'),
    });
    const { body, headers } = await plain.must('GET', 'a');
    expect(body.toString()).toBe('onetwo');
    expect(headers).toMatchObject({ 'x-cos-object-type': 'appendable', 'x-cos-meta-n': '1', 'content-type': 'text/x' });
  });

  it('is refused except at the end, on other objects, and without a position', async () => {
    await append('b', '0', 'one');
    expect(errorOf(await append('b', '2', 'x'))).toMatchObject({ status: 409, code: 'AppendPositionErr' });
    await plain.put('c', 'x');
    expect((await plain.must('HEAD', 'c')).headers['x-cos-object-type']).toBe('normal');
    expect(errorOf(await append('c', '1', 'x'))).toMatchObject({ status: 409, code: 'ObjectNotAppendable' });
    for (const position of [undefined, 'x', '-1']) {
      expect(errorOf(await append('d', position, 'x'))).toMatchObject({ status: 400, code: 'InvalidArgument' });
    }
    expect((await plain.call('HEAD', 'd')).status).toBe(404);
  });

  it('makes an object that COS copies or refuses to copy, by the switch', async () => {
    await append('e', '0', 'one');
    const copy = await plain.call('PUT', 'f', { headers: { 'x-cos-copy-source': `${plain.host}/e` } });
    expect(copy.status).toBe(driver.switches.copyAppendable ? 200 : 400);
  });
});

describe('?symlink', () => {
  const link = (key: string, target: string, headers: Record<string, string> = {}) =>
    versioned.call('PUT', key, { query: { symlink: '' }, headers: { 'x-cos-symlink-target': target, ...headers } });

  it('reads as its target, and returns its own type', async () => {
    const made = await link('l', 'dir/%E4%B8%AD');
    expect(made.status).toBe(200);
    expect(errorOf(await versioned.call('GET', 'l'))).toMatchObject({ status: 404, code: 'NoSuchKey' });
    await versioned.put('dir/中', 'first');
    await versioned.put('dir/中', 'second', { 'x-cos-meta-n': '2' });
    const read = await versioned.must('GET', 'l');
    expect(read.body.toString()).toBe('second');
    const versionId = made.headers['x-cos-version-id'];
    expect(read.headers).toMatchObject({ 'x-cos-meta-n': '2', 'x-cos-version-id': versionId });
    expect((await versioned.must('HEAD', 'l')).headers['content-length']).toBe('6');
    const told = await versioned.must('GET', 'l', { query: { symlink: '', versionId } });
    expect(told.headers['x-cos-symlink-target']).toBe('dir/%E4%B8%AD');
  });

  it('is listed as a small object of its own', async () => {
    await link('listed', 'some/target');
    const [entry] = children(xmlOf(await versioned.must('GET', '', { query: { prefix: 'listed' } })), 'Contents');
    expect(entry && textOf(entry, 'Size')).toBe('11');
  });

  it('refuses a missing or bad target, and an object that is no link', async () => {
    const bare = await versioned.call('PUT', 'x', { query: { symlink: '' } });
    expect(errorOf(bare)).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect(errorOf(await link('x', '%zz'))).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect(errorOf(await link('x', 'k'.repeat(851)))).toMatchObject({ status: 400, code: 'KeyTooLong' });
    await versioned.put('x', 'x');
    const none = await versioned.call('GET', 'x', { query: { symlink: '' } });
    expect(errorOf(none)).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  it('is removed by a DELETE, and its target is not', async () => {
    await versioned.put('t', 'x');
    await link('gone', 't');
    await versioned.must('DELETE', 'gone');
    expect((await versioned.call('HEAD', 'gone')).status).toBe(404);
    expect((await versioned.call('HEAD', 't')).status).toBe(200);
  });
});

describe('a bucket of several zones', () => {
  it('has classes of its own', async () => {
    const zones = await makeBucket(driver, 'zones', { multiAz: true });
    const put = (headers: Record<string, string>) => zones.call('PUT', 'k', { body: 'x', headers });
    expect((await put({})).headers['x-cos-storage-class']).toBe('MAZ_STANDARD');
    expect((await put({ 'x-cos-storage-class': 'MAZ_STANDARD_IA' })).status).toBe(200);
    expect((await zones.must('HEAD', 'k')).headers['x-cos-storage-class']).toBe('MAZ_STANDARD_IA');
    const single = await put({ 'x-cos-storage-class': 'ARCHIVE' });
    expect(errorOf(single)).toMatchObject({ status: 400, code: 'NotSupportedStorageClass' });
    const out = await plain.call('PUT', 'out', { headers: { 'x-cos-copy-source': `${zones.host}/k` } });
    expect(errorOf(out)).toMatchObject({ status: 400, code: 'NotSupportedStorageClass' });
  });
});
