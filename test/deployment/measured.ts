import { replicate } from '../../functions/replicate/handler.ts';
import { runTasks } from '../../functions/task/handler.ts';
import { nodeHash, type Cos, type Place } from '../../shared/cos/index.ts';
import { createEngine, createPartsCopier, type Engine } from '../../shared/replication/index.ts';
import { createRuleStore } from '../../shared/rules/index.ts';
import type { Run } from '../../shared/scf/index.ts';
import { createCoreCos, plain } from './core-cos.ts';
import { createBlobStore, createCore, type BlobStore, type Core, type CoreEvent } from '../cloud/cos/index.ts';
import { cosEvent } from '../cloud/scf/cos-event.ts';
import { stored, wholeBucket } from './rules.ts';
import { KEYS } from '../shared/identity/keys.ts';

export const SOURCE: Place = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
export const DESTINATION: Place = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const STATE: Place = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };
const TARGET = { region: SOURCE.region, namespace: 'default', name: 'replicate', qualifier: '$LATEST' };
const MINUTE = 60_000;

export interface Request {
  readonly name: keyof Cos;
  readonly place: Place;
  readonly key: unknown;
}

/** The engine and the storage core in one process, without a network: what is measured is the engine. */
export class EngineWorld {
  readonly core: Core;
  readonly blobs: BlobStore = createBlobStore();
  readonly cos: Cos;
  readonly engine: Engine;
  /** Since the last `forget`. */
  readonly requests: Request[] = [];
  readonly events: CoreEvent[] = [];
  now = Date.UTC(2026, 0, 1);
  #unique = 0;

  constructor({ markerTold, inlineBytes }: { readonly markerTold: boolean; readonly inlineBytes?: number }) {
    this.core = createCore({ now: () => this.now, random: Math.random, switches: { markerOn404: markerTold } });
    for (const { bucket, region } of [SOURCE, DESTINATION, STATE]) this.core.createBucket(bucket, region);
    for (const { bucket, region } of [SOURCE, DESTINATION]) this.core.putVersioning(bucket, region, 'Enabled');
    this.core.onEvent((event) => {
      if (event.bucket === SOURCE.bucket) this.events.push(event);
    });
    this.cos = this.#counted(createCoreCos(this.core, this.blobs, () => this.now));
    this.engine = createEngine({
      cos: this.cos,
      state: STATE,
      hash: nodeHash,
      keys: KEYS,
      now: () => this.now,
      unique: () => `u${(this.#unique += 1)}`,
      inParts: createPartsCopier({ sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) }),
      random: Math.random,
      settings: { markerTold: () => markerTold, ...(inlineBytes === undefined ? {} : { inlineBytes }) },
    });
  }

  async begin(): Promise<void> {
    const ruleSet = { source: SOURCE, role: 'qcs::cam::uin/1:uin/1', rules: [RULE], created: 0 };
    await createRuleStore({ cos: this.cos, state: STATE, now: () => this.now }).put(stored(ruleSet));
    // A warm function has the rules in its cache.
    await this.engine.rules.getBoth(SOURCE).fresh;
    this.forget();
  }

  forget(): void {
    this.requests.length = 0;
  }

  /** A user's upload; returns its event. */
  put(key: string, text: string): CoreEvent {
    this.now += 3000;
    const context = { requestId: 'user' };
    this.core.putObject(SOURCE.bucket, SOURCE.region, key, this.blobs.fromBytes(Buffer.from(text)), plain(), context);
    return this.events.at(-1) as CoreEvent;
  }

  /** An upload of that many bytes, which take no room. */
  putLarge(key: string, size: number): CoreEvent {
    this.now += 3000;
    const context = { requestId: 'user' };
    this.core.putObject(SOURCE.bucket, SOURCE.region, key, this.blobs.zeros(size), plain(), context);
    return this.events.at(-1) as CoreEvent;
  }

  remove(key: string): CoreEvent {
    this.now += 3000;
    this.core.deleteObject(SOURCE.bucket, SOURCE.region, key, undefined, { requestId: 'user' });
    return this.events.at(-1) as CoreEvent;
  }

  /** The `replicate` function on one event. */
  async handle(event: CoreEvent, named = true): Promise<void> {
    this.now += 1;
    const message = cosEvent(event, TARGET, { ...this.core.switches, eventVersionId: named });
    await replicate(this.engine, [SOURCE], message, this.#run());
    // Rules stay in the cache for some seconds of a clock that is ours.
    await this.engine.rules.getBoth(SOURCE).fresh;
  }

  /**
   * Ends what was left to later, so that the next case begins in peace; gives the requests since the last `forget`. Takes less
   * than the half hour after which an event counts as late and asks for a scan.
   */
  async settle(): Promise<number> {
    for (let i = 0; i < 10; i += 1) {
      this.now += 2.5 * MINUTE;
      await this.engine.tasks.promote(this.now + MINUTE);
      const { entries } = this.core.listObjects(STATE.bucket, STATE.region, { prefix: 'tasks/' });
      for (const { key } of entries) await this.#runTask(key);
    }
    await this.engine.rules.getBoth(SOURCE).fresh;
    const count = this.requests.length;
    this.forget();
    return count;
  }

  close(): Promise<void> {
    return this.blobs.close();
  }

  async #runTask(key: string): Promise<void> {
    const event: CoreEvent = {
      ...STATE,
      name: 'cos:ObjectCreated:Put',
      key,
      versionId: '',
      size: 1,
      etag: '',
      meta: {},
      contentType: '',
      storageClass: 'STANDARD',
      time: this.now,
      requestId: 'task',
    };
    await runTasks(this.engine, STATE, cosEvent(event, TARGET, this.core.switches), this.#run());
  }

  #run(): Run {
    return { requestId: 'run', deadline: this.now + MINUTE, log: () => undefined };
  }

  #counted(cos: Cos): Cos {
    const wrapped = Object.entries(cos).map(([name, method]) => [
      name,
      (...args: readonly unknown[]) => {
        // Rules and the versioning of the destination are asked for beside the work and cost it no time.
        if (!String(args[1]).startsWith('rules/') && name !== 'getVersioning') {
          this.requests.push({ name: name as keyof Cos, place: args[0] as Place, key: args[1] });
        }
        return (method as (...all: readonly unknown[]) => Promise<unknown>)(...args);
      },
    ]);
    return Object.fromEntries(wrapped) as Cos;
  }
}

const RULE = wholeBucket(DESTINATION);
