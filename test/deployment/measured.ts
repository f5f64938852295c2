import type { Cos, Place } from '../../shared/cos/index.ts';
import type { Engine } from '../../shared/replication/index.ts';
import type { Core, CoreEvent } from '../cloud/cos/index.ts';
import { cosEvent } from '../cloud/scf/cos-event.ts';
import { openInProcess, type InProcess } from './in-process.ts';
import { BACKUP, SOURCE, STATE } from './places.ts';
import { wholeBucket } from './rules.ts';
import { isForWork, placeIn } from './watched.ts';

const TARGET = { region: SOURCE.region, namespace: 'default', name: 'replicate', qualifier: '$LATEST' };
const MINUTE = 60_000;

export interface Request {
  readonly name: keyof Cos;
  readonly place: Place;
  readonly key: unknown;
}

/**
 * The deployment for benchmarks. It counts the requests of the work; nothing stands between the engine and the storage.
 */
export class MeasuredDeployment {
  /** Since the last `forget`. */
  readonly requests: Request[] = [];
  readonly #base: InProcess;

  constructor({ markerTold, inlineBytes }: { readonly markerTold: boolean; readonly inlineBytes?: number }) {
    const settings = { markerTold: () => markerTold, ...(inlineBytes === undefined ? {} : { inlineBytes }) };
    this.#base = openInProcess({ settings, switches: { markerOn404: markerTold }, inParts: {} });
    this.#base.watch.before = (name, args) => {
      if (isForWork(name, args)) this.requests.push({ name, place: placeIn(args), key: args[1] });
    };
  }

  get core(): Core {
    return this.#base.core;
  }

  get cos(): Cos {
    return this.#base.engine.deps.cos;
  }

  get engine(): Engine {
    return this.#base.engine;
  }

  /** ms since 1970. */
  get now(): number {
    return this.#base.clock.ms;
  }

  async begin(): Promise<void> {
    await this.#base.setRulesElsewhere([wholeBucket(BACKUP)]);
    // A warm function has the rules in its cache.
    await this.engine.rules.getBoth(SOURCE).fresh;
    this.forget();
  }

  forget(): void {
    this.requests.length = 0;
  }

  /** A user's upload; returns its event. */
  put(key: string, text: string): CoreEvent {
    return this.#deed(() => this.#base.upload(SOURCE, key, text));
  }

  /** An upload of `size` bytes that take no memory. */
  putLarge(key: string, size: number): CoreEvent {
    return this.#deed(() => this.#base.upload(SOURCE, key, this.#base.blobs.zeros(size)));
  }

  remove(key: string): CoreEvent {
    return this.#deed(() => this.#base.erase(SOURCE, key));
  }

  /** Runs the `replicate` function on one event. */
  async handle(event: CoreEvent, named = true): Promise<void> {
    this.#base.clock.ms += 1;
    await this.#base.onMessage(cosEvent(event, TARGET, { ...this.core.switches, eventVersionId: named }), MINUTE);
    // The cache of rules is valid for some seconds of the deployment's own clock.
    await this.engine.rules.getBoth(SOURCE).fresh;
  }

  /**
   * Finishes the work that was left, so that the next case starts without any, and returns the requests since the last
   * `forget`. Takes less than the half hour after which an event counts as late and asks for a scan.
   */
  async settle(): Promise<number> {
    for (let i = 0; i < 10; i += 1) {
      this.#base.clock.ms += 2.5 * MINUTE;
      await this.engine.tasks.promote(this.now + MINUTE);
      for (const key of this.#base.keys(STATE, 'tasks/')) await this.#base.onTask(key, MINUTE);
    }
    await this.engine.rules.getBoth(SOURCE).fresh;
    const count = this.requests.length;
    this.forget();
    return count;
  }

  close(): Promise<void> {
    return this.#base.close();
  }

  #deed(deed: () => unknown): CoreEvent {
    this.#base.clock.ms += 3000;
    deed();
    return this.#base.events.at(-1) as CoreEvent;
  }
}
