import { describe, expect, it } from 'vitest';
import { BUCKET, bytes, OTHER, plain, refusal, REGION, setup } from './setup.ts';
import type { Setup } from './setup.ts';

const keysOf = (page: { entries: readonly { key: string }[] }): string[] => page.entries.map((entry) => entry.key);

/**
 * Every page of a listing of versions, as `key` for a version, `key!` for a delete marker, `prefix*` for a common
 * prefix.
 */
function walkVersions({ versions }: Setup, query: Parameters<Setup['versions']>[0], between = () => {}): string[][] {
  const pages: string[][] = [];
  for (let keyMarker = '', versionIdMarker = ''; ;) {
    const page = versions({ ...query, keyMarker, versionIdMarker });
    pages.push([
      ...page.entries.map((entry) => entry.key + (entry.deleteMarker ? '!' : '') + (entry.isLatest ? '+' : '')),
      ...page.commonPrefixes.map((prefix) => `${prefix}*`),
    ]);
    if (!page.truncated) return pages;
    keyMarker = page.nextKeyMarker ?? '';
    versionIdMarker = page.nextVersionIdMarker ?? '';
    between();
  }
}

describe('a listing of objects', () => {
  it('shows current objects only, in the order of UTF-8 bytes', () => {
    const { put, remove, list } = setup('Enabled');
    for (const key of ['b', '\u{1F600}', 'a', '\uFB01', 'é', 'a/b', 'a!']) put(key);
    put('a', 'again');
    put('gone');
    remove('gone');
    const page = list();
    expect(keysOf(page)).toEqual(['a', 'a!', 'a/b', 'b', 'é', '\uFB01', '\u{1F600}']);
    expect(page.entries[0]?.blob?.size).toBe('again'.length);
    expect(page).toMatchObject({ truncated: false, commonPrefixes: [] });
    expect(page).not.toHaveProperty('nextMarker');
  });

  it('continues after the cursor, whether that key exists or not', () => {
    const { put, list } = setup();
    for (const key of ['a', 'b', 'c', 'd']) put(key);
    const first = list({ maxKeys: 2 });
    expect(first).toMatchObject({ truncated: true, nextMarker: 'b' });
    expect(keysOf(list({ marker: 'b' }))).toEqual(['c', 'd']);
    expect(keysOf(list({ marker: 'bb' }))).toEqual(['c', 'd']);
    expect(list({ maxKeys: 4 })).toMatchObject({ truncated: false });
  });

  it('is not truncated when only delete markers follow', () => {
    const { put, remove, list } = setup('Enabled');
    put('a');
    remove('b');
    expect(list({ maxKeys: 1 })).toMatchObject({ truncated: false });
  });

  it('folds keys at the delimiter after the prefix; prefixes count as entries', () => {
    const { put, list } = setup();
    for (const key of ['a', 'b/1', 'b/2', 'b/c/3', 'c', 'd/1', 'e']) put(key);
    expect(list({ delimiter: '/' })).toMatchObject({ commonPrefixes: ['b/', 'd/'] });
    expect(keysOf(list({ delimiter: '/' }))).toEqual(['a', 'c', 'e']);
    expect(list({ delimiter: '/', prefix: 'b/' })).toMatchObject({ commonPrefixes: ['b/c/'] });
    expect(keysOf(list({ delimiter: '/', prefix: 'b/' }))).toEqual(['b/1', 'b/2']);
    const page = list({ delimiter: '/', maxKeys: 2 });
    expect(keysOf(page)).toEqual(['a']);
    expect(page).toMatchObject({ commonPrefixes: ['b/'], truncated: true, nextMarker: 'b/' });
    const next = list({ delimiter: '/', maxKeys: 2, marker: 'b/' });
    expect(keysOf(next)).toEqual(['c']);
    expect(next).toMatchObject({ commonPrefixes: ['d/'], truncated: true, nextMarker: 'd/' });
    expect(list({ delimiter: '/', marker: 'b/2' }).commonPrefixes).toEqual(['d/']);
    expect(list({ delimiter: '/c/' }).commonPrefixes).toEqual(['b/c/']);
  });

  it('shows no common prefix without keys', () => {
    const { put, remove, list, versions } = setup('Enabled');
    put('a/1');
    remove('a/1');
    expect(list({ delimiter: '/' }).commonPrefixes).toEqual([]);
    expect(versions({ delimiter: '/' }).commonPrefixes).toEqual(['a/']);
    put('a/2');
    expect(list({ delimiter: '/' }).commonPrefixes).toEqual(['a/']);
  });

  it('has pages of at most a thousand', () => {
    const { put, list } = setup();
    for (let i = 0; i < 1001; i++) put(String(i).padStart(4, '0'), '');
    expect(list()).toMatchObject({ truncated: true, nextMarker: '0999' });
    expect(list({ maxKeys: 5000 }).entries).toHaveLength(1000);
    expect(list({ maxKeys: 0 })).toEqual({ entries: [], commonPrefixes: [], truncated: false });
    expect(keysOf(list({ marker: '0999' }))).toEqual(['1000']);
  });

  it.each([-1, 1.5, Number.NaN])('refuses max-keys %d', (maxKeys) => {
    const { list, versions } = setup();
    expect(refusal(() => list({ maxKeys }))).toBe('InvalidArgument 400');
    expect(refusal(() => versions({ maxKeys }))).toBe('InvalidArgument 400');
  });

  it('needs the bucket', () => {
    const { core } = setup();
    expect(refusal(() => core.listObjects(OTHER.bucket, OTHER.region, {}))).toBe('NoSuchBucket 404');
    expect(refusal(() => core.listVersions(BUCKET, OTHER.region, {}))).toBe('NoSuchBucket 404');
    expect(core.listObjects(BUCKET, REGION, {}).entries).toEqual([]);
  });
});

