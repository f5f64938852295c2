import type { Place } from '../../../shared/cos/index.ts';
import { readXml, textOf } from '../../../shared/xml/index.ts';
import type { Reader } from './reader.ts';
import type { Entry } from './types.ts';

/** All versions and delete markers of a bucket, newest first under each key, in the order of the listing itself. */
export type Listing = ReadonlyMap<string, readonly Entry[]>;

const MAX_KEYS = '1000';

/**
 * Lists a bucket to its end. The SDK is not used here: it returns versions and delete markers as two lists, which loses
 * their common order, and it takes an `<Error>` inside a 200 for an empty listing.
 */
export async function listBucket(reader: Reader, place: Place, signal?: AbortSignal): Promise<Listing> {
  const byKey = new Map<string, Entry[]>();
  let markers: Record<string, string> = {};
  for (;;) {
    signal?.throwIfAborted();
    const query = { versions: '', 'encoding-type': 'url', 'max-keys': MAX_KEYS, ...markers };
    const answer = await reader.find(place, '', query);
    if (answer === undefined) throw new Error(`there is no bucket ${place.bucket}`);
    const page = readXml(answer);
    if (page.name !== 'ListVersionsResult') throw new Error(`${place.bucket}: <${page.name}> is not a listing`);
    for (const element of page.children) {
      if (element.name !== 'Version' && element.name !== 'DeleteMarker') continue;
      const entry: Entry = {
        key: decodeURIComponent(textOf(element, 'Key') ?? ''),
        versionId: textOf(element, 'VersionId') ?? '',
        deleteMarker: element.name === 'DeleteMarker',
        isLatest: textOf(element, 'IsLatest') === 'true',
        size: Number(textOf(element, 'Size') ?? 0),
      };
      const entries = byKey.get(entry.key);
      if (entries === undefined) byKey.set(entry.key, [entry]);
      else entries.push(entry);
    }
    if (textOf(page, 'IsTruncated') !== 'true') return byKey;
    const versionIdMarker = textOf(page, 'NextVersionIdMarker') ?? '';
    markers = {
      'key-marker': decodeURIComponent(textOf(page, 'NextKeyMarker') ?? ''),
      ...(versionIdMarker === '' ? {} : { 'version-id-marker': versionIdMarker }),
    };
  }
}
