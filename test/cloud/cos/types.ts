/**
 * The storage core of the local cloud: the content and behaviour of COS, without HTTP, signatures or XML.
 *
 * Every operation is synchronous and atomic. Bytes never pass through the core: the front writes a body into a
 * `BlobStore` first and hands over the finished `Blob`, so a copy shares the bytes of its source and a multipart upload
 * is a list of blobs, whatever its size. Clock and randomness are passed in, so a test owns time.
 */

import type { BucketSettings, LifecycleAction } from './settings/types.ts';

/** Immutable bytes. Small ones live in memory, larger ones in a file of the store's temporary folder. */
export interface Blob {
  readonly size: number;
  /** Lower-case hex. Of a composed blob: undefined. */
  readonly md5: string | undefined;
  /** CRC-64/XZ as unsigned decimal. */
  readonly crc64: string;
  /** Bytes from `start` up to and including `end`. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
  /** The same bytes at once, if they are in memory in one piece. */
  held?(start: number, end: number): Uint8Array | undefined;
}

export interface BlobStore {
  fromBytes(bytes: Uint8Array): Blob;
  /** Streams to disk past a threshold. Throws `CosFailure` `EntityTooLarge` past `limit` bytes. */
  fromStream(stream: AsyncIterable<Uint8Array>, limit?: number): Promise<Blob>;
  /** Bytes `start` to `end` (both included) of another blob, without copying them. */
  slice(blob: Blob, start: number, end: number): Blob;
  /** One blob out of several, in order; the CRC64 is combined, not computed anew. */
  compose(blobs: readonly Blob[]): Blob;
  /** `size` bytes of a pattern over and over, whatever their number at no cost; MD5 undefined. For tests of limits. */
  repeat(pattern: Uint8Array, size: number): Blob;
  zeros(size: number): Blob;
  /** Removes the temporary folder. */
  close(): Promise<void>;
}

export type VersioningStatus = 'Enabled' | 'Suspended';

/** Doubtful points of COS as switches; the default is the cautious choice. Every field names its doubt. */
export interface Switches {
  /** Whether the 404 on a current delete marker carries `x-cos-delete-marker: true` (undocumented). Default false. */
  markerOn404: boolean;
  /** Whether events of versioned buckets carry `vid` (empty in every public sample). Default false. */
  eventVersionId: boolean;
  /** Whether events carry `meta.ETag` and `meta.x-cos-storage-class` as the captures of 2022 do. Default true. */
  eventEtag: boolean;
  /** How long, in ms, a write may be missing from listings. Default 0. */
  listingLag: number;
  /** Bytes of user metadata in all, names with their prefix and values (2 KB in older pages). Default 4096. */
  metadataLimit: number;
  /** Bytes of one header of user metadata, with its name (whether the name counts is not documented). Default 2048. */
  metadataHeaderLimit: number;
  /**
   * Whether a missing copy source is `NoSuchCopySource` (in the table of errors) rather than `NoSuchKey` or
   * `NoSuchVersion` (no page says which). 404 either way. Default false.
   */
  noSuchCopySource: boolean;
  /** Whether events tell of the actions of a lifecycle (early pages: only of those of users). Default false. */
  lifecycleEvents: boolean;
  /**
   * The effect of an append in a bucket that has or had versioning: the page says that appended objects take no part in it,
   * so the object is the `null` version and changes in place, or the append is refused. Default `null`.
   */
  appendOnVersioned: 'null' | 'refused';
  /** Whether an appended object can be the source of a copy (the page: no). Default false. */
  copyAppendable: boolean;
  /** A copy of a symbolic link: an object with the bytes of its target, or a link (undocumented). Default target. */
  copySymlink: 'target' | 'link';
  /**
   * Whether DELETE with an empty `versionId` is refused. GET and HEAD ignore the empty value; a DELETE that does too
   * makes a delete marker, which is the worse of the two. Default false.
   */
  refuseEmptyVersionId: boolean;
  /** Whether the tags of an object without any are 404 `NoSuchTagSet` rather than an empty set. Default false. */
  noSuchTagSetOfObjects: boolean;
  /** Whether creating one's own bucket again is `BucketAlreadyExists` (`BucketAlreadyOwnedByYou`). Default false. */
  ownBucketAlreadyExists: boolean;
  /** Whether a bucket whose domain has more than 60 characters is refused: longer ones exist. Default false. */
  refuseLongDomains: boolean;
  /**
   * Whether a new key may not begin with a slash or backslash. Newer pages say so, older ones do not, and what was
   * stored before stays. Default false.
   */
  refuseLeadingSlash: boolean;
  /**
   * Whether a parameter without a value that names nothing is ignored (`GET /k?17`, which some use against caches).
   * Default false: refused, because a client that sends one means a sub-resource.
   */
  ignoreUnknownSubresources: boolean;
  /**
   * Whether `PUT ?replication` on the hosts of COS configures COS's own replication, as another service may have done.
   * Default false: the product's own API is where rules belong, and a PUT that went astray is to be seen.
   */
  nativeReplication: boolean;
}

