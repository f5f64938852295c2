import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, errorOf, makeBucket, openDriver, textOf, xmlOf } from './driver.ts';
import type { Answer, CosDriver, TestBucket } from './driver.ts';

let driver: CosDriver;
beforeAll(async () => {
  driver = await openDriver();
});
afterAll(() => driver.close());

interface Entry {
  readonly kind: string;
  readonly key: string;
  readonly versionId: string;
  readonly isLatest: boolean;
}

function entriesOf(answer: Answer): Entry[] {
  return xmlOf(answer)
    .children.filter(({ name }) => name === 'Version' || name === 'DeleteMarker')
    .map((entry) => ({
      kind: entry.name,
      key: textOf(entry, 'Key') ?? '',
      versionId: textOf(entry, 'VersionId') ?? '',
      isLatest: textOf(entry, 'IsLatest') === 'true',
    }));
}

const list = async (bucket: TestBucket, query: Record<string, string> = {}) =>
  bucket.must('GET', '', { query: { versions: '', ...query } });
const read = async (bucket: TestBucket, key: string, versionId?: string) =>
  (await bucket.must('GET', key, { query: { versionId } })).body.toString();
const del = (bucket: TestBucket, key: string, versionId?: string) =>
  bucket.must('DELETE', key, { query: { versionId } });

describe('a versioned bucket', () => {
  let bucket: TestBucket;
  beforeAll(async () => {
    bucket = await makeBucket(driver, 'enabled', { versioning: 'Enabled' });
  });

  it('keeps every version under an ID that decreases with time', async () => {
    const ids = [await bucket.put('k', 'one'), await bucket.put('k', 'two'), await bucket.put('k', 'three')];
    const numbers = ids.map((id) => BigInt(Buffer.from(id, 'base64').toString()));
    expect(numbers.toSorted((a, b) => (a < b ? 1 : -1))).toEqual(numbers);
    expect(new Set(ids).size).toBe(3);
    expect(await Promise.all(ids.map((id) => read(bucket, 'k', id)))).toEqual(['one', 'two', 'three']);
    const current = await bucket.must('GET', 'k');
    expect(current.body.toString()).toBe('three');
    expect(current.headers['x-cos-version-id']).toBe(ids[2]);
    expect(entriesOf(await list(bucket, { prefix: 'k' }))).toEqual(
      ids.toReversed().map((versionId, i) => ({ kind: 'Version', key: 'k', versionId, isLatest: i === 0 })),
    );
  });

  it('hides the key under a delete marker on DELETE, until that is deleted', async () => {
    const versionId = await bucket.put('hidden', 'x');
    const marker = await del(bucket, 'hidden');
    expect(marker.status).toBe(204);
    expect(marker.headers['x-cos-delete-marker']).toBe('true');
    const markerId = marker.headers['x-cos-version-id'];
    expect(markerId).toBeTruthy();
    expect(errorOf(await bucket.call('GET', 'hidden'))).toMatchObject({ status: 404, code: 'NoSuchKey' });
    expect((await bucket.call('HEAD', 'hidden', { query: { versionId: markerId } })).status).toBe(404);
    expect(await read(bucket, 'hidden', versionId)).toBe('x');
    const removed = await del(bucket, 'hidden', markerId);
    expect(removed.headers).toMatchObject({ 'x-cos-delete-marker': 'true', 'x-cos-version-id': markerId });
    expect(await read(bucket, 'hidden')).toBe('x');
  });

  it('deletes a version for ever, and the version before becomes current', async () => {
    const first = await bucket.put('pop', '1');
    const second = await bucket.put('pop', '2');
    const removed = await del(bucket, 'pop', second);
    expect(removed.headers['x-cos-version-id']).toBe(second);
    expect(removed.headers['x-cos-delete-marker']).toBeUndefined();
    expect(await read(bucket, 'pop')).toBe('1');
    await del(bucket, 'pop', first);
    expect((await bucket.call('HEAD', 'pop')).status).toBe(404);
  });

  it('makes a delete marker even for a key that never existed', async () => {
    const answer = await del(bucket, 'never');
    expect(answer.headers['x-cos-delete-marker']).toBe('true');
    const [entry] = entriesOf(await list(bucket, { prefix: 'never' }));
    expect(entry).toMatchObject({ kind: 'DeleteMarker', isLatest: true });
  });

  it('answers 404 NoSuchVersion for a missing version', async () => {
    const versionId = await bucket.put('other', 'x');
    const answer = await bucket.call('GET', 'k', { query: { versionId } });
    expect(errorOf(answer)).toMatchObject({ status: 404, code: 'NoSuchVersion' });
  });
});

