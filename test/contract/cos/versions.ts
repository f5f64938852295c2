import { describe, expect, it } from 'vitest';
import { failureOf, headOf, NONE, put, type Opened } from './opened.ts';

/** Cases of versions and listings. */
export function versionCases(opened: () => Opened): void {
  describe('versions', () => {
    it('are read one by one, and listed newest first, with delete markers', async () => {
      const { cos, source } = opened();
      const [first, second] = [await put(opened(), 'versions/a', '1'), await put(opened(), 'versions/a', '22')];
      const marker = await cos.deleteObject(source, 'versions/a');
      expect(marker).toEqual({ versionId: expect.any(String) as string, deleteMarker: true });
      expect(await headOf(opened(), source, 'versions/a', first)).toMatchObject({ versionId: first, size: 1 });
      expect(await headOf(opened(), source, 'versions/a', second)).toMatchObject({ versionId: second, size: 2 });
      expect(await cos.headObject(source, 'versions/a')).toMatchObject({ found: false });
      const { entries, next } = await cos.listVersions(source, { prefix: 'versions/' });
      expect(next).toBeUndefined();
      expect(
        entries.map(({ versionId, isLatest, deleteMarker, size }) => ({ versionId, isLatest, deleteMarker, size })),
      ).toEqual([
        { versionId: marker.versionId, isLatest: true, deleteMarker: true, size: 0 },
        { versionId: second, isLatest: false, deleteMarker: false, size: 2 },
        { versionId: first, isLatest: false, deleteMarker: false, size: 1 },
      ]);
    });

    it('come back when the delete marker is removed', async () => {
      const { cos, source } = opened();
      const version = await put(opened(), 'undeleted');
      const { versionId } = await cos.deleteObject(source, 'undeleted');
      expect(await cos.deleteObject(source, 'undeleted', versionId)).toMatchObject({ deleteMarker: true });
      expect((await headOf(opened(), source, 'undeleted')).versionId).toBe(version);
      await cos.deleteObject(source, 'undeleted', version);
      expect(await cos.headObject(source, 'undeleted')).toMatchObject({ found: false });
    });

    it('are listed in pages without gaps or repeats', async () => {
      const { cos, source } = opened();
      for (let i = 0; i < 3; i += 1) for (const key of ['pages/a', 'pages/b']) await put(opened(), key, String(i));
      const all: string[] = [];
      let next: { keyMarker?: string; versionIdMarker?: string } | undefined = {};
      for (let pages = 0; next !== undefined; pages += 1) {
        expect(pages).toBeLessThan(10);
        const page = await cos.listVersions(source, { prefix: 'pages/', maxKeys: 2, ...next });
        expect(page.entries.length).toBeLessThanOrEqual(2);
        all.push(...page.entries.map(({ key, versionId }) => `${key} ${versionId}`));
        next = page.next;
      }
      const whole = (await cos.listVersions(source, { prefix: 'pages/' })).entries;
      expect(whole).toHaveLength(6);
      expect(all).toEqual(whole.map(({ key, versionId }) => `${key} ${versionId}`));
    });

    it('replace each other while versioning is suspended, under the ID null, which no answer to a write names', async () => {
      const { store, cos, source } = opened();
      const place = await store.bucket('Suspended');
      const copied = { place: source, key: 'kept', versionId: await put(opened(), 'kept', '333') };
      const idsIn = async () => (await cos.listVersions(place, {})).entries.map(({ versionId }) => versionId);
      expect([await put(opened(), 'k', '1', place), await idsIn()]).toEqual(['', ['null']]);
      expect((await cos.copyObject(place, 'k', copied, NONE)).versionId).toBeUndefined();
      expect(await headOf(opened(), place, 'k')).toMatchObject({ versionId: 'null', size: 3 });
      expect(await cos.deleteObject(place, 'k')).toEqual({ versionId: 'null', deleteMarker: true });
      expect((await cos.listVersions(place, {})).entries).toMatchObject([{ versionId: 'null', deleteMarker: true }]);
      expect(await cos.deleteObject(place, 'k', 'null')).toMatchObject({ deleteMarker: true });
      expect(await idsIn()).toEqual([]);
    });

    it('are kept, suspended, or never were, as the bucket says', async () => {
      const { store, cos, plain, source } = opened();
      expect(await cos.getVersioning(source)).toBe('Enabled');
      expect(await cos.getVersioning(plain)).toBeUndefined();
      expect(await cos.getVersioning(await store.bucket('Suspended'))).toBe('Suspended');
      expect((await failureOf(cos.getVersioning(store.missing()))).code).toBe('NoSuchBucket');
    });
  });

  it('objects are listed by prefix, in the order of their bytes, after a cursor', async () => {
    const { cos, plain } = opened();
    for (const key of ['list/b', 'list/a', 'list/é', 'list/😀', 'list/￿', 'other'])
      await put(opened(), key, '1', plain);
    const { entries, nextMarker } = await cos.listObjects(plain, { prefix: 'list/' });
    expect(entries.map(({ key }) => key)).toEqual(['list/a', 'list/b', 'list/é', 'list/￿', 'list/😀']);
    expect(entries[0]).toMatchObject({ size: 1, etag: expect.stringMatching(/^"[0-9a-f]{32}"$/) as string });
    expect(nextMarker).toBeUndefined();
    const page = await cos.listObjects(plain, { prefix: 'list/', marker: 'list/a', maxKeys: 2 });
    expect([page.entries.map(({ key }) => key), page.nextMarker]).toEqual([['list/b', 'list/é'], 'list/é']);
  });
}
