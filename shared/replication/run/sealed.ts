import { ServiceError } from '../../errors/index.ts';
import type { HeadResult, ObjectHead, VersionEntry } from '../../cos/index.ts';
import { KeyListing } from './listing.ts';
import { ListingTooLong } from '../errors.ts';
import { isHalt } from '../halt.ts';
import type { RunBase } from './base.ts';

/** COS refuses even a HEAD of an object under a customer key, with a 400 that has no body to give the reason. */
export const isSealed = (error: unknown): boolean => error instanceof ServiceError && error.status === 400;

/**
 * The listed facts about a version that only its customer key opens. It is neither replicated nor ours, but it must not
 * block the other versions of the key. Undefined when the listing lacks it; then something else may have been refused.
 * Throws `CosError`, `ListingTooLong`.
 */
export async function sealedHead(
  run: RunBase,
  side: 'source' | 'destination',
  versionId: string | undefined,
  date: number,
): Promise<HeadResult | undefined> {
  const meant = (one: VersionEntry): boolean => (versionId === undefined ? one.isLatest : one.versionId === versionId);
  const listing = await KeyListing.open(run, side);
  const entries = isHalt(listing) ? listing : await listing.until(() => listing.entries.some(meant));
  if (isHalt(entries)) throw new ListingTooLong(run.work.key);
  const entry = entries.find(meant);
  return entry === undefined || entry.deleteMarker ? undefined : { found: true, date, head: headOfEntry(entry) };
}

/** The listed facts about an object under a customer key, in the form of a HEAD. */
export const headOfEntry = ({ versionId, etag, size, lastModified, storageClass }: VersionEntry): ObjectHead => ({
  versionId,
  etag,
  size,
  lastModified,
  storageClass: storageClass.toUpperCase(),
  crc64: undefined,
  headers: {},
  meta: {},
  encryption: { algorithm: 'SSE-C' },
  restore: undefined,
});
