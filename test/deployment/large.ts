import { runTasks } from '../../functions/task/handler.ts';
import { replicate } from '../../functions/replicate/handler.ts';
import { nodeHash, type Cos, type Place } from '../../shared/cos/index.ts';
import {
  createEngine,
  createPartsCopier,
  type Engine,
  type Settings,
  type Sharing,
} from '../../shared/replication/index.ts';
import { createRuleStore, type Rule } from '../../shared/rules/index.ts';
import type { Run } from '../../shared/scf/index.ts';
import type { Task } from '../../shared/tasks/index.ts';
import { createCoreCos, plain } from './core-cos.ts';
import { createBlobStore, createCore, type BlobStore, type Core, type Version } from '../cloud/cos/index.ts';
import { DESTINATION, SOURCE } from '../shared/replication/decide/build.ts';
import { stored, wholeBucket } from './rules.ts';
import { KEYS } from '../shared/identity/keys.ts';

export const STATE: Place = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };
export const MEGABYTE = 2 ** 20;
export const GIGABYTE = 2 ** 30;
const START = Date.UTC(2026, 0, 1);
/** Of the task function, in ms. */
const TIME_LIMIT = 900_000;

/** Called before each request of the engine; may throw in its place, or change the world under it. */
type Intercept = (name: keyof Cos, args: readonly unknown[]) => void | Promise<void>;

/** Two versioned buckets, a rule and the task function, in-process, with a clock that only requests move. */
export class LargeWorld {
  readonly core: Core;
  readonly blobs: BlobStore = createBlobStore();
  readonly calls: { readonly name: keyof Cos; readonly args: readonly unknown[] }[] = [];
  readonly lines: Readonly<Record<string, unknown>>[] = [];
  /** ms since 1970. */
  now = START;
  /** ms that a request takes. */
  pace = 1;
  intercept: Intercept = () => undefined;
  readonly cos: Cos;
  readonly engine: Engine;
  #unique = 0;

  constructor(settings: Partial<Settings> = {}, sharing: Partial<Sharing> = {}) {
    let random = 0;
    this.core = createCore({ now: () => this.now, random: () => ((random += 1) % 1000) / 1000, switches: {} });
    for (const { bucket, region } of [SOURCE, DESTINATION, STATE]) this.core.createBucket(bucket, region);
    for (const { bucket, region } of [SOURCE, DESTINATION]) this.core.putVersioning(bucket, region, 'Enabled');
    this.cos = this.#watched(createCoreCos(this.core, this.blobs, () => this.now));
    this.engine = createEngine({
      cos: this.cos,
      state: STATE,
      hash: nodeHash,
      keys: KEYS,
      now: () => this.now,
      unique: () => `u${(this.#unique += 1)}`,
      random: () => 0,
      settings: { inlineBytes: Number.POSITIVE_INFINITY, ...settings },
      inParts: createPartsCopier({ sleep: async (ms) => void (this.now += ms), ...sharing }),
    });
  }

  async setRule(some: Partial<Rule> = {}): Promise<void> {
    const rule: Rule = { ...RULE, ...some };
    const ruleSet = { source: SOURCE, role: 'qcs::cam::uin/1:uin/1', rules: [rule], created: START };
    await createRuleStore({ cos: this.cos, state: STATE, now: () => this.now }).put(stored(ruleSet));
  }

  /** A user's upload of `size` bytes that take no room. */
  upload(key: string, size: number, attributes: Parameters<typeof plain>[0] = {}, letter = 'a'): Version {
    this.now += 5;
    const blob = this.blobs.repeat(new TextEncoder().encode(`${letter}bcdefg`), size);
    const context = { requestId: 'user' };
    // Larger than one PUT takes, as only a multipart upload makes it; a blob is handed over as one part per 5 GB.
    const uploadId = this.core.initiateMultipart(SOURCE.bucket, SOURCE.region, key, plain(attributes), context);
    const most = 5 * GIGABYTE;
    const parts = Array.from({ length: Math.ceil(size / most) }, (_, i) => {
      const piece = this.blobs.slice(blob, i * most, Math.min(size, (i + 1) * most) - 1);
      const etag = this.core.uploadPart(SOURCE.bucket, SOURCE.region, key, {
        uploadId,
        partNumber: i + 1,
        blob: piece,
      });
      return { partNumber: i + 1, etag };
    });
    return this.core.completeMultipart(SOURCE.bucket, SOURCE.region, key, { uploadId, parts }, context);
  }