describe('a listing of versions', () => {
  const filled = (): Setup => {
    const bench = setup('Enabled');
    bench.put('a');
    bench.put('b');
    bench.put('b');
    bench.remove('b');
    bench.put('c/1');
    bench.put('c/2');
    bench.put('d');
    return bench;
  };

  it('interleaves versions and delete markers, newest first in a key', () => {
    expect(walkVersions(filled(), {})).toEqual([['a+', 'b!+', 'b', 'b', 'c/1+', 'c/2+', 'd+']]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7])('is the same in pages of %d', (maxKeys) => {
    const pages = walkVersions(filled(), { maxKeys });
    expect(pages.flat()).toEqual(['a+', 'b!+', 'b', 'b', 'c/1+', 'c/2+', 'd+']);
    expect(pages.slice(0, -1).every((page) => page.length === maxKeys)).toBe(true);
  });

  it.each([1, 2, 3])('with common prefixes, in pages of %d', (maxKeys) => {
    const pages = walkVersions(filled(), { maxKeys, delimiter: '/' });
    expect(pages.flat().sort()).toEqual(['a+', 'b', 'b', 'b!+', 'c/*', 'd+']);
  });

  it('continues at the place of a version that was removed since', () => {
    const { put, remove, versions } = setup('Enabled');
    const [one, two, three] = [put('a', '1'), put('a', '2'), put('a', '3')];
    const page = versions({ maxKeys: 2 });
    expect(page).toMatchObject({ truncated: true, nextKeyMarker: 'a', nextVersionIdMarker: two.versionId });
    remove('a', two.versionId);
    const after = (versionIdMarker: string) =>
      versions({ keyMarker: 'a', versionIdMarker }).entries.map((entry) => entry.versionId);
    expect(after(two.versionId)).toEqual([one.versionId]);
    remove('a', one.versionId);
    expect(after(two.versionId)).toEqual([]);
    expect(after(three.versionId)).toEqual([]);
    put('a', '4');
    expect(after(two.versionId)).toEqual([]);
  });

  it('continues at the place of a null version', () => {
    const { put, remove, versioning, versions } = setup('Enabled');
    const old = put('a', 'old');
    versioning('Suspended');
    put('a', 'null');
    versioning('Enabled');
    const young = put('a', 'young');
    expect(versions({ maxKeys: 2 })).toMatchObject({ truncated: true, nextVersionIdMarker: 'null' });
    const after = () =>
      versions({ keyMarker: 'a', versionIdMarker: 'null' }).entries.map((entry) => [entry.versionId, entry.isLatest]);
    expect(after()).toEqual([[old.versionId, false]]);
    remove('a', 'null');
    expect(after()).toEqual([[old.versionId, false]]);
    remove('a', young.versionId);
    expect(after()).toEqual([[old.versionId, true]]);
  });

  it('shows a key whole rather than leave a gap after an unknown null', () => {
    const { put, versions } = setup('Enabled');
    put('a');
    put('a');
    expect(versions({ keyMarker: 'a', versionIdMarker: 'null' }).entries).toHaveLength(2);
  });

  it('after a key-marker alone begins with the next key', () => {
    const bench = filled();
    expect(keysOf(bench.versions({ keyMarker: 'b' }))).toEqual(['c/1', 'c/2', 'd']);
    expect(keysOf(bench.versions({ keyMarker: 'b', versionIdMarker: '' }))).toEqual(['c/1', 'c/2', 'd']);
  });

  it('refuses a version-id-marker without a key, or an invalid one', () => {
    const { versions } = filled();
    expect(refusal(() => versions({ versionIdMarker: 'null' }))).toBe('InvalidArgument 400');
    expect(refusal(() => versions({ keyMarker: 'a', versionIdMarker: '???' }))).toBe('InvalidArgument 400');
  });

  it('of a bucket that never had versioning continues by keys alone', () => {
    const { put, versions } = setup();
    put('a');
    put('b');
    expect(versions({ maxKeys: 1 })).toMatchObject({ nextKeyMarker: 'a', nextVersionIdMarker: '' });
    expect(versions({ keyMarker: 'a', versionIdMarker: '' }).entries).toMatchObject([{ key: 'b', isLatest: true }]);
  });

  it('keeps its place while others write and remove', () => {
    const bench = filled();
    let turn = 0;
    const between = (): void => {
      bench.put(`0${turn++}`);
      bench.put('b', 'newer');
    };
    const seen = walkVersions(bench, { maxKeys: 2 }, between).flat();
    expect(seen).toEqual(['a+', 'b!+', 'b', 'b', 'c/1+', 'c/2+', 'd+']);
  });
});

it('a hundred thousand keys are listed page by page', () => {
  const { core, context, list } = setup();
  const count = 100_000;
  const nothing = bytes('');
  for (let i = 0; i < count; i++) core.putObject(BUCKET, REGION, `${(i * 7919) % count}`, nothing, plain, context());
  let seen = 0;
  for (let marker: string | undefined = ''; marker !== undefined;) {
    const page: ReturnType<typeof list> = list({ marker });
    seen += page.entries.length;
    marker = page.nextMarker;
  }
  expect(seen).toBe(count);
});
