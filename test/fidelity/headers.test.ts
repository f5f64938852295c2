import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CARRIED } from '../cloud/job/content.ts';
import { expectSame, headersOf, metaOf, openPair, skippedIn, type Pair } from './pair.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await openPair();
  await pair.setRule();
});
afterAll(() => pair.close());

/** One character per byte, as headers travel. */
const bytes = (text: string): string => Buffer.from(text).toString('latin1');

describe('a replica', () => {
  it.each([
    ['content-type', 'text/plain; charset="utf-8"; name="a;b,c"'],
    ['cache-control', 'max-age=31536000, immutable, stale-while-revalidate=60'],
    ['content-disposition', `attachment; filename="a b.txt"; filename*=UTF-8''%e4%b8%ad.txt`],
    ['content-disposition', bytes('attachment; filename="中文 ü.txt"')],
    ['content-disposition', 'attachment; filename="\u00e4\u00ff.txt"'],
    ['content-encoding', 'gzip'],
    ['content-language', 'de-CH, zh-Hans'],
    ['expires', 'Wed, 21 Oct 2037 07:28:00 GMT'],
    ['expires', '0'],
    ['x-cos-website-redirect-location', '/other/place?a=1&b=%20#c'],
    ['x-cos-website-redirect-location', 'https://example.com/%E4%B8%AD'],
  ])('carries %s: %j', async (name, value) => {
    await pair.source.put('header', `body of ${name}`, { [name]: value });
    await pair.deliver();
    const to = await expectSame(pair, 'header');
    expect(to.headers[name]).toBe(value);
  });

  it('carries all headers at once', async () => {
    const all = {
      'content-type': 'text/html',
      'cache-control': 'no-cache',
      'content-disposition': 'inline',
      'content-encoding': 'br',
      'content-language': 'en',
      expires: 'Wed, 21 Oct 2037 07:28:00 GMT',
      'x-cos-website-redirect-location': '/',
      'x-cos-meta-a': '1',
    };
    await pair.source.put('all', 'x', all);
    await pair.deliver();
    const to = await expectSame(pair, 'all');
    expect(Object.keys(all)).toEqual(expect.arrayContaining([...CARRIED]));
    expect({ ...headersOf(to), ...metaOf(to) }).toEqual(all);
  });

  it('has no header that the source does not set', async () => {
    await pair.source.put('few', 'x');
    await pair.deliver();
    const to = await expectSame(pair, 'few');
    expect(Object.keys(headersOf(to))).toEqual(['content-type']);
  });
});

describe('the user metadata of a replica', () => {
  it.each([
    ['percent-encoded', '%E4%B8%AD%20%2B%2f'],
    ['UTF-8 bytes', bytes('中文 😀 ü')],
    ['Latin-1', '\u00e4\u00f6\u00fc\u00df\u00ff'],
    ['characters with a meaning elsewhere', `a=b&c;d,e "f" 'g' <h> \\ + ~ * ( ) @ : / ? # [ ]`],
    ['invalid percent-encoding', '100 % of %zz and %'],
    ['blanks and tabs within', 'a  b\tc'],
    ['one character', 'x'],
  ])('may hold %s', async (name, value) => {
    await pair.source.put('meta', `body of ${name}`, { 'x-cos-meta-odd': value, 'x-cos-meta-plain': 'y' });
    await pair.deliver();
    const to = await expectSame(pair, 'meta');
    expect(to.headers['x-cos-meta-odd']).toBe(value);
  });

  it('may have many names, of one letter and of many', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `x-cos-meta-${'n'.repeat((i % 7) + 1)}-${i}`);
    await pair.source.put('names', 'x', Object.fromEntries(names.map((name, i) => [name, String(i)])));
    await pair.deliver();
    const to = await expectSame(pair, 'names');
    expect(Object.keys(metaOf(to))).toHaveLength(40);
  });

  it('may fill all but the room for the replication marker', async () => {
    await pair.source.put('room', 'x', { 'x-cos-meta-filler': 'f'.repeat(1500) });
    await pair.deliver();
    const to = await expectSame(pair, 'room');
    expect(to.headers['x-cos-meta-filler']).toHaveLength(1500);
  });

  it('may hold 2 KB in one header, which COS takes, and 3 KB in all', async () => {
    const longest = 2048 - 'x-cos-meta-filler'.length;
    await pair.source.put('long', 'x', {
      'x-cos-meta-filler': 'f'.repeat(longest),
      'x-cos-meta-more': 'm'.repeat(1000),
    });
    await pair.deliver();
    const to = await expectSame(pair, 'long');
    expect(to.headers['x-cos-meta-filler']).toHaveLength(longest);
  });

  it('of 4 KB leaves no room for the replication marker: the version is skipped with its reason, newer ones are replicated', async () => {
    const room = 2048 - 'x-cos-meta-filler'.length;
    const most = { 'x-cos-meta-filler': 'f'.repeat(room), 'x-cos-meta-fuller': 'f'.repeat(room) };
    await pair.source.put('full', 'first', { 'x-cos-meta-filler': 'f'.repeat(20) });
    await pair.deliver();
    const versionId = await pair.source.put('full', 'second', most);
    await pair.deliver();
    expect(skippedIn(pair)).toContainEqual({ versionId, reason: 'metadata-limit' });
    expect((await pair.destination.must('GET', 'full')).body.toString()).toBe('first');
    const before = pair.lines.length;
    await pair.source.put('full', 'third', { 'x-cos-meta-filler': 'f' });
    await pair.deliver();
    await expectSame(pair, 'full');
    const list = (await pair.destination.must('GET', '', { query: { versions: '', prefix: 'full' } })).body.toString();
    expect(list.match(/<Version>/g)).toHaveLength(2);
    // The newer replica records that the skipped version is dealt with, so nobody looks at it again.
    expect(pair.lines.slice(before)).toEqual([expect.objectContaining({ message: 'up to date', copied: 1 })]);
  });

  it('has a new replication marker in place of an outdated one', async () => {
    const source = 'ap-beijing/elsewhere-1250000000/MTg0NDUwMTY1NDI4NDM1NTE2MTU';
    await pair.source.put('life', 'x', { 'x-cos-meta-replication-source': source, 'x-cos-meta-mine': '1' });
    await pair.deliver();
    const to = await expectSame(pair, 'life');
    expect(to.headers['x-cos-meta-mine']).toBe('1');
    expect(to.headers['x-cos-meta-replication-source']).not.toBe(source);
  });

  it('has no other use of the marker names: such a version is skipped with its reason', async () => {
    const versionId = await pair.source.put('mine', 'x', { 'x-cos-meta-replication-source': 'the wiki' });
    await pair.deliver();
    expect(skippedIn(pair)).toContainEqual({ versionId, reason: 'reserved-metadata' });
    await pair.source.put('mine', 'y');
    await pair.deliver();
    await expectSame(pair, 'mine');
  });
});