export interface StoredAcl {
  /** `default` inherits from the bucket. */
  readonly canned: 'default' | 'private' | 'public-read' | 'public-read-write';
  readonly grants: readonly { readonly permission: string; readonly grantee: string }[];
  /** The grants are a document as it was put: the owner's right is among them or it is not. */
  readonly asPut?: boolean;
}

/** Metadata of one write. Header names in lower case; `meta` without its prefix. */
export interface Attributes {
  readonly headers: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  /** '' in a write: the bucket's own, STANDARD or MAZ_STANDARD. */
  readonly storageClass: string;
  readonly tags: readonly (readonly [string, string])[];
  readonly acl: StoredAcl;
  readonly encryption:
    | {
        readonly algorithm: 'AES256' | 'SM4' | 'cos/kms' | 'SSE-C';
        readonly kmsKeyId?: string;
        readonly customerKeyMd5?: string;
      }
    | undefined;
  /** Until when (ms since 1970) the version can be neither removed nor changed. */
  readonly lockedUntil?: number | undefined;
}

export interface Version {
  readonly key: string;
  /** `null` (the text) for versions written without versioning. */
  readonly versionId: string;
  readonly deleteMarker: boolean;
  /** Microseconds since 1970; the version ID is minted from it. */
  readonly time: number;
  /** With quotes; '' on a delete marker. */
  readonly etag: string;
  readonly blob: Blob | undefined;
  /** True for objects made by multipart upload. */
  readonly multipart: boolean;
  readonly attributes: Attributes;
  /** Until when (ms since 1970) a restored copy of an archived object can be read. */
  readonly restoredUntil: number | undefined;
  /** Made by appends: it grows in place and cannot be copied. */
  readonly appendable?: boolean;
  /** On a symbolic link: the key of its target. The bytes of the link are that key. */
  readonly linkTarget?: string;
}

export interface CoreEvent {
  /** `cos:ObjectCreated:Put`, `cos:ObjectRemove:DeleteMarkerCreated`, … */
  readonly name: string;
  readonly bucket: string;
  readonly region: string;
  readonly key: string;
  readonly versionId: string;
  readonly size: number;
  readonly etag: string;
  readonly meta: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly storageClass: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly requestId: string;
}

export interface WriteContext {
  readonly requestId: string;
}

export interface Preconditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  /** ms since 1970 */
  readonly ifModifiedSince?: number;
  readonly ifUnmodifiedSince?: number;
}

export interface CopySource {
  readonly bucket: string;
  readonly region: string;
  readonly key: string;
  readonly versionId?: string;
  readonly conditions?: Preconditions;
  /** Base64 MD5 of the key that the request gave for a source encrypted with a customer key. */
  readonly customerKeyMd5?: string;
}

/** A version that is an object and whose bytes may be read now. */
export type ReadableVersion = Version & { readonly blob: Blob };

export interface BucketInfo {
  /** `<name>-<appid>` */
  readonly name: string;
  readonly region: string;
  /** ms since 1970 */
  readonly created: number;
  readonly versioning: VersioningStatus | undefined;
  readonly acl: StoredAcl;
  /** Kept in several zones: it takes the MAZ_ classes and no others. */
  readonly multiAz: boolean;
}

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
  /** Replaces the settings that are named; an undefined value takes one away. */
  configureBucket(bucket: string, region: string, changes: Partial<BucketSettings>): void;
  /**
   * Runs the lifecycles of all buckets for this moment, or as if `ahead` ms more had passed. Nothing does this by
   * itself: COS does it once a day, after midnight of Beijing.
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
   * Adds to the end of an object, or begins one that others can be appended to. Throws AppendPositionErr (409) unless the
   * object ends at `position`, ObjectNotAppendable (409) for one that was not made by appends.
   */
  appendObject(
    bucket: string,
    region: string,
    key: string,
    part: { position: number; blob: Blob },
    attributes: Attributes,
    options: WriteContext,
  ): Version;
  /** `blob`: the bytes of `target`. Whether there is such an object is not looked at. */
  putSymlink(
    bucket: string,
    region: string,
    key: string,
    link: { target: string; blob: Blob },
    attributes: Attributes,
    options: WriteContext & { forbidOverwrite?: boolean },
  ): Version;
  /**
   * Of a symbolic link: the current version of its target, under the link's version ID and time. Any other version
   * comes back as it is. Throws NoSuchKey when there is no such object, or it is a link too.
   */
  followLink(bucket: string, region: string, version: Version): Version;
  /** Only longer. Throws ObjectLocked (409) for a date before the one set. */
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
   * Metadata and tags as at the source unless they are replaced; class, ACL and encryption are always those given.
   * A copy of the current version onto itself must replace the metadata (InvalidRequest).
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
