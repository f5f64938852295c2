import { replicate } from '../../functions/replicate/handler.ts';
import { sweep } from '../../functions/schedule/handler.ts';
import { runTasks } from '../../functions/task/handler.ts';
import { nodeHash, type Cos, type Place } from '../../shared/cos/index.ts';
import { createEngine } from '../../shared/replication/index.ts';
import type { Run } from '../../shared/scf/index.ts';
import type { Core, CoreEvent } from '../cloud/cos/index.ts';
import { overNetwork, type Weather } from './faulty.ts';
import type { Scheduler } from './scheduler.ts';

/** What becomes of events on their way to a function, from 0 to 1. */
export interface Mail {
  readonly lost: number;
  readonly doubled: number;
  /** Comes up to ten minutes late. */
  readonly late: number;
  /** Carries the version ID. */
  readonly withVersionId: number;
}

export interface PlatformOptions {
  readonly core: Core;
  readonly cos: Cos;
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly source: Place;
  readonly state: Place;
  readonly weather: () => Weather;
  readonly mail: () => Mail;
  /** ms by which a function's clock may be wrong, either way. */
  readonly skew: number;
  readonly note: (line: string) => void;
}

const TIME_LIMITS = { replicate: 60_000, task: 900_000, schedule: 60_000 } as const;
type FunctionName = keyof typeof TIME_LIMITS;
const RETRIES = 2;
const RETRY_MS = 60_000;
const MINUTE = 60_000;

/** The function platform: starts the real handlers on events and by the clock, kills and retries them. */
export class Platform {
  readonly #options: PlatformOptions;
  #running = 0;
  #pending = 0;
  #unique = 0;
  /** Tasks and leases that exist, by their events: listings may lag. */
  readonly #stateKeys = new Set<string>();
  /** Runs of all functions, for those who count them. */
  started = 0;

  constructor(options: PlatformOptions) {
    this.#options = options;
    options.core.onEvent((event) => this.#deliver(event));
  }

  get busy(): boolean {
    return this.#running > 0;
  }

  /** Nothing runs, nothing is on its way, and no work or lease is left on the state bucket. */
  get atRest(): boolean {
    return this.#running === 0 && this.#pending === 0 && this.#stateKeys.size === 0;
  }

  /** Fires each minute for as long as there is anything to sweep. */
  startTimer(): void {
    const { scheduler } = this.#options;
    scheduler.after(MINUTE, () => {
      if (this.#stateKeys.size > 0) this.#start('schedule', {}, RETRIES);
      this.startTimer();
    });
  }

  #deliver(event: CoreEvent): void {
    const { source, state, random, mail } = this.#options;
    if (event.bucket === state.bucket && /^(tasks|waiting|leases)\//.test(event.key)) {
      if (event.name.startsWith('cos:ObjectCreated:')) this.#stateKeys.add(event.key);
      else this.#stateKeys.delete(event.key);
    }
    const to = targetOf(event, source, state);
    if (to === undefined) return;
    const { lost, doubled, late, withVersionId } = mail();
    if (random() < lost) return;
    const copies = random() < doubled ? 2 : 1;
    for (let i = 0; i < copies; i += 1) {
      const delay = random() < late ? random() * 600_000 : 20 + random() * 500;
      const named = random() < withVersionId;
      const message = messageOf(event, named);
      this.#pending += 1;
      this.#options.scheduler.after(delay, () => {
        this.#pending -= 1;
        this.#options.note(`event ${event.name} ${event.key} ${named ? event.versionId : 'without version ID'}`);
        this.#start(to, message, RETRIES);
      });
    }
  }

  #start(name: FunctionName, event: unknown, retries: number): void {
    const { scheduler, random, skew, weather, cos, state, source, note } = this.#options;
    const offset = (random() * 2 - 1) * skew;
    const now = () => scheduler.now + offset;
    let over = false;
    const end = (failed: boolean): void => {
      if (over) return;
      over = true;
      this.#running -= 1;
      if (!failed || retries === 0) return;
      this.#pending += 1;
      scheduler.after(RETRY_MS, () => {
        this.#pending -= 1;
        this.#start(name, event, retries - 1);
      });
    };
    this.started += 1;
    this.#running += 1;
    const number = this.started;
    const runner = { scheduler, random, weather, dead: () => over, kill: () => end(true) };
    const engine = createEngine({
      cos: overNetwork(cos, runner),
      state,
      hash: nodeHash,
      now,
      random,
      unique: () => `u${(this.#unique += 1)}`,
    });
    const run: Run = {
      requestId: `run-${number}`,
      deadline: now() + TIME_LIMITS[name],
      log: (fields) => note(`${name} ${number}: ${JSON.stringify(fields)}`),
    };
    scheduler.after(TIME_LIMITS[name], () => end(true));
    const handlers: Record<FunctionName, () => Promise<unknown>> = {
      replicate: () => replicate(engine, [source], event, run),
      task: () => runTasks(engine, state, event, run),
      schedule: () => sweep(engine, run),
    };
    handlers[name]().then(
      () => end(false),
      (error: unknown) => {
        note(`${name} ${number} failed: ${String(error)}`);
        end(true);
      },
    );
  }
}

function targetOf(event: CoreEvent, source: Place, state: Place): FunctionName | undefined {
  const created = event.name.startsWith('cos:ObjectCreated:');
  if (event.bucket === state.bucket) return created && event.key.startsWith('tasks/') ? 'task' : undefined;
  if (event.bucket !== source.bucket) return undefined;
  const subscribed = created || event.name.endsWith(':DeleteMarkerCreated') || event.name.endsWith('Restore:Completed');
  return subscribed ? 'replicate' : undefined;
}

/** The event in the shape that COS sends, as far as the functions read it. */
function messageOf(event: CoreEvent, withVersionId: boolean): unknown {
  const dash = event.bucket.lastIndexOf('-');
  const [name, appid] = [event.bucket.slice(0, dash), event.bucket.slice(dash + 1)];
  return {
    Records: [
      {
        cos: {
          cosObject: {
            url: `http://${event.bucket}.cos.${event.region}.myqcloud.com/${encodeURIComponent(event.key)}`,
            key: `/${appid}/${name}/${event.key}`,
            vid: withVersionId ? event.versionId : '',
            size: event.size,
            meta: { ETag: event.etag },
          },
          cosBucket: { name, appid, cosRegion: event.region },
        },
        event: { eventName: event.name, eventTime: Math.floor(event.time / 1000) },
      },
    ],
  };
}
