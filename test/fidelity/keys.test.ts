import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSame, openPair, type Pair } from './pair.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await openPair();
  await pair.setRule();
});
afterAll(() => pair.close());

describe('a key', () => {
  it.each([
    ['spaces', ' a b  c '],
    ['plus', 'a+b++c'],
    ['percent', '100%/%41/%zz/%'],
    ['percent-encoding', '%E4%B8%AD%2F%20'],
    ['emoji and other scripts', '😀/中文/ñ/e\u0301.txt'],
    ['a leading slash', '/leading'],
    ['doubled slashes', 'a//b///c'],
    ['slashes and dots', '//..//./'],
    ['a folder', 'folder/'],
    ['dots', 'a/../b/./c/..'],
    ['only dots', '..'],
    ['characters that end the path of a URL', 'a?versionId=b&c=d#e'],
    ['characters that XML escapes', `<a>&"b'</a>`],
    ['characters that a shell interprets', 'a;b|c$d`e`!*(){}[]~'],
    ['backslashes', 'a\\b\\..\\c'],
    ['850 bytes', 'k'.repeat(850)],
    ['850 bytes, three for each character', `${'中'.repeat(283)}x`],
    ['names like those of this service', 'tasks/leases/waiting'],
    ['a colon and an at sign', 'a:b@c,d=e'],
  ])('may hold %s', async (_, key) => {
    expect(Buffer.byteLength(key)).toBeLessThanOrEqual(850);
    await pair.source.put(key, `body of ${key}`, { 'x-cos-tagging': 'k=v', 'x-cos-meta-a': '1' });
    await pair.deliver();
    await expectSame(pair, key);
    // An older version is found, and a deletion arrives, under this key too.
    await pair.source.put(key, 'newer');
    await pair.deliver();
    await expectSame(pair, key);
    await pair.source.must('DELETE', key);
    await pair.deliver();
    expect((await pair.destination.call('GET', key)).status).toBe(404);
  });

  it('that is a prefix of another one is told apart from it', async () => {
    const keys = ['pre', 'pre/', 'pre/fix', 'prefix', 'pre fix'];
    for (const key of keys) {
      await pair.source.put(key, `first of ${key}`);
      await pair.source.put(key, `second of ${key}`);
    }
    await pair.deliver();
    for (const key of keys) {
      await expectSame(pair, key);
      const versions = await versionsOf(key);
      expect([key, versions]).toEqual([key, 2]);
    }
    await pair.source.must('DELETE', 'pre');
    await pair.deliver();
    expect((await pair.destination.call('GET', 'pre')).status).toBe(404);
    for (const key of keys.slice(1)) await expectSame(pair, key);
  });

  it('leaves nothing else at the destination', async () => {
    const names = async (bucket: Pair['source']) => {
      const list = (await bucket.must('GET', '', { query: { 'encoding-type': 'url' } })).body.toString();
      return list.match(/<Key>[^<]*<\/Key>/g) ?? [];
    };
    expect(await names(pair.destination)).toEqual(await names(pair.source));
  });
});

async function versionsOf(key: string): Promise<number> {
  const query = { versions: '', prefix: key, 'encoding-type': 'url' };
  const encoded = key.split('/').map(encodeURIComponent).join('/');
  const list = (await pair.destination.must('GET', '', { query })).body.toString();
  return (list.match(/<Version>.*?<\/Version>/gs) ?? []).filter((one) => one.includes(`<Key>${encoded}</Key>`)).length;
}
