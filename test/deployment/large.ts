import type { Cos, Place } from '../../shared/cos/index.ts';
import type { Engine, Settings, Sharing } from '../../shared/replication/index.ts';
import type { Rule } from '../../shared/rules/index.ts';
import type { Task } from '../../shared/tasks/index.ts';
import type { BlobStore, Core, Version } from '../cloud/cos/index.ts';
import { plain } from './core-cos.ts';
import { recordOf } from './events.ts';
import { openInProcess, type InProcess } from './in-process.ts';
import { BACKUP, SOURCE, START, STATE } from './places.ts';
import { wholeBucket } from './rules.ts';
import type { Watcher } from './watched.ts';

export const MEGABYTE = 2 ** 20;
export const GIGABYTE = 2 ** 30;
/** Of the task function, in ms. */
const TIME_LIMIT = 900_000;

/**
 * The deployment for tests of large objects. The function `task` copies them in parts, and each request takes some
 * time.
 */
export class LargeDeployment {
  readonly calls: { readonly name: keyof Cos; readonly args: readonly unknown[] }[] = [];
  /** ms that a request takes. */
  pace = 1;
  /** Called before each request of the engine. It may throw instead of the request, or change the buckets first. */
  intercept: Watcher = () => undefined;
  readonly #base: InProcess;

  constructor(settings: Partial<Settings> = {}, sharing: Partial<Sharing> = {}) {
    const whole = { inlineBytes: Number.POSITIVE_INFINITY, ...settings };
    this.#base = openInProcess({ settings: whole, inParts: sharing, random: 0 });
    this.#base.watch.before = async (name, args) => {
      this.calls.push({ name, args });
      await this.intercept(name, args);
      this.now += this.pace;
    };
  }

  get core(): Core {
    return this.#base.core;
  }

  get blobs(): BlobStore {
    return this.#base.blobs;
  }

  get cos(): Cos {
    return this.#base.engine.deps.cos;
  }

  get engine(): Engine {
    return this.#base.engine;
  }

  get lines(): InProcess['logs'] {
    return this.#base.logs;
  }

  /** ms since 1970. */
  get now(): number {
    return this.#base.clock.ms;
  }

  set now(ms: number) {
    this.#base.clock.ms = ms;
  }

  /** A write by somebody else: this deployment does not see it, and it costs no request. */
  setRule(some: Partial<Rule> = {}): Promise<void> {
    return this.#base.setRulesElsewhere([{ ...RULE, ...some }]);
  }

  /** A user's upload of `size` bytes that take no memory. */
  upload(key: string, size: number, attributes: Parameters<typeof plain>[0] = {}, letter = 'a'): Version {
    this.now += 5;
    return uploadLarge(this.#base, key, size, { attributes, letter });
  }

  /** Runs `replicate` on the event of this version. */
  async event(version: Version, limit = 60_000): Promise<void> {
    const { key, versionId: vid } = version;
    const record = recordOf({ key, place: SOURCE, vid, time: Math.floor(this.now / 1000) });
    await this.#base.onMessage({ Records: [record] }, limit);
  }

  /** One minute of the platform: due work is started, and each start is one run of the task function. */
  async minute(limit = TIME_LIMIT): Promise<void> {
    this.now += 60_000;
    await this.engine.tasks.promote(this.now + 60_000);
    for (const key of this.#base.keys(STATE, 'tasks/')) await this.runTask(key, limit);
  }

  async runTask(key: string, limit = TIME_LIMIT): Promise<void> {
    await this.#base.onTask(key, limit);
  }

  /** Runs until no work is left. Throws when it does not come to an end. */
  async rest(): Promise<void> {
    for (let i = 0; i < 100; i += 1) {
      if (this.tasks().length === 0) return;
      await this.minute();
    }
    throw new Error('the work does not end');
  }

  /** Names of all pending work. */
  tasks(): readonly string[] {
    return this.#base.keys(STATE).filter((key) => /^(tasks|waiting)\//.test(key));
  }

  async pending(): Promise<readonly Task[]> {
    const found = await Promise.all(this.tasks().map((name) => this.engine.tasks.load(name)));
    return found.flatMap((one) => (one === undefined ? [] : [one.task]));
  }

  /** Newest first, with delete markers. */
  versions(place: Place, key: string): readonly Version[] {
    return this.#base.versions(place, key);
  }

  replicas(key: string): readonly Version[] {
    return this.versions(BACKUP, key);
  }

  uploads(): readonly { readonly key: string; readonly uploadId: string }[] {
    return this.core.listUploads(BACKUP.bucket, BACKUP.region, {}).uploads;
  }

  count(name: keyof Cos): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  close(): Promise<void> {
    return this.#base.close();
  }
}

const RULE = wholeBucket(BACKUP, { start: START, deleteMarkersSince: START });

/** Bytes of a part of a user's upload; the most that one PUT takes. */
const UPLOADED = 5 * GIGABYTE;

interface LargeUpload {
  readonly attributes?: Parameters<typeof plain>[0];
  /** The first bytes of the object. */
  readonly letter?: string;
}

/** A user's upload to the source that is larger than one PUT takes, made as a multipart upload. */
export function uploadLarge(
  { core, blobs }: Pick<InProcess, 'core' | 'blobs'>,
  key: string,
  size: number,
  { attributes = {}, letter = 'a' }: LargeUpload = {},
): Version {
  const { bucket, region } = SOURCE;
  const blob = blobs.repeat(new TextEncoder().encode(`${letter}bcdefg`), size);
  const context = { requestId: 'user' };
  const uploadId = core.initiateMultipart(bucket, region, key, plain(attributes), context);
  const parts = Array.from({ length: Math.ceil(size / UPLOADED) }, (_, i) => {
    const piece = blobs.slice(blob, i * UPLOADED, Math.min(size, (i + 1) * UPLOADED) - 1);
    return {
      partNumber: i + 1,
      etag: core.uploadPart(bucket, region, key, { uploadId, partNumber: i + 1, blob: piece }),
    };
  });
  return core.completeMultipart(bucket, region, key, { uploadId, parts }, context);
}
