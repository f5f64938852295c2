import type { Attributes } from '../types.ts';

type Tags = Attributes['tags'];

/** The settings of a bucket beside its ACL and its versioning. */
export interface BucketSettings {
  readonly lifecycle: readonly LifecycleRule[] | undefined;
  /** The encryption of uploads and copies that ask for none. */
  readonly encryption: DefaultEncryption | undefined;
  readonly cors: readonly CorsRule[] | undefined;
  readonly tags: Tags | undefined;
  /** Object lock, which cannot be taken away again. */
  readonly objectLock: ObjectLock | undefined;
  /** The policy as the JSON text that was stored. The front evaluates it. */
  readonly policy: string | undefined;
  /** COS's own replication. */
  readonly replication: NativeReplication | undefined;
}

export interface NativeReplication {
  readonly rules: readonly NativeRule[];
  /** The document as it was stored; it is returned unchanged. */
  readonly document: string;
  /** ms since 1970 */
  readonly created: number;
}

export interface NativeRule {
  readonly enabled: boolean;
  readonly prefix: string;
  readonly destination: { readonly bucket: string; readonly region: string };
  /** Undefined: the source's. */
  readonly storageClass: string | undefined;
  readonly deleteMarkers: boolean;
}

export interface DefaultEncryption {
  readonly algorithm: 'AES256' | 'SM4' | 'cos/kms';
  readonly kmsKeyId?: string;
}

export interface CorsRule {
  readonly id: string | undefined;
  /** `*` stands for any characters, once in each. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAgeSeconds: number | undefined;
}

export interface ObjectLock {
  /** The time for which a new object is locked if it names no date. */
  readonly defaultDays: number | undefined;
}

/** When an action is due: days after the version was written (or became noncurrent), or a date in ms since 1970. */
export type LifecycleTime = { readonly days: number } | { readonly date: number };

export interface LifecycleRule {
  readonly id: string;
  readonly enabled: boolean;
  readonly prefix: string;
  /** Keys that begin with one of these are left alone. */
  readonly notPrefix: string | undefined;
  readonly tags: Tags;
  /** Bytes; the bound itself is excluded. */
  readonly largerThan: number | undefined;
  readonly smallerThan: number | undefined;
  readonly expiration: LifecycleTime | undefined;
  /** Removes a delete marker that has no version left to hide. */
  readonly expiredMarkers: boolean;
  readonly transitions: readonly (LifecycleTime & { readonly storageClass: string })[];
  /** Days as a noncurrent version. */
  readonly noncurrentExpiration: number | undefined;
  readonly noncurrentTransitions: readonly { readonly days: number; readonly storageClass: string }[];
  /** Days after the upload was initiated. */
  readonly abortUploads: number | undefined;
}

/** One action of a lifecycle. */
export interface LifecycleAction {
  readonly action: 'hidden' | 'removed' | 'marker-removed' | 'moved' | 'aborted';
  readonly bucket: string;
  readonly region: string;
  readonly key: string;
  /** The ID of the version; for `hidden` that of the new delete marker, for `aborted` the upload ID. */
  readonly versionId: string;
}