describe('an empty versionId', () => {
  it('is ignored by reads, which give the current version, while DELETE makes a delete marker or is refused', async () => {
    const bucket = await makeBucket(driver, 'empty-id', { versioning: 'Enabled' });
    await bucket.put('k', 'first');
    const current = await bucket.put('k', 'second');
    const query = { versionId: '' };
    const get = await bucket.must('GET', 'k', { query });
    expect([get.body.toString(), get.headers['x-cos-version-id']]).toEqual(['second', current]);
    expect((await bucket.must('HEAD', 'k', { query })).headers['x-cos-version-id']).toBe(current);
    const tags = await bucket.call('GET', 'k', { query: { tagging: '', versionId: '' } });
    expect(tags.status).toBe(driver.switches.noSuchTagSetOfObjects ? 404 : 200);
    // Unknown for COS. A delete marker is the worse of the two, so a client that would send an empty ID is noticed
    // here.
    const gone = await bucket.call('DELETE', 'k', { query });
    const refused = driver.switches.refuseEmptyVersionId;
    expect([gone.status, gone.headers['x-cos-delete-marker']]).toEqual(refused ? [400, undefined] : [204, 'true']);
    expect(entriesOf(await list(bucket))).toHaveLength(refused ? 2 : 3);
  });
});

describe('null versions', () => {
  it('keep a version from before versioning, as null', async () => {
    const bucket = await makeBucket(driver, 'before');
    await bucket.put('k', 'old');
    expect(entriesOf(await list(bucket))).toEqual([{ kind: 'Version', key: 'k', versionId: '', isLatest: true }]);
    expect((await bucket.must('HEAD', 'k')).headers['x-cos-version-id']).toBeUndefined();
    await bucket.setVersioning('Enabled');
    expect((await bucket.must('HEAD', 'k')).headers['x-cos-version-id']).toBe('null');
    const versionId = await bucket.put('k', 'new');
    expect(entriesOf(await list(bucket)).map((entry) => entry.versionId)).toEqual([versionId, 'null']);
    expect(await read(bucket, 'k', 'null')).toBe('old');
  });

  it('are replaced in a suspended bucket, which keeps the other versions', async () => {
    const bucket = await makeBucket(driver, 'suspended', { versioning: 'Enabled' });
    const versionId = await bucket.put('k', 'kept');
    await bucket.setVersioning('Suspended');
    const put = await bucket.must('PUT', 'k', { body: 'null 1' });
    expect(put.headers['x-cos-version-id']).toBeUndefined();
    await bucket.put('k', 'null 2');
    expect(entriesOf(await list(bucket)).map((entry) => entry.versionId)).toEqual(['null', versionId]);
    expect(await read(bucket, 'k')).toBe('null 2');
    expect(await read(bucket, 'k', versionId)).toBe('kept');
  });

  it('are replaced by a null delete marker on DELETE while suspended', async () => {
    const bucket = await makeBucket(driver, 'nullmark', { versioning: 'Enabled' });
    const versionId = await bucket.put('k', 'kept');
    await bucket.setVersioning('Suspended');
    await bucket.put('k', 'null');
    const answer = await del(bucket, 'k');
    expect(answer.headers).toMatchObject({ 'x-cos-delete-marker': 'true', 'x-cos-version-id': 'null' });
    expect(entriesOf(await list(bucket))).toEqual([
      { kind: 'DeleteMarker', key: 'k', versionId: 'null', isLatest: true },
      { kind: 'Version', key: 'k', versionId, isLatest: false },
    ]);
    await del(bucket, 'k', 'null');
    expect(await read(bucket, 'k')).toBe('kept');
  });

  it('get a new version above them when versioning is on again', async () => {
    const bucket = await makeBucket(driver, 'again', { versioning: 'Suspended' });
    await bucket.put('k', 'null');
    await bucket.setVersioning('Enabled');
    const versionId = await bucket.put('k', 'real');
    expect(entriesOf(await list(bucket)).map((entry) => entry.versionId)).toEqual([versionId, 'null']);
  });
});

