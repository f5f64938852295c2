import type { Pairs } from '../signing/index.ts';
import { UnusableAnswer } from './calls.ts';
import type { Call, Invoke } from './calls.ts';
import { LISTING_LIMIT, createListingReader, readEtag, readFlag, readSize, readTime, requireField } from './listing.ts';
import type { ListingKind, RawListing } from './listing.ts';
import { quickObjects, quickVersions } from './quick-listing.ts';
import type { Cos, ObjectsPage, Place, VersionsPage } from './types.ts';

/** How the two kinds of listing are read. Tests compare the quick reading with the strict one. */
export const VERSIONS: ListingKind<VersionsPage> = {
  root: 'ListVersionsResult',
  entryNames: new Set(['Version', 'DeleteMarker']),
  quick: quickVersions,
  finish: readVersions,
};
export const OBJECTS: ListingKind<ObjectsPage> = {
  root: 'ListBucketResult',
  entryNames: new Set(['Contents']),
  quick: quickObjects,
  finish: readObjects,
};

export function listingCalls(invoke: Invoke): Pick<Cos, 'listVersions' | 'listObjects'> {
  return {
    listVersions: (place, { prefix, keyMarker, versionIdMarker, maxKeys }) => {
      const query = pairs([
        ['prefix', prefix],
        ['key-marker', keyMarker],
        ['version-id-marker', versionIdMarker],
        ['max-keys', maxKeys?.toString()],
      ]);
      return invoke(
        listing(place, [['versions', ''], ...query], VERSIONS, ({ next }) => {
          if (next?.keyMarker === keyMarker && next?.versionIdMarker === versionIdMarker) standsStill(next);
        }),
      );
    },
    listObjects: (place, { prefix, marker, maxKeys }) => {
      const query = pairs([
        ['prefix', prefix],
        ['marker', marker],
        ['max-keys', maxKeys?.toString()],
      ]);
      return invoke(
        listing(place, query, OBJECTS, ({ nextMarker }) => {
          if (nextMarker === marker) standsStill(nextMarker);
        }),
      );
    },
  };
}

function listing<T>(place: Place, query: Pairs, listed: ListingKind<T>, check: (page: T) => void): Call<T> {
  const kind = { method: 'GET', place, effect: 'read' } as const;
  return {
    ...kind,
    // Keys may hold characters that XML cannot represent.
    query: [...query, ['encoding-type', 'url']],
    limit: LISTING_LIMIT,
    reader: () => createListingReader(kind, listed, check),
  };
}

/**
 * Parameters without a value are left out, as is an empty `version-id-marker`, which follows from an empty next marker.
 */
function pairs(all: readonly (readonly [string, string | undefined])[]): Pairs {
  return all.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

function readVersions({ entries, top, decode }: RawListing): VersionsPage {
  return {
    entries: entries.map(({ name, fields }) => {
      const deleteMarker = name === 'DeleteMarker';
      return {
        key: decode(requireField(fields, 'Key')),
        // Empty in a bucket that never had versioning.
        versionId: fields.get('VersionId') ?? '',
        isLatest: readFlag(fields, 'IsLatest'),
        deleteMarker,
        lastModified: readTime(fields),
        etag: deleteMarker ? '' : readEtag(fields),
        size: deleteMarker ? 0 : readSize(fields),
        storageClass: fields.get('StorageClass')?.toUpperCase() || 'STANDARD',
      };
    }),
    next: readFlag(top, 'IsTruncated')
      ? {
          keyMarker: decode(requireField(top, 'NextKeyMarker')),
          versionIdMarker: top.get('NextVersionIdMarker') ?? '',
        }
      : undefined,
  };
}

function readObjects({ entries, top, decode }: RawListing): ObjectsPage {
  const objects = entries.map(({ fields }) => ({
    key: decode(requireField(fields, 'Key')),
    lastModified: readTime(fields),
    etag: readEtag(fields),
    size: readSize(fields),
  }));
  if (!readFlag(top, 'IsTruncated')) return { entries: objects, nextMarker: undefined };
  const next = top.get('NextMarker');
  const nextMarker = next ? decode(next) : objects.at(-1)?.key;
  if (nextMarker === undefined) throw new UnusableAnswer('the listing goes on, but does not say where');
  return { entries: objects, nextMarker };
}

/**
 * Throws when the next markers equal those of the request: a caller that follows them would ask for the same page for
 * ever.
 */
function standsStill(next: unknown): void {
  if (next !== undefined) throw new UnusableAnswer('the listing goes on where it began');
}
