/**
 * The storage core of the local cloud: the content and behaviour of COS, without HTTP, signatures or XML.
 *
 * Every operation is synchronous and atomic. Bytes never pass through the core: the front writes a body into a
 * `BlobStore` first and hands over the finished `Blob`, so a copy shares the bytes of its source and a multipart upload
 * is a list of blobs, whatever its size. Clock and randomness are passed in, so a test owns time.
 */

import type { Blob } from './blobs/types.ts';
import type { BucketSettings, LifecycleAction } from './settings/types.ts';
import type { Switches } from './switches.ts';
import type {
  VersioningStatus,
  StoredAcl,
  Attributes,
  Version,
  CoreEvent,
  WriteContext,
  CopySource,
  ReadableVersion,
  BucketInfo,
} from './types.ts';

/** Every operation throws `CosFailure` (code, status, message) exactly as COS would answer. */
export interface Core {
  readonly switches: Switches;

  createBucket(name: string, region: string, acl?: StoredAcl, options?: { multiAz?: boolean }): BucketInfo;
  headBucket(name: string, region: string): BucketInfo;
  deleteBucket(name: string, region: string): void;
  listBuckets(region?: string): readonly BucketInfo[];
  getVersioning(bucket: string, region: string): VersioningStatus | undefined;
  putVersioning(bucket: string, region: string, status: VersioningStatus): void;
  getBucketAcl(bucket: string, region: string): StoredAcl;
  putBucketAcl(bucket: string, region: string, acl: StoredAcl): void;
  getSettings(bucket: string, region: string): BucketSettings;
  /** Replaces the named settings; an undefined value removes one. */
  configureBucket(bucket: string, region: string, changes: Partial<BucketSettings>): void;
  /**
   * Runs the lifecycles of all buckets for this moment, or as if `ahead` ms more had passed. They never run by
   * themselves here; COS runs them once a day, after midnight in Beijing.
   */
  runLifecycle(options?: { ahead?: number }): readonly LifecycleAction[];

  putObject(
    bucket: string,
    region: string,
    key: string,
    blob: Blob,
    attributes: Attributes,
    options: WriteContext & { forbidOverwrite?: boolean; event?: 'Put' | 'Post' },
  ): Version;
  /**
   * Adds to the end of an object, or begins one that accepts appends. Throws AppendPositionErr (409) unless the object
   * ends at `position`, ObjectNotAppendable (409) for one that was not made by appends.
   */
  appendObject(
    bucket: string,
    region: string,
    key: string,
    part: { position: number; blob: Blob },
    attributes: Attributes,
    options: WriteContext,
  ): Version;
  /** `blob`: the bytes of `target`. Whether such an object exists is not checked. */
  putSymlink(
    bucket: string,
    region: string,
    key: string,
    link: { target: string; blob: Blob },
    attributes: Attributes,
    options: WriteContext & { forbidOverwrite?: boolean },
  ): Version;
  /**
   * Of a symbolic link: the current version of its target, under the link's version ID and time. Any other version is
   * returned unchanged. Throws NoSuchKey when the target is missing, or is a link too.
   */
  followLink(bucket: string, region: string, version: Version): Version;
  /** Can only be extended. Throws ObjectLocked (409) for a date before the current one. */
  putRetention(bucket: string, region: string, key: string, versionId: string | undefined, until: number): Version;
  /**
   * For HEAD. Throws NoSuchKey, NoSuchVersion; a delete marker throws NoSuchKey with `deleteMarker: true` on the failure
   * (whether the answer shows it is for the front to decide, by `switches.markerOn404`).
   */
  getObject(bucket: string, region: string, key: string, versionId?: string): Version;
  /**
   * For GET: as `getObject`, and throws InvalidObjectState (403) on an archived object without a restored copy and
   * SsecDecryptHeaderInvalid (400) on one encrypted with a customer key when the MD5 of that key is not given.
   */
  readObject(bucket: string, region: string, key: string, versionId?: string, customerKeyMd5?: string): ReadableVersion;
  /**
   * Metadata and tags are the source's unless they are replaced; class, ACL and encryption are always the given ones. A
   * copy of the current version onto itself must replace the metadata (InvalidRequest).
   */
  copyObject(
    bucket: string,
    region: string,
    key: string,
    source: CopySource,
    attributes: {
      readonly replaceMetadata: boolean;
      readonly replaceTags: boolean;
      readonly attributes: Attributes;
    },
    options: WriteContext & { forbidOverwrite?: boolean },
  ): { readonly version: Version; readonly source: Version };
  deleteObject(
    bucket: string,
    region: string,
    key: string,
    versionId: string | undefined,
    options: WriteContext,
  ): { readonly versionId: string | undefined; readonly deleteMarker: boolean };

