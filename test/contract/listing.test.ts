import { afterAll, beforeAll, expect, it } from 'vitest';
import { at, children, errorOf, makeBucket, openDriver, textOf, xmlOf } from './driver.ts';
import type { CosDriver, TestBucket } from './driver.ts';

const keys = ['%41', '+', 'a', 'a/', 'a/b', 'a/b/c', 'a//d', 'b & <c> "d"', 'é', '𝄞 😀', '～'];

let driver: CosDriver;
let bucket: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  bucket = await makeBucket(driver, 'list');
  for (const key of keys) await bucket.put(key, key);
});
afterAll(() => driver.close());

const inUtf8Order = (texts: readonly string[]) =>
  texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
const list = async (query: Record<string, string> = {}) => xmlOf(await bucket.must('GET', '', { query }));
const keysOf = (root: ReturnType<typeof xmlOf>) => children(root, 'Contents').map((entry) => textOf(entry, 'Key'));
const prefixesOf = (root: ReturnType<typeof xmlOf>) =>
  children(root, 'CommonPrefixes').map((entry) => textOf(entry, 'Prefix'));

it('lists every key in UTF-8 order, even where UTF-16 order differs', async () => {
  const root = await list();
  expect(root.name).toBe('ListBucketResult');
  expect(keysOf(root)).toEqual(inUtf8Order(keys));
  expect(at(root, 'IsTruncated')).toBe('false');
  expect(at(root, 'Name')).toBe(bucket.name);
  const [first] = children(root, 'Contents');
  expect(first && [at(first, 'Size'), at(first, 'StorageClass'), at(first, 'Owner', 'ID')]).toEqual([
    '3',
    'STANDARD',
    driver.appid,
  ]);
});

it('encodes keys on request', async () => {
  const root = await list({ 'encoding-type': 'url', prefix: 'b &' });
  expect(keysOf(root).map((key) => decodeURIComponent(key ?? ''))).toEqual(['b & <c> "d"']);
  expect(decodeURIComponent(at(root, 'Prefix'))).toBe('b &');
  const refused = await bucket.call('GET', '', { query: { 'encoding-type': 'base64' } });
  expect(errorOf(refused)).toMatchObject({ status: 400, code: 'InvalidArgument' });
});

it.each([1, 2, 3])('lists everything in pages of %i, by NextMarker', async (size) => {
  const seen: (string | undefined)[] = [];
  let marker = '';
  for (let pages = 0; pages <= keys.length; pages += 1) {
    const root = await list({ 'max-keys': String(size), marker });
    seen.push(...keysOf(root));
    if (at(root, 'IsTruncated') !== 'true') break;
    marker = at(root, 'NextMarker');
  }
  expect(seen).toEqual(inUtf8Order(keys));
});

it('folds keys at the delimiter after the prefix', async () => {
  const top = await list({ delimiter: '/' });
  expect(prefixesOf(top)).toEqual(['a/']);
  expect(keysOf(top)).toEqual(inUtf8Order(keys.filter((key) => !key.includes('/'))));
  const below = await list({ delimiter: '/', prefix: 'a/' });
  expect(prefixesOf(below)).toEqual(['a//', 'a/b/']);
  expect(keysOf(below)).toEqual(['a/', 'a/b']);
});

it('may end a page on a folded prefix, which the next page does not repeat', async () => {
  const seen: (string | undefined)[] = [];
  let marker = '';
  for (let pages = 0; pages <= keys.length; pages += 1) {
    const root = await list({ delimiter: '/', 'max-keys': '1', marker });
    seen.push(...keysOf(root), ...prefixesOf(root));
    if (at(root, 'IsTruncated') !== 'true') break;
    marker = at(root, 'NextMarker');
  }
  expect(seen).toEqual(inUtf8Order(['a/', ...keys.filter((key) => !key.includes('/'))]));
});

it('leaves out keys under a delete marker', async () => {
  const versioned = await makeBucket(driver, 'hide', { versioning: 'Enabled' });
  await versioned.put('seen', '1');
  await versioned.put('gone', '1');
  await versioned.must('DELETE', 'gone');
  expect(keysOf(xmlOf(await versioned.must('GET')))).toEqual(['seen']);
});

it('refuses a max-keys that is not a number', async () => {
  const answer = await bucket.call('GET', '', { query: { 'max-keys': '-1' } });
  expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidArgument' });
});

it('leaves slashes as they are where it encodes keys, prefixes and cursors', async () => {
  await bucket.put('d/你', 'x');
  const query = { 'encoding-type': 'url', prefix: 'd/', marker: 'd/', 'max-keys': '1' };
  const root = await list(query);
  expect(keysOf(root)).toEqual(['d/%E4%BD%A0']);
  expect([at(root, 'Prefix'), at(root, 'Marker')]).toEqual(['d/', 'd/']);
  const folded = await list({ 'encoding-type': 'url', delimiter: '/', prefix: 'a/' });
  expect(at(folded, 'Delimiter')).toBe('/');
  expect(prefixesOf(folded)).toEqual(['a//', 'a/b/']);
  const versions = xmlOf(
    await bucket.must('GET', '', { query: { versions: '', 'encoding-type': 'url', prefix: 'd/' } }),
  );
  expect(children(versions, 'Version').map((entry) => textOf(entry, 'Key'))).toEqual(['d/%E4%BD%A0']);
  await bucket.must('POST', 'd/你', { query: { uploads: '' } });
  const uploads = xmlOf(await bucket.must('GET', '', { query: { uploads: '', 'encoding-type': 'url' } }));
  expect(children(uploads, 'Upload').map((entry) => textOf(entry, 'Key'))).toEqual(['d/%E4%BD%A0']);
});
