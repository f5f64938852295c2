import type { Bucket, BucketView } from './bucket.ts';
import { pageSize } from './limits.ts';
import { listPage } from './listing.ts';
import { invalidArgument } from './refusals.ts';
import type { Core } from './calls.ts';
import type { Version } from './types.ts';
import type { World } from './core-world.ts';

/** GET Bucket and GET Bucket Object versions. Only these lag behind the writes when the world says so. */
export function createListings(world: World): Pick<Core, 'listObjects' | 'listVersions'> {
  const viewOf = (bucket: Bucket): BucketView => bucket.view(world.now(), world.switches.listingLag);

  return {
    listObjects(name, region, { prefix, delimiter, marker, maxKeys }) {
      const bucket = world.bucket(name, region);
      const view = viewOf(bucket);
      const page = listPage<Version>(
        { keysFrom: view.keysFrom, itemsOf: (key) => currentObject(view.versionsOf(key)) },
        { prefix, delimiter, marker, limit: pageSize('max-keys', maxKeys) },
      );
      return {
        entries: page.items,
        commonPrefixes: page.commonPrefixes,
        truncated: page.truncated,
        ...(page.truncated && page.last !== undefined && { nextMarker: page.last }),
      };
    },

    listVersions(name, region, { prefix, delimiter, keyMarker = '', versionIdMarker = '', maxKeys }) {
      const bucket = world.bucket(name, region);
      const view = viewOf(bucket);
      const below = versionIdMarker === '' ? undefined : placeOfMarker(view, keyMarker, versionIdMarker);
      const page = listPage<Version & { readonly isLatest: boolean }>(
        {
          keysFrom: view.keysFrom,
          itemsOf: (key) => withLatest(view.versionsOf(key), key === keyMarker ? below : undefined),
        },
        {
          prefix,
          delimiter,
          marker: keyMarker,
          withMarkerKey: below !== undefined,
          limit: pageSize('max-keys', maxKeys),
        },
      );
      return {
        entries: page.items,
        commonPrefixes: page.commonPrefixes,
        truncated: page.truncated,
        ...(page.truncated &&
          page.last !== undefined && {
            nextKeyMarker: page.last,
            // Empty after a common prefix, and in a bucket that never had versions, where the ID is empty in listings.
            nextVersionIdMarker: bucket.versioning === undefined ? '' : (page.lastItem?.versionId ?? ''),
          }),
      };
    },
  };
}

function* currentObject(versions: Iterable<Version>): Iterable<Version> {
  for (const version of versions) {
    if (!version.deleteMarker) yield version;
    return;
  }
}

/** `below`: only versions older than this, in microseconds. */
function* withLatest(
  versions: Iterable<Version>,
  below: number | undefined,
): Iterable<Version & { readonly isLatest: boolean }> {
  let isLatest = true;
  for (const version of versions) {
    if (below === undefined || version.time < below) yield { ...version, isLatest };
    isLatest = false;
  }
}

function placeOfMarker(view: BucketView, key: string, versionId: string): number {
  if (key === '') throw invalidArgument('A version-id-marker needs a key-marker.');
  const time = view.timeOf(key, versionId);
  if (time === undefined) throw invalidArgument('The version-id-marker is not a version ID.');
  return time;
}
