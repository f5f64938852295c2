import { expect, it } from 'vitest';
import type { VersionEntry } from '../../../../shared/cos/index.ts';
import { KeyListing } from '../../../../shared/replication/run/listing.ts';
import { DESTINATION, SOURCE } from '../decide/build.ts';

it('a listing of very many versions is taken as it is', () => {
  const entry: VersionEntry = {
    key: 'a',
    versionId: 'v',
    isLatest: false,
    deleteMarker: false,
    lastModified: 0,
    etag: '"e"',
    size: 1,
    storageClass: 'STANDARD',
  };
  const entries = Array.from({ length: 300_000 }, () => entry);
  const work = { source: SOURCE, destination: DESTINATION };
  const listing = KeyListing.of({ work } as Parameters<typeof KeyListing.of>[0], 'source', entries);
  expect(listing.entries).toHaveLength(300_000);
  expect(listing.complete).toBe(true);
});
