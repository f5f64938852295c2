import type { Bucket } from './bucket.ts';
import { evaluate } from './conditions.ts';
import { CosFailure } from './failure.ts';
import { isArchived } from './classes.ts';
import { checkKey } from './limits.ts';
import { invalidRequest, noSuchKey, noSuchVersion, preconditionFailed } from './refusals.ts';
import type { Blob } from './blobs/types.ts';
import type { CopySource, ReadableVersion, Version } from './types.ts';
import type { World } from './core-world.ts';

/** The version that a request names, the current one without an ID; never a delete marker. */
export function locate(bucket: Bucket, key: string, versionId: string | undefined): Version {
  checkKey(key);
  const version = find(bucket, key, versionId);
  if (version.deleteMarker) throw noSuchKey(version);
  return version;
}

function find(bucket: Bucket, key: string, versionId: string | undefined): Version {
  // An empty ID counts as none, as COS treats `?versionId=`.
  if (versionId === undefined || versionId === '') {
    const current = bucket.current(key);
    if (current === undefined) throw noSuchKey();
    return current;
  }
  const version = bucket.find(key, versionId);
  if (version === undefined) throw noSuchVersion();
  return version;
}

/** Refuses archived objects without a restored copy, and customer-key encryption without that key. */
export function readable(world: World, version: Version, customerKeyMd5: string | undefined): ReadableVersion {
  const { blob, attributes, restoredUntil = -Infinity } = version;
  if (blob === undefined) throw noSuchKey(version);
  if (isArchived(attributes.storageClass) && restoredUntil <= world.now()) {
    throw new CosFailure('InvalidObjectState', 403, "The operation is not valid for the object's storage class.");
  }
  const key = attributes.encryption?.customerKeyMd5;
  if (attributes.encryption?.algorithm === 'SSE-C' && (customerKeyMd5 === undefined || customerKeyMd5 !== key)) {
    throw new CosFailure('SsecDecryptHeaderInvalid', 400, 'The object is encrypted with another customer key.');
  }
  return { ...version, blob };
}

/** The source of a copy, with all conditions checked. */
export function openSource(world: World, source: CopySource): ReadableVersion {
  const version = copyable(world, source, locateSource(world, source));
  if (evaluate(source.conditions ?? {}, version) !== 'met') throw preconditionFailed();
  return readable(world, version, source.customerKeyMd5);
}

function copyable(world: World, { bucket, region }: CopySource, version: Version): Version {
  if (version.appendable === true && !world.switches.copyAppendable) {
    throw invalidRequest('An object that was made by appends cannot be copied.');
  }
  return world.switches.copySymlink === 'link' ? version : follow(world.bucket(bucket, region), version);
}

/** The target of a link, under the link's own version ID and time. A link to a link leads nowhere. */
export function follow(bucket: Bucket, link: Version): Version {
  const { linkTarget, key, versionId, time } = link;
  if (linkTarget === undefined) return link;
  const target = bucket.current(linkTarget);
  if (target === undefined || target.deleteMarker || target.linkTarget !== undefined) throw noSuchKey();
  return { ...target, key, versionId, time };
}

function locateSource(world: World, { bucket: name, region, key, versionId }: CopySource): Version {
  const bucket = world.bucket(name, region);
  checkKey(key);
  try {
    const version = find(bucket, key, versionId);
    if (version.deleteMarker && versionId !== undefined) {
      throw invalidRequest('The source of a copy must not name a delete marker by its version ID.');
    }
    if (version.deleteMarker) throw noSuchKey(version);
    return version;
  } catch (error) {
    if (!world.switches.noSuchCopySource || !(error instanceof CosFailure) || error.status !== 404) throw error;
    throw new CosFailure('NoSuchCopySource', 404, 'The source of the copy does not exist.');
  }
}

/** Bytes `range` (both ends included) of a copy source. */
export function checkRange(blob: Blob, [start, end]: readonly [number, number]): void {
  const valid = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end;
  if (!valid || end >= blob.size) throw new CosFailure('InvalidRange', 416, 'The requested range is not satisfiable.');
}
