import { describe, expect, it } from 'vitest';

import { objectPages, objectsUnder, versionsOf } from '../../../shared/cos/index.ts';
import type { ObjectsPage, Place, VersionsPage } from '../../../shared/cos/index.ts';

const PLACE: Place = { bucket: 'source-1250000000', region: 'ap-guangzhou' };

const object = (key: string) => ({ key, lastModified: 0, etag: '"e"', size: 0 });
const version = (key: string, versionId: string) => ({
  ...object(key),
  versionId,
  isLatest: false,
  deleteMarker: false,
  storageClass: 'STANDARD',
});

/** Gives one page after the other and records its arguments. */
function scripted<Query, Page>(pages: readonly Page[]) {
  const asked: Query[] = [];
  const list = (_place: Place, query: Query): Promise<Page> => {
    asked.push(query);
    const page = pages[asked.length - 1];
    return page === undefined ? Promise.reject(new Error('There are no more pages.')) : Promise.resolve(page);
  };
  return { asked, list };
}

async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of all) found.push(one);
  return found;
}

describe('objectsUnder', () => {
  it('yields all pages, even past an empty one', async () => {
    const { asked, list } = scripted<object, ObjectsPage>([
      { entries: [object('a/1'), object('a/2')], nextMarker: 'a/2' },
      { entries: [], nextMarker: 'a/5' },
      { entries: [object('a/6')], nextMarker: undefined },
    ]);
    const found = await collect(objectsUnder({ listObjects: list }, PLACE, 'a/'));
    expect(found.map(({ key }) => key)).toEqual(['a/1', 'a/2', 'a/6']);
    expect(asked).toEqual([{ prefix: 'a/' }, { prefix: 'a/', marker: 'a/2' }, { prefix: 'a/', marker: 'a/5' }]);
  });

  it('requests no page that nobody reads', async () => {
    const { asked, list } = scripted<object, ObjectsPage>([{ entries: [object('a/1')], nextMarker: 'a/1' }]);
    for await (const { key } of objectsUnder({ listObjects: list }, PLACE, 'a/')) {
      expect(key).toBe('a/1');
      break;
    }
    expect(asked).toHaveLength(1);
  });

  it('passes a failure on, because half of a listing is no listing', async () => {
    const { list } = scripted<object, ObjectsPage>([{ entries: [object('a/1')], nextMarker: 'a/1' }]);
    await expect(collect(objectsUnder({ listObjects: list }, PLACE, 'a/'))).rejects.toThrow('no more pages');
  });
});

describe('objectPages', () => {
  it('begins after a key and gives pages of the requested size', async () => {
    const { asked, list } = scripted<object, ObjectsPage>([
      { entries: [object('a/3')], nextMarker: 'a/3' },
      { entries: [object('a/4')], nextMarker: undefined },
    ]);
    const pages = await collect(objectPages({ listObjects: list }, PLACE, 'a/', { after: 'a/2', maxKeys: 1 }));
    expect(pages.map((page) => page.map(({ key }) => key))).toEqual([['a/3'], ['a/4']]);
    expect(asked).toEqual([
      { prefix: 'a/', maxKeys: 1, marker: 'a/2' },
      { prefix: 'a/', maxKeys: 1, marker: 'a/3' },
    ]);
  });
});

describe('versionsOf', () => {
  it('gives the versions of that key over several pages, and stops where another key begins', async () => {
    const { asked, list } = scripted<object, VersionsPage>([
      { entries: [version('a', '3'), version('a', '2')], next: { keyMarker: 'a', versionIdMarker: '2' } },
      { entries: [version('a', '1'), version('a/b', '9')], next: { keyMarker: 'a/b', versionIdMarker: '9' } },
    ]);
    const found = await collect(versionsOf({ listVersions: list }, PLACE, 'a'));
    expect(found.map(({ versionId }) => versionId)).toEqual(['3', '2', '1']);
    expect(asked).toEqual([{ prefix: 'a' }, { prefix: 'a', keyMarker: 'a', versionIdMarker: '2' }]);
  });
});
