import type { Cos, Place } from '../../shared/cos/index.ts';
import {
  createBlobStore,
  createCore,
  type Attributes,
  type Blob,
  type BlobStore,
  type Core,
  type Switches,
  type Version,
} from '../cloud/cos/index.ts';
import { createCoreCos, plain } from './core-cos.ts';

export interface StorageOptions {
  /** ms since 1970 */
  readonly now: () => number;
  /** Buckets with versioning, and buckets that never had it. */
  readonly versioned?: readonly Place[];
  readonly plain?: readonly Place[];
  readonly switches?: Partial<Switches>;
  readonly blobs?: BlobStore;
}

/** Buckets in this process, without HTTP: the calls of the product, and the writes of users. */
export interface Storage {
  readonly core: Core;
  readonly blobs: BlobStore;
  readonly cos: Cos;
  /** A user's upload, of text or of bytes that take no memory. */
  upload(place: Place, key: string, content: string | Blob, attributes?: Partial<Attributes>): Version;
  /** A user's deletion. */
  erase(place: Place, key: string, versionId?: string): ReturnType<Core['deleteObject']>;
  /** The versions of exactly this key, newest first, with delete markers. */
  versions(place: Place, key: string): readonly Version[];
  keys(place: Place, prefix?: string): readonly string[];
  readonly close: () => Promise<void>;
}

const USER = { requestId: 'user' };

export function createStorage(options: StorageOptions): Storage {
  const { now, versioned = [], switches = {}, blobs = createBlobStore() } = options;
  const core = createCore({ now, random: fixedRandom(), switches });
  for (const { bucket, region } of [...versioned, ...(options.plain ?? [])]) core.createBucket(bucket, region);
  for (const { bucket, region } of versioned) core.putVersioning(bucket, region, 'Enabled');
  return {
    core,
    blobs,
    cos: createCoreCos(core, blobs, now),
    upload: ({ bucket, region }, key, content, attributes = {}) => {
      const blob = typeof content === 'string' ? blobs.fromBytes(Buffer.from(content)) : content;
      return core.putObject(bucket, region, key, blob, plain(attributes), USER);
    },
    erase: ({ bucket, region }, key, versionId) => core.deleteObject(bucket, region, key, versionId, USER),
    versions: ({ bucket, region }, key) =>
      core.listVersions(bucket, region, { prefix: key }).entries.filter((entry) => entry.key === key),
    keys: ({ bucket, region }, prefix = '') =>
      core.listObjects(bucket, region, { prefix }).entries.map((entry) => entry.key),
    close: () => blobs.close(),
  };
}

/** The same numbers in every run, so different that no two uploads get the same ID. */
function fixedRandom(): () => number {
  let drawn = 0;
  return () => ((drawn += 1) % 1000) / 1000;
}