describe('GET ?versions', () => {
  const keys = ['a', 'a+b %', 'dir//x', 'dir/../y', 'emoji 😀', '中'];
  let bucket: TestBucket;
  let all: Entry[];
  beforeAll(async () => {
    bucket = await makeBucket(driver, 'pages', { versioning: 'Enabled' });
    for (const key of keys) {
      await bucket.put(key, '1');
      await bucket.put(key, '2');
      await del(bucket, key);
    }
    all = entriesOf(await list(bucket));
  });

  it('orders keys by UTF-8 and versions newest first, with delete markers', () => {
    const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(all.map((entry) => entry.key)).toEqual(sorted.flatMap((key) => [key, key, key]));
    expect(all.filter((_, i) => i % 3 === 0).every((entry) => entry.kind === 'DeleteMarker' && entry.isLatest)).toBe(
      true,
    );
  });

  it.each([1, 2, 4, 5])('gives the same entries in pages of %i, cut within a key', async (size) => {
    const seen: Entry[] = [];
    let markers: Record<string, string> = {};
    for (let pages = 0; pages <= all.length; pages += 1) {
      const answer = await list(bucket, { 'max-keys': String(size), 'encoding-type': 'url', ...markers });
      const root = xmlOf(answer);
      expect(at(root, 'EncodingType')).toBe('url');
      const entries = entriesOf(answer).map((entry) => ({ ...entry, key: decodeURIComponent(entry.key) }));
      seen.push(...entries);
      if (at(root, 'IsTruncated') !== 'true') break;
      expect(entries.length).toBe(size);
      markers = {
        'key-marker': decodeURIComponent(at(root, 'NextKeyMarker')),
        'version-id-marker': at(root, 'NextVersionIdMarker'),
      };
    }
    expect(seen).toEqual(all);
  });

  it('groups by delimiter and prefix', async () => {
    const root = xmlOf(await list(bucket, { delimiter: '/', prefix: 'd' }));
    expect(root.children.filter(({ name }) => name === 'CommonPrefixes').map((el) => textOf(el, 'Prefix'))).toEqual([
      'dir/',
    ]);
    expect(entriesOf(await list(bucket, { prefix: 'dir//' })).length).toBe(3);
  });

  it('gives size, ETag, class and owner of versions, and owner of delete markers', async () => {
    const root = xmlOf(await list(bucket, { prefix: 'a', 'max-keys': '2' }));
    const version = root.children.find(({ name }) => name === 'Version') ?? root;
    expect(at(version, 'Size')).toBe('1');
    expect(at(version, 'ETag')).toMatch(/^"[0-9a-f]{32}"$/);
    expect(at(version, 'StorageClass')).toBe('STANDARD');
    expect(at(version, 'LastModified')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    expect(at(version, 'Owner', 'ID')).toBe(driver.appid);
    const marker = root.children.find(({ name }) => name === 'DeleteMarker') ?? root;
    expect(at(marker, 'Owner', 'ID')).toBe(driver.appid);
    expect(at(marker, 'Size')).toBe('');
  });
});