  /** What `replicate` does on the event of this version. */
  async event(version: Version, limit = 60_000): Promise<void> {
    const [name, appid] = SOURCE.bucket.split('-') as [string, string];
    const url = `http://${SOURCE.bucket}.cos.${SOURCE.region}.myqcloud.com/${encodeURIComponent(version.key)}`;
    const cosObject = { url, key: `/${appid}/${name}/${version.key}`, vid: version.versionId };
    const cos = { cosObject, cosBucket: { name, appid, cosRegion: SOURCE.region } };
    const event = { eventName: 'cos:ObjectCreated:Put', eventTime: Math.floor(this.now / 1000) };
    await replicate(this.engine, [SOURCE], { Records: [{ cos, event }] }, this.#run(limit));
  }

  /** One minute of the platform: due work is started, and each start is one run of the task function. */
  async minute(limit = TIME_LIMIT): Promise<void> {
    this.now += 60_000;
    await this.engine.tasks.promote(this.now + 60_000);
    const due = this.core.listObjects(STATE.bucket, STATE.region, { prefix: 'tasks/' }).entries;
    for (const { key } of due) await this.runTask(key, limit);
  }

  async runTask(key: string, limit = TIME_LIMIT): Promise<void> {
    const [name, appid] = ['crr-dev-gz', '1250000000'];
    const url = `http://${STATE.bucket}.cos.${STATE.region}.myqcloud.com/${key}`;
    const cosObject = { url, key: `/${appid}/${name}/${key}`, vid: '' };
    const cos = { cosObject, cosBucket: { name, appid, cosRegion: STATE.region } };
    const event = { eventName: 'cos:ObjectCreated:Put', eventTime: Math.floor(this.now / 1000) };
    await runTasks(this.engine, STATE, { Records: [{ cos, event }] }, this.#run(limit));
  }

  /** Until no work is left. Throws when it does not come to an end. */
  async rest(): Promise<void> {
    for (let i = 0; i < 100; i += 1) {
      if (this.tasks().length === 0) return;
      await this.minute();
    }
    throw new Error('the work does not end');
  }

  /** Names of all pending work. */
  tasks(): readonly string[] {
    const { entries } = this.core.listObjects(STATE.bucket, STATE.region, {});
    return entries.map(({ key }) => key).filter((key) => /^(tasks|waiting)\//.test(key));
  }

  async pending(): Promise<readonly Task[]> {
    const found = await Promise.all(this.tasks().map((name) => this.engine.tasks.load(name)));
    return found.flatMap((one) => (one === undefined ? [] : [one.task]));
  }

  /** Newest first, delete markers too. */
  versions(place: Place, key: string): readonly Version[] {
    const { entries } = this.core.listVersions(place.bucket, place.region, { prefix: key });
    return entries.filter((entry) => entry.key === key);
  }

  replicas(key: string): readonly Version[] {
    return this.versions(DESTINATION, key);
  }

  uploads(): readonly { readonly key: string; readonly uploadId: string }[] {
    return this.core.listUploads(DESTINATION.bucket, DESTINATION.region, {}).uploads;
  }

  count(name: keyof Cos): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  close(): Promise<void> {
    return this.blobs.close();
  }

  #run(limit: number): Run {
    return { requestId: 'run', deadline: this.now + limit, log: (fields) => void this.lines.push(fields) };
  }

  #watched(cos: Cos): Cos {
    const wrapped = Object.entries(cos).map(([name, method]) => [
      name,
      async (...args: readonly unknown[]) => {
        this.calls.push({ name: name as keyof Cos, args });
        await this.intercept(name as keyof Cos, args);
        this.now += this.pace;
        return (method as (...all: readonly unknown[]) => Promise<unknown>)(...args);
      },
    ]);
    return Object.fromEntries(wrapped) as Cos;
  }
}

const RULE = wholeBucket(DESTINATION, { start: START, deleteMarkersSince: START });