  listObjects(
    bucket: string,
    region: string,
    query: { prefix?: string; delimiter?: string; marker?: string; maxKeys?: number },
  ): { entries: readonly Version[]; commonPrefixes: readonly string[]; truncated: boolean; nextMarker?: string };
  listVersions(
    bucket: string,
    region: string,
    query: { prefix?: string; delimiter?: string; keyMarker?: string; versionIdMarker?: string; maxKeys?: number },
  ): {
    entries: readonly (Version & { readonly isLatest: boolean })[];
    commonPrefixes: readonly string[];
    truncated: boolean;
    nextKeyMarker?: string;
    nextVersionIdMarker?: string;
  };

  initiateMultipart(
    bucket: string,
    region: string,
    key: string,
    attributes: Attributes,
    options: WriteContext & { forbidOverwrite?: boolean },
  ): string;
  /** Returns the part's ETag with quotes. */
  uploadPart(
    bucket: string,
    region: string,
    key: string,
    part: { uploadId: string; partNumber: number; blob: Blob },
  ): string;
  uploadPartCopy(
    bucket: string,
    region: string,
    key: string,
    part: {
      uploadId: string;
      partNumber: number;
      source: CopySource;
      range?: readonly [number, number];
    },
  ): { readonly etag: string; readonly lastModified: number; readonly source: Version };
  /** The attributes that the request asked for when the upload began. Throws NoSuchUpload. */
  getUploadEncryption(bucket: string, region: string, key: string, uploadId: string): Attributes['encryption'];
  listParts(
    bucket: string,
    region: string,
    key: string,
    query: { uploadId: string; partNumberMarker?: number; maxParts?: number },
  ): {
    parts: readonly { partNumber: number; etag: string; size: number; lastModified: number }[];
    storageClass: string;
    truncated: boolean;
    nextPartNumberMarker?: number;
  };
  listUploads(
    bucket: string,
    region: string,
    query: { prefix?: string; delimiter?: string; keyMarker?: string; uploadIdMarker?: string; maxUploads?: number },
  ): {
    uploads: readonly { key: string; uploadId: string; initiated: number; storageClass: string }[];
    commonPrefixes: readonly string[];
    truncated: boolean;
    nextKeyMarker?: string;
    nextUploadIdMarker?: string;
  };
  completeMultipart(
    bucket: string,
    region: string,
    key: string,
    upload: { uploadId: string; parts: readonly { partNumber: number; etag: string }[] },
    options: WriteContext & { forbidOverwrite?: boolean },
  ): Version;
  abortMultipart(bucket: string, region: string, key: string, uploadId: string): void;

  putTags(
    bucket: string,
    region: string,
    key: string,
    versionId: string | undefined,
    tags: Attributes['tags'],
  ): Version;
  putAcl(bucket: string, region: string, key: string, versionId: string | undefined, acl: StoredAcl): Version;
  restoreObject(
    bucket: string,
    region: string,
    key: string,
    versionId: string | undefined,
    days: number,
    options: WriteContext,
  ): void;

  /** Called after the write has taken effect, in order of the writes. */
  onEvent(listener: (event: CoreEvent) => void): () => void;
}
