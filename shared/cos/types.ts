/** A bucket with its region. A host is built from these two only after both have passed `parsePlace`. */
export interface Place {
  /** `<name>-<appid>` */
  readonly bucket: string;
  readonly region: string;
}

/** The headers of an object that travel with it, other than user metadata; names in lower case. */
export const CONTENT_HEADERS = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-cos-website-redirect-location',
] as const;

export interface Encryption {
  /** `unknown`: COS named an encryption that this service cannot request; `named` says which. */
  readonly algorithm: 'AES256' | 'SM4' | 'cos/kms' | 'SSE-C' | 'unknown';
  readonly named?: string | undefined;
  readonly kmsKeyId?: string | undefined;
}

export interface ObjectHead {
  /** `null` (the text) for a version written without versioning; undefined in a bucket that never had it. */
  readonly versionId: string | undefined;
  /** With its quotes, as sent by COS. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970; COS gives whole seconds. */
  readonly lastModified: number;
  /** CRC-64/XZ as an unsigned decimal; missing on objects that are older than the feature. */
  readonly crc64: string | undefined;
  /** `STANDARD` when COS sends no header. */
  readonly storageClass: string;
  /** The headers of CONTENT_HEADERS that are set, values as sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata without `x-cos-meta-`, names in lower case, values as sent. */
  readonly meta: Readonly<Record<string, string>>;
  readonly encryption: Encryption | undefined;
  /** Value of `x-cos-restore` on an archived object that has been or is being restored. */
  readonly restore: string | undefined;
  /** The object was made by appends. COS documents that it does not copy such objects. */
  readonly appendable?: true;
  /** Number of tags; missing: none. */
  readonly tagCount?: number;
}

/** `date`: the clock of the answering region (its `Date` header) in ms since 1970, so that ages come from one clock. */
export type HeadResult =
  | { readonly found: true; readonly head: ObjectHead; readonly date: number }
  | {
      readonly found: false;
      readonly date: number;
      /** The 404 said `x-cos-delete-marker: true`. COS does not document it, so its absence proves nothing. */
      readonly deleteMarker: boolean;
      /** Version ID of the delete marker, when the answer names it. */
      readonly versionId: string | undefined;
    };

export interface VersionEntry {
  readonly key: string;
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly deleteMarker: boolean;
  /** Milliseconds since 1970, whole seconds. */
  readonly lastModified: number;
  /** '' on a delete marker. */
  readonly etag: string;
  /** 0 on a delete marker. */
  readonly size: number;
  readonly storageClass: string;
}

export interface VersionsPage {
  readonly entries: readonly VersionEntry[];
  /** Set when there is more. */
  readonly next: { readonly keyMarker: string; readonly versionIdMarker: string } | undefined;
}

export interface ObjectEntry {
  readonly key: string;
  readonly lastModified: number;
  readonly etag: string;
  readonly size: number;
}

export interface ObjectsPage {
  readonly entries: readonly ObjectEntry[];
  /** Set when there is more. */
  readonly nextMarker: string | undefined;
}

export interface Grant {
  readonly permission: 'READ' | 'READ_ACP' | 'WRITE_ACP' | 'FULL_CONTROL';
  /** Canned group URI or a CAM principal (`qcs::cam::uin/1:uin/2`). */
  readonly grantee: string;
}

/** The attributes of a copy. Metadata is always replaced, so every attribute that should travel stands here. */
export interface CopyAttributes {
  readonly headers: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  readonly storageClass: string;
  /** Undefined: COS itself copies the tags of the source version. */
  readonly tags?: readonly (readonly [string, string])[] | undefined;
  readonly encryption?: Encryption | undefined;
  readonly grants?: readonly Grant[] | undefined;
}

export interface CopySource {
  readonly place: Place;
  readonly key: string;
  readonly versionId: string | undefined;
  /** Pins a `null` version: `x-cos-copy-source-If-Match`. */
  readonly ifMatch?: string | undefined;
}

export interface WriteResult {
  readonly versionId: string | undefined;
  readonly etag: string;
  readonly crc64: string | undefined;
}

export interface Part {
  readonly partNumber: number;
  readonly etag: string;
  readonly size: number;
}

export interface StoredObject {
  readonly body: Uint8Array;
  readonly etag: string;
  /** Milliseconds since 1970, whole seconds, by the same clock as `date`. */
  readonly lastModified: number;
  /** The answering region's clock, as in `HeadResult`. */
  readonly date: number;
  /** The object has not changed. `body` is empty, and `lastModified` equals `date`. */
  readonly unchanged?: true;
}

