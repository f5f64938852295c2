import type { Blob } from './blobs/types.ts';

export type VersioningStatus = 'Enabled' | 'Suspended';

export interface StoredAcl {
  /** `default` inherits from the bucket. */
  readonly canned: 'default' | 'private' | 'public-read' | 'public-read-write';
  readonly grants: readonly { readonly permission: string; readonly grantee: string }[];
  /** The grants are a document as it was stored, with the owner's right or without. */
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
  /** Base64 MD5 of the key in the request, for a source under a customer's key. */
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
  /** Kept in several zones: it accepts the MAZ_ classes and no others. */
  readonly multiAz: boolean;
}
