import type { VersionEntry, VersionsPage } from '../../../shared/cos/index.ts';
import { compareKeys } from '../../../shared/scan/order.ts';
import type { ReadPage } from '../../../shared/scan/streams.ts';

export const entry = (key: string, versionId: string, change: Partial<VersionEntry> = {}): VersionEntry => ({
  key,
  versionId,
  isLatest: false,
  deleteMarker: false,
  lastModified: Date.UTC(2026, 0, 1),
  etag: '"e"',
  size: 1,
  storageClass: 'STANDARD',
  ...change,
});

/** Reads a list as COS lists a bucket, `size` entries a page, even in the middle of a key. */
export function pagesOf(entries: readonly VersionEntry[], size: number): ReadPage {
  return (cursor): Promise<VersionsPage> => {
    const behind = entries.filter((one) => {
      if (cursor === undefined) return true;
      const order = compareKeys(one.key, cursor.keyMarker);
      if (order !== 0 || cursor.versionIdMarker === undefined) return order > 0;
      const at = (id: string) => entries.findIndex((other) => other.key === one.key && other.versionId === id);
      return at(one.versionId) > at(cursor.versionIdMarker);
    });
    const page = behind.slice(0, size);
    const last = page.at(-1);
    const next =
      last === undefined || behind.length <= size
        ? undefined
        : { keyMarker: last.key, versionIdMarker: last.versionId };
    return Promise.resolve({ entries: page, next });
  };
}
