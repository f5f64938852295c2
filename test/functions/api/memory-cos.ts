import { createHash } from 'node:crypto';

import { CosError, formatPlace } from '../../../shared/cos/index.ts';
import type { Cos, Place } from '../../../shared/cos/index.ts';

/** The few calls that rules and keys need, in memory. Any other call fails the test. */
export interface MemoryCos {
  readonly cos: Cos;
  /** `bucket-appid@region/key` → bytes */
  readonly objects: Map<string, Uint8Array>;
  /** Those of `objects` that COS was asked to encrypt. */
  readonly encrypted: Set<string>;
  /** `bucket-appid@region` → state of versioning; a bucket that is not in it does not exist. */
  readonly versioning: Map<string, 'Enabled' | 'Suspended' | undefined>;
  /** Names of the calls made so far. */
  readonly calls: string[];
  /** `page`: objects of a listing at once; two, unless a test needs more, so that a reader of one page is found out. */
  readonly limits: { page: number };
  /** Thrown by the next calls whose name it is given. */
  readonly failures: Map<string, Error>;
}

/** `now`: the clock of COS, ms since 1970; it answers in whole seconds. */
export function createMemoryCos(now: () => number = () => 0): MemoryCos {
  const objects = new Map<string, Uint8Array>();
  const written = new Map<string, number>();
  const encrypted = new Set<string>();
  const versioning = new Map<string, 'Enabled' | 'Suspended' | undefined>();
  const calls: string[] = [];
  const failures = new Map<string, Error>();
  const limits = { page: 2 };

  const begin = async (name: string): Promise<void> => {
    calls.push(name);
    await Promise.resolve();
    const failure = failures.get(name);
    if (failure !== undefined) throw failure;
  };
  const at = (place: Place, key: string) => `${formatPlace(place)}/${key}`;
  const date = () => Math.floor(now() / 1000) * 1000;

  const md5 = (body: Uint8Array) => `"${createHash('md5').update(body).digest('hex')}"`;

  const known: Partial<Cos> = {
    getObject: async (place, key, { limit = 1024 * 1024 } = {}) => {
      await begin('getObject');
      const body = objects.get(at(place, key));
      if (body === undefined) return undefined;
      if (body.length > limit) throw cosError(place, 'AnswerTooLarge', 200);
      return { body, etag: md5(body), lastModified: written.get(at(place, key)) ?? 0, date: date() };
    },
    putObject: async (place, key, body, options = {}) => {
      await begin('putObject');
      if (options.forbidOverwrite === true && objects.has(at(place, key))) {
        throw cosError(place, 'FileAlreadyExists', 409);
      }
      objects.set(at(place, key), body);
      written.set(at(place, key), date());
      if (options.encrypted === true) encrypted.add(at(place, key));
      return { versionId: undefined, etag: '"0"', crc64: undefined };
    },
    deleteObject: async (place, key) => {
      await begin('deleteObject');
      objects.delete(at(place, key));
      return { versionId: undefined, deleteMarker: false };
    },
    headObject: async (place, key) => {
      await begin('headObject');
      if (!objects.has(at(place, key))) {
        return { found: false, date: date(), deleteMarker: false, versionId: undefined };
      }
      const nothing = { crc64: undefined, encryption: undefined, restore: undefined, versionId: undefined };
      const head = {
        ...nothing,
        etag: '"0"',
        size: 0,
        lastModified: 0,
        storageClass: 'STANDARD',
        headers: {},
        meta: {},
      };
      return { found: true, date: date(), head };
    },
    listObjects: async (place, { prefix = '', marker = '' }) => {
      await begin('listObjects');
      const start = `${formatPlace(place)}/`;
      const keys = [...objects.keys()]
        .filter((name) => name.startsWith(start + prefix))
        .map((name) => name.slice(start.length))
        .filter((key) => key > marker)
        .sort();
      const etag = (key: string) => md5(objects.get(start + key) ?? new Uint8Array());
      const entries = keys.slice(0, limits.page).map((key) => ({ key, lastModified: 0, etag: etag(key), size: 0 }));
      return { entries, nextMarker: keys.length > limits.page ? keys[limits.page - 1] : undefined };
    },
    // What is kept here never had versions.
    listVersions: async () => {
      await begin('listVersions');
      return { entries: [], next: undefined };
    },
    getVersioning: async (place) => {
      await begin('getVersioning');
      if (!versioning.has(formatPlace(place))) throw cosError(place, 'NoSuchBucket', 404);
      return versioning.get(formatPlace(place));
    },
  };
  const cos = new Proxy(known, {
    get: (target, name) => {
      if (Object.hasOwn(target, name)) return Reflect.get(target, name) as unknown;
      throw new Error(`Nobody expected a call of ${String(name)}.`);
    },
  }) as Cos;
  return { cos, objects, encrypted, versioning, calls, limits, failures };
}

export function cosError(place: Place, code: string, status: number, retryable = false): CosError {
  return new CosError({ method: 'GET', place }, `it says ${code}`, { code, status, retryable });
}
