/** A bucket with its region. The host is built from these two, and only after both passed `parsePlace`. */
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
  /** `unknown`: COS named one that this service does not know how to ask for; `named` says which. */
  readonly algorithm: 'AES256' | 'SM4' | 'cos/kms' | 'SSE-C' | 'unknown';
  readonly named?: string | undefined;
  readonly kmsKeyId?: string | undefined;
}

export interface ObjectHead {
  /** `null` (the text) for a version written without versioning; undefined in a bucket that never had it. */
  readonly versionId: string | undefined;
  /** With its quotes, as COS sends it. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970; COS gives whole seconds. */
  readonly lastModified: number;
  /** CRC-64/XZ as unsigned decimal; missing on objects older than the feature. */
  readonly crc64: string | undefined;
  /** `STANDARD` when COS sends no header. */
  readonly storageClass: string;
  /** Those of CONTENT_HEADERS that are set, values as on the wire. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata without `x-cos-meta-`, names in lower case, values as on the wire. */
  readonly meta: Readonly<Record<string, string>>;
  readonly encryption: Encryption | undefined;
  /** Value of `x-cos-restore` on an archived object that is or was being restored. */
  readonly restore: string | undefined;
  /** It was made by appends. COS documents that it does not copy such objects. */
  readonly appendable?: true;
  /** Tags that it has; missing: none. */
  readonly tagCount?: number;
}

/** `date`: the answering region's own clock (its `Date` header), ms since 1970, so that nobody compares two clocks. */
export type HeadResult =
  | { readonly found: true; readonly head: ObjectHead; readonly date: number }
  | {
      readonly found: false;
      readonly date: number;
      /** The 404 said `x-cos-delete-marker: true`. Not documented by COS: absence proves nothing by itself. */
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

/** The attributes of a copy. Metadata is always replaced, so everything that should travel is named here. */
export interface CopyAttributes {
  readonly headers: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  readonly storageClass: string;
  /** Undefined: the tags of the source version are copied by COS itself. */
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
  /** The object is as it was known. `body` is empty, and `lastModified` says no more than `date`. */
  readonly unchanged?: true;
}

/** An enabled rule of a lifecycle that bounds how long versions stay. */
export interface Expiry {
  readonly id: string;
  /** It is about the keys that begin with it. */
  readonly prefix: string;
  /** Whether tags, sizes or further names say of which of these. */
  readonly narrowed: boolean;
  /** Current versions: days after the write, or the ISO date, from which they are hidden; undefined: never. */
  readonly current: number | string | undefined;
  /** Older versions: days after they were superseded; undefined: they stay. */
  readonly older: number | undefined;
}

/**
 * The COS calls this product makes. The signed HTTP client implements it, and so does the local cloud's storage core,
 * so that the engine runs against either.
 *
 * Every method throws `CosError`. `outcome: 'unknown'` on a write means: look before you write again. A method never
 * repeats a write by itself after an unknown outcome; reads are repeated a bounded number of times.
 */
export interface Cos {
  headObject(place: Place, key: string, versionId?: string): Promise<HeadResult>;
  /** Reads a small object, of `limit` bytes at most (1 MB unless told). Undefined when there is none (404). */
  /** `unless`: the ETag of what is known; the answer may then be `unchanged`. */
  getObject(
    place: Place,
    key: string,
    options?: { limit?: number | undefined; unless?: string | undefined },
  ): Promise<StoredObject | undefined>;
  /** Some bytes of one version; `range` in bytes, both ends included. Throws where fewer of them come. */
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
  /** Replaces the tags of one version, which stays the same version; an empty list takes them all away. */
  putTags(
    place: Place,
    key: string,
    versionId: string | undefined,
    tags: readonly (readonly [string, string])[],
  ): Promise<void>;
  /** Replaces what others than the owner may do; an empty list leaves the object to the ACL of its bucket. */
  putGrants(place: Place, key: string, versionId: string | undefined, grants: readonly Grant[]): Promise<void>;
  /** Whether the bucket is there and may be used by these credentials. */
  headBucket(place: Place): Promise<'exists' | 'missing' | 'forbidden'>;
  getVersioning(place: Place): Promise<'Enabled' | 'Suspended' | undefined>;
  /** Whether one version is a symbolic link; a HEAD tells of its target only. False where COS will not say. */
  isSymlink(place: Place, key: string, versionId: string): Promise<boolean>;
  /** Whether the bucket has rules of COS's own replication. */
  hasNativeReplication(place: Place): Promise<boolean>;
  /** The enabled rules of the bucket's lifecycle that remove versions. */
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
