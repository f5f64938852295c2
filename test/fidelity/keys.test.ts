import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSame, openPair, type Pair } from './pair.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await openPair();
  await pair.setRule();
});
afterAll(() => pair.close());

describe('keys', () => {
  it.each([
    ['spaces', ' a b  c '],
    ['plus', 'a+b++c'],
    ['percent', '100%/%41/%zz/%'],
    ['an encoded key', '%E4%B8%AD%2F%20'],
    ['emoji and other scripts', '😀/中文/ñ/e\u0301.txt'],
    ['a leading slash', '/leading'],
    ['doubled slashes', 'a//b///c'],
    ['slashes and dots', '//..//./'],
    ['a folder', 'folder/'],
    ['dots', 'a/../b/./c/..'],
    ['only dots', '..'],
    ['what a URL would cut off', 'a?versionId=b&c=d#e'],
    ['what XML escapes', `<a>&"b'</a>`],
    ['what a shell reads', 'a;b|c$d`e`!*(){}[]~'],
    ['backslashes', 'a\\b\\..\\c'],
    ['850 bytes', 'k'.repeat(850)],
    ['850 bytes of three each', `${'中'.repeat(283)}x`],
    ['names like ours', 'tasks/leases/waiting'],
    ['a colon and an at sign', 'a:b@c,d=e'],
  ])('%s', async (_, key) => {
    expect(Buffer.byteLength(key)).toBeLessThanOrEqual(850);
    await pair.source.put(key, `body of ${key}`, { 'x-cos-tagging': 'k=v', 'x-cos-meta-a': '1' });
    await pair.deliver();
    await expectSame(pair, key);
    // An older version is found, and a deletion comes through, under that name too.
    await pair.source.put(key, 'newer');
    await pair.deliver();
    await expectSame(pair, key);
    await pair.source.must('DELETE', key);
    await pair.deliver();
    expect((await pair.destination.call('GET', key)).status).toBe(404);
  });

  it('that are prefixes of one another are told apart', async () => {
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

  it('nothing else has appeared at the destination', async () => {
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