/** An enabled lifecycle rule that limits how long versions stay. */
export interface Expiry {
  readonly id: string;
  /** The rule concerns keys with this prefix. */
  readonly prefix: string;
  /** Whether tags, sizes or further names narrow the rule. */
  readonly narrowed: boolean;
  /** When current versions are hidden: days after the write, or an ISO date; undefined: never. */
  readonly current: number | string | undefined;
  /** Days after which older versions are removed, counted from when they were superseded; undefined: they stay. */
  readonly older: number | undefined;
}

/**
 * The COS calls that this product makes. The signed HTTP client implements it, and so does the local cloud's storage
 * core, so that the engine runs against either.
 *
 * Every method throws `CosError`. On a write, `outcome: 'unknown'` means that the caller must look before it writes
 * again. No method repeats a write after an unknown outcome; reads are repeated a bounded number of times.
 */
export interface Cos {
  headObject(place: Place, key: string, versionId?: string): Promise<HeadResult>;
  /** Reads a small object, of `limit` bytes at most (1 MB by default). Undefined when there is none (404). */
  /** `unless`: the ETag of the known object; the answer may then be `unchanged`. */
  getObject(
    place: Place,
    key: string,
    options?: { limit?: number | undefined; unless?: string | undefined },
  ): Promise<StoredObject | undefined>;
  /** A range of bytes of one version; both ends are included. Throws when fewer bytes come. */
  getRange(
    place: Place,
    key: string,
    part: { readonly versionId: string; readonly range: readonly [number, number] },
  ): Promise<Uint8Array>;
  /**
   * `forbidOverwrite` works only in a bucket that never had versioning; throws `FileAlreadyExists` (409). `encrypted`: at
   * rest, with a key of COS's own.
   */
  putObject(
    place: Place,
    key: string,
    body: Uint8Array,
    options?: { contentType?: string; forbidOverwrite?: boolean; encrypted?: boolean },
  ): Promise<WriteResult>;
  copyObject(place: Place, key: string, source: CopySource, attributes: CopyAttributes): Promise<WriteResult>;
  deleteObject(
    place: Place,
    key: string,
    versionId?: string,
  ): Promise<{ versionId: string | undefined; deleteMarker: boolean }>;
  listVersions(
    place: Place,
    query: { prefix?: string; keyMarker?: string; versionIdMarker?: string; maxKeys?: number },
  ): Promise<VersionsPage>;
  listObjects(place: Place, query: { prefix?: string; marker?: string; maxKeys?: number }): Promise<ObjectsPage>;
  /** Tags of one version, in the order of COS; empty when it has none. */
  getTags(place: Place, key: string, versionId?: string): Promise<readonly (readonly [string, string])[]>;
  getGrants(place: Place, key: string, versionId?: string): Promise<readonly Grant[]>;
  /** Replaces the tags of one version, which stays the same version. An empty list removes all tags. */
  putTags(
    place: Place,
    key: string,
    versionId: string | undefined,
    tags: readonly (readonly [string, string])[],
  ): Promise<void>;
  /** Replaces the rights of everybody but the owner. With an empty list the ACL of the bucket applies. */
  putGrants(place: Place, key: string, versionId: string | undefined, grants: readonly Grant[]): Promise<void>;
  /** Whether the bucket exists and these credentials may use it. */
  headBucket(place: Place): Promise<'exists' | 'missing' | 'forbidden'>;
  getVersioning(place: Place): Promise<'Enabled' | 'Suspended' | undefined>;
  /** Whether one version is a symbolic link; a HEAD describes only its target. False where COS does not say. */
  isSymlink(place: Place, key: string, versionId: string): Promise<boolean>;
  /** Whether the bucket has rules of COS's built-in replication. */
  hasNativeReplication(place: Place): Promise<boolean>;
  /** The enabled lifecycle rules of the bucket that remove versions. */
  getExpiries(place: Place): Promise<readonly Expiry[]>;
  initiateMultipart(place: Place, key: string, attributes: CopyAttributes): Promise<string>;
  /** `range` in bytes, both ends included. */
  uploadPartCopy(
    place: Place,
    key: string,
    part: { uploadId: string; partNumber: number; source: CopySource; range: readonly [number, number] },
  ): Promise<string>;
  listParts(place: Place, key: string, uploadId: string): Promise<readonly Part[]>;
  completeMultipart(
    place: Place,
    key: string,
    uploadId: string,
    parts: readonly { partNumber: number; etag: string }[],
  ): Promise<WriteResult>;
  abortMultipart(place: Place, key: string, uploadId: string): Promise<void>;
}
