import type { Bucket } from './bucket.ts';
import { checkUnlocked, locked } from './locks.ts';
import { fileAlreadyExists } from './refusals.ts';
import type { Blob } from './blobs/types.ts';
import type { Attributes, Version } from './types.ts';
import { mintVersionId, NULL_VERSION } from './version-id.ts';
import type { World } from './core-world.ts';

/** Of delete markers, which have none. */
const NO_ATTRIBUTES: Attributes = {
  headers: {},
  meta: {},
  storageClass: 'STANDARD',
  tags: [],
  acl: { canned: 'default', grants: [] },
  encryption: undefined,
};

export interface Content {
  readonly blob: Blob;
  readonly etag: string;
  readonly multipart: boolean;
  readonly attributes: Attributes;
  readonly appendable?: boolean;
  readonly linkTarget?: string;
}

/**
 * Puts an object, or without content a delete marker, on top of a key. While versioning is Enabled it gets an ID of its
 * own; otherwise it is the `null` version and replaces an earlier one.
 */
export function place(world: World, bucket: Bucket, key: string, content?: Content): Version {
  const time = world.tick();
  // Appended objects take no part in versioning.
  const enabled = bucket.versioning === 'Enabled' && content?.appendable !== true;
  const version: Version = {
    key,
    versionId: enabled ? mintVersionId(time) : NULL_VERSION,
    deleteMarker: content === undefined,
    time,
    etag: content?.etag ?? '',
    blob: content?.blob,
    multipart: content?.multipart ?? false,
    attributes: content === undefined ? NO_ATTRIBUTES : locked(world, bucket, content.attributes),
    restoredUntil: undefined,
    ...(content?.appendable === true && { appendable: true }),
    ...(content?.linkTarget !== undefined && { linkTarget: content.linkTarget }),
  };
  const replaced = enabled ? undefined : bucket.find(key, NULL_VERSION);
  bucket.push(version, world.now());
  if (replaced !== undefined) take(world, bucket, replaced);
  return version;
}

export function take(world: World, bucket: Bucket, version: Version): void {
  bucket.remove(version, world.now(), world.switches.listingLag);
}

/**
 * Refuses a write that would replace a locked version. `x-cos-forbid-overwrite` has no effect once versioning was ever
 * set, even while suspended.
 */
export function checkOverwrite(world: World, bucket: Bucket, key: string, forbid: boolean | undefined): void {
  const replaced = bucket.versioning === 'Enabled' ? undefined : bucket.find(key, NULL_VERSION);
  if (replaced !== undefined) checkUnlocked(world, replaced);
  if (forbid === true && bucket.versioning === undefined && bucket.current(key) !== undefined) {
    throw fileAlreadyExists();
  }
}

/**
 * The MD5 where COS promises it. With KMS or customers' keys, and where the bytes were composed so that their MD5 is
 * unknown, the ETag is opaque.
 */
export function etagOf(world: World, blob: Blob, encryption: Attributes['encryption']): string {
  const opaque = encryption?.algorithm === 'cos/kms' || encryption?.algorithm === 'SSE-C';
  return `"${opaque || blob.md5 === undefined ? world.hex(32) : blob.md5}"`;
}
