import { CosError, formatPlace, parsePlace } from '../../../shared/cos/index.ts';
import type { Cos, Place } from '../../../shared/cos/index.ts';
import { createStorage, placeIn, plain, watched } from '../../deployment/index.ts';
import { createBlobStore } from '../../cloud/cos/index.ts';
import type { Blob, BlobStore, Version } from '../../cloud/cos/index.ts';

type Versioning = 'Enabled' | 'Suspended' | undefined;

/** The storage core, which a test can read and change past all calls, with failures on demand. */
export interface MemoryCos {
  readonly cos: Cos;
  /** By `bucket-appid@region/key`, in the order of buckets and keys. */
  readonly objects: StoredObjects;
  /** By `bucket-appid@region`. */
  readonly versioning: Buckets;
  /** Names of the calls so far. */
  readonly calls: string[];
  /** `page`: objects of a listing at once. By default two, so that code which reads only one page fails. */
  readonly limits: { page: number };
  /** Thrown by the next calls of the given name. */
  readonly failures: Map<string, Error>;
}

export interface StoredObjects {
  readonly size: number;
  keys(): readonly string[];
  /** The keys that COS was asked to encrypt. */
  encrypted(): readonly string[];
  has(name: string): boolean;
  get(name: string): Uint8Array | undefined;
  set(name: string, body: Uint8Array): void;
  clear(): void;
}

export interface Buckets {
  set(name: string, versioning: Versioning): void;
  delete(name: string): void;
  clear(): void;
}

/**
 * Calls that fail with no bucket where a test has made none. Any other call makes its bucket, which never has
 * versioning.
 */
const OF_BUCKETS = new Set(['getVersioning', 'headBucket']);

/** `now`: the clock of COS, ms since 1970. COS answers in whole seconds. */
export function createMemoryCos(now: () => number = () => 0): MemoryCos {
  const bodies = new WeakMap<Blob, Uint8Array>();
  const store = createBlobStore();
  const blobs: BlobStore = {
    ...store,
    fromBytes: (body) => {
      const blob = store.fromBytes(body);
      bodies.set(blob, body);
      return blob;
    },
  };
  const { core, cos: straight } = createStorage({ now, blobs });
  const places = new Map<string, Place>();
  const calls: string[] = [];
  const failures = new Map<string, Error>();
  const limits = { page: 2 };
  const request = { requestId: 'memory' };

  const make = (place: Place): void => {
    if (places.has(formatPlace(place))) return;
    core.createBucket(place.bucket, place.region);
    places.set(formatPlace(place), place);
  };
  const drop = (name: string): void => {
    const place = places.get(name);
    if (place === undefined) return;
    for (const { key } of versionsIn(place)) core.deleteObject(place.bucket, place.region, key, undefined, request);
    core.deleteBucket(place.bucket, place.region);
    places.delete(name);
  };
  const versionsIn = ({ bucket, region }: Place): readonly Version[] => core.listObjects(bucket, region, {}).entries;
  const all = (): (readonly [name: string, version: Version])[] =>
    [...places].flatMap(([name, place]) => versionsIn(place).map((one) => [`${name}/${one.key}`, one] as const));
  const find = (name: string): Version | undefined => all().find(([one]) => one === name)?.[1];

  const cos = watched(straight, {
    before: async (name, args) => {
      calls.push(name);
      await Promise.resolve();
      const failure = failures.get(name);
      if (failure !== undefined) throw failure;
      if (!OF_BUCKETS.has(name)) make(placeIn(args));
    },
  });
  // Code that reads only one page fails.
  const listObjects: Cos['listObjects'] = (place, query) => cos.listObjects(place, { ...query, maxKeys: limits.page });
  return {
    cos: { ...cos, listObjects },
    calls,
    limits,
    failures,
    objects: {
      get size() {
        return all().length;
      },
      keys: () => all().map(([name]) => name),
      encrypted: () => all().flatMap(([name, { attributes }]) => (attributes.encryption === undefined ? [] : [name])),
      has: (name) => find(name) !== undefined,
      get: (name) => {
        const blob = find(name)?.blob;
        return blob && bodies.get(blob);
      },
      set: (name, body) => {
        const slash = name.indexOf('/');
        const place = parsePlace(name.slice(0, slash));
        make(place);
        const blob = blobs.fromBytes(body);
        core.putObject(place.bucket, place.region, name.slice(slash + 1), blob, plain(), request);
      },
      clear: () => {
        for (const { bucket, region } of places.values())
          for (const { key } of versionsIn({ bucket, region }))
            core.deleteObject(bucket, region, key, undefined, request);
      },
    },
    versioning: {
      set: (name, state) => {
        drop(name);
        const place = parsePlace(name);
        make(place);
        if (state !== undefined) core.putVersioning(place.bucket, place.region, state);
      },
      delete: drop,
      clear: () => {
        for (const name of places.keys()) drop(name);
      },
    },
  };
}

export function cosError(place: Place, code: string, status: number, retryable = false): CosError {
  return new CosError({ method: 'GET', place }, `it says ${code}`, { code, status, retryable });
}
