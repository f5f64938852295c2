import { replicate } from '../../functions/replicate/handler.ts';
import { runScans } from '../../functions/scan/handler.ts';
import { sweep } from '../../functions/schedule/handler.ts';
import { keep } from '../../functions/schedule/scans.ts';
import { runTasks } from '../../functions/task/handler.ts';
import { CANARIES, keepCanary, type CanaryDeps } from '../../shared/canary/index.ts';
import { foldLive } from '../../shared/live/index.ts';
import type { Engine } from '../../shared/replication/index.ts';
import { SCAN_DEFAULTS, type ScanDeps } from '../../shared/scan/index.ts';
import { BEHIND } from '../../shared/tasks/index.ts';
import type { Run } from '../../shared/scf/index.ts';
import type { Place } from '../../shared/cos/index.ts';
import type { Core, CoreEvent } from '../cloud/cos/index.ts';
import type { Runner, Weather } from './faulty.ts';
import { andTell, createInstance, type Instance, type Surroundings } from './instance.ts';
import { messageOf, targetOf, type FunctionName, type Mail } from './mail.ts';
import { CANARY_EVERY_MS, NO_CANARY_MS } from './watching.ts';

export interface PlatformOptions extends Surroundings {
  readonly core: Core;
  readonly weather: () => Weather;
  readonly refuses: (place: Place) => boolean;
  readonly mail: () => Mail;
  /** How often an instance that has ended a run gets the next one, from 0 to 1. */
  readonly warm?: number | undefined;
  readonly note: (line: string) => void;
}

/** ms that a run may take. */
export const TIME_LIMITS = { replicate: 60_000, task: 900_000, scan: 900_000, schedule: 60_000 } as const;
const RETRIES = 2;
/** ms of a run of `schedule` after which it looks at no canary any more. */
const CLOSING_MS = 10_000;
const RETRY_MS = 60_000;
const MINUTE = 60_000;
/** The value is so low that new instances do much of the work. */
const WARM = 0.7;

/**
 * The function platform of one deployment: starts the real handlers on events and by the clock, kills and retries them.
 */
export class Platform {
  readonly #options: PlatformOptions;
  readonly #idle: Record<FunctionName, Instance[]> = { replicate: [], task: [], scan: [], schedule: [] };
  #running = 0;
  #pending = 0;
  #unique = 0;
  #runs = 0;
  /** Tasks and leases that exist, by their events, because listings may lag. */
  readonly #stateKeys = new Set<string>();
  readonly #scanKeys = new Set<string>();
  readonly #canaries = new Set<string>();
  /** By pair: scans that have ranges and no written result. */
  readonly #openScans = new Map<string, Set<string>>();
  /** Pairs that are marked as behind, by the name of their marks. */
  readonly #behind = new Set<string>();
  /** Runs that events started. */
  started = 0;
  /** Whether a pair was ever behind. */
  marked = false;
  /** Requests that functions sent. */
  requests = 0;
  /** Whether `schedule` begins scans. */
  scanning = false;
  /** Whether `schedule` sends canaries. It checks those that were sent in any case. */
  canarying = false;

  constructor(options: PlatformOptions) {
    this.#options = options;
    options.core.onEvent((event) => this.#deliver(event));
  }

  /** Canaries that are not yet forgotten. */
  get canaries(): number {
    return this.#canaries.size;
  }

  /**
   * Nothing runs, nothing is on its way, and no task or lease is left on the state bucket. `paused`: the rules are
   * disabled, so waiting tasks stay there.
   */
  atRest(paused: boolean): boolean {
    if (this.#running > 0 || this.#pending > 0 || (this.#behind.size > 0 && !paused)) return false;
    return [...this.#stateKeys].every((key) => paused && key.startsWith('waiting/'));
  }

  /** No scan of these pairs is asked for or running; no run continues one whose rules are gone. */
  scanned(pairs: readonly string[]): boolean {
    const isOfThese = (key: string): boolean => pairs.some((pair) => key.includes(pair));
    return ![...this.#scanKeys].some(isOfThese) && pairs.every((pair) => (this.#openScans.get(pair)?.size ?? 0) === 0);
  }

  #watchScans({ key, name }: CoreEvent): void {
    const created = name.startsWith('cos:ObjectCreated:');
    if (/^(scans|asked)\//.test(key)) {
      if (created) this.#scanKeys.add(key);
      else this.#scanKeys.delete(key);
    }
    const [, pair = '', scan, what] = /^pairs\/([^/]+)\/(?:([^/]+)\/)?(prepared|result)$/.exec(key) ?? [];
    const open = this.#openScans.get(pair) ?? new Set<string>();
    if (what === 'result') open.clear();
    else if (scan !== undefined && created) open.add(scan);
    else if (scan !== undefined) open.delete(scan);
    this.#openScans.set(pair, open);
  }

  async #watchMark(key: string): Promise<void> {
    const { cos, deployment } = this.#options;
    const name = key.slice(0, key.lastIndexOf('/'));
    const [down, up] = await Promise.all(
      ['down', 'up'].map(async (what) => {
        const body = (await cos.getObject(deployment.state, `${name}/${what}`))?.body;
        return body && (JSON.parse(Buffer.from(body).toString()) as { id: string; phase?: string });
      }),
    );
    if (down === undefined || (up?.id === down.id && up.phase === 'over')) this.#behind.delete(name);
    else this.#behind.add(name);
    this.marked ||= down !== undefined;
  }

  /** Fires each minute for as long as there is anything to sweep. */
  startTimer(): void {
    const { scheduler } = this.#options;
    scheduler.after(MINUTE, () => {
      if (this.#stateKeys.size > 0 || this.scanning || this.canarying || this.canaries > 0)
        this.#start('schedule', {}, RETRIES);
      this.startTimer();
    });
  }

  #deliver(event: CoreEvent): void {
    const { deployment, random, mail } = this.#options;
    if (event.bucket === deployment.state.bucket && /^(tasks|waiting|leases)\//.test(event.key)) {
      if (event.name.startsWith('cos:ObjectCreated:')) this.#stateKeys.add(event.key);
      else this.#stateKeys.delete(event.key);
    }
    if (event.bucket === deployment.state.bucket && event.key.startsWith(CANARIES)) {
      if (event.name.startsWith('cos:ObjectCreated:')) this.#canaries.add(event.key);
      else this.#canaries.delete(event.key);
    }
    if (event.bucket === deployment.state.bucket) this.#watchScans(event);
    if (event.bucket === deployment.state.bucket && event.key.startsWith(BEHIND)) void this.#watchMark(event.key);
    const to = targetOf(event, deployment);
    if (to === undefined) return;
    const { lost, doubled, late, latest, withVersionId } = mail();
    if (random() < lost) return;
    const copies = random() < doubled ? 2 : 1;
    for (let i = 0; i < copies; i += 1) {
      const delay = random() < late ? random() * latest : 20 + random() * 500;
      const named = random() < withVersionId;
      const message = messageOf(event, named);
      this.#pending += 1;
      this.#options.scheduler.after(delay, () => {
        this.#pending -= 1;
        const version = named ? event.versionId : 'without version ID';
        this.#options.note(`event ${event.name} ${event.bucket}/${event.key} ${version}`);
        this.#start(to, message, RETRIES);
      });
    }
  }

  #start(name: FunctionName, event: unknown, retries: number): void {
    const { scheduler, random, weather, refuses, deployment, note } = this.#options;
    this.#runs += 1;
    if (name !== 'schedule') this.started += 1;
    this.#running += 1;
    const number = this.#runs;
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
    const { source, state } = deployment;
    const sends = (): void => {
      this.requests += 1;
    };
    const runner = { scheduler, random, state, weather, refuses, sends, dead: () => over, kill: () => end(true) };
    const instance = this.#instance(name, runner);
    const { engine, now, live } = instance;
    const run: Run = {
      requestId: `run-${number}`,
      deadline: now() + TIME_LIMITS[name],
      log: (fields) => note(`${name} ${number} of ${source.bucket}: ${JSON.stringify(fields)}`),
    };
    scheduler.after(TIME_LIMITS[name], () => end(true));
    const handlers: Record<FunctionName, () => Promise<unknown>> = {
      replicate: () => replicate(engine, [source], event, run),
      task: () => runTasks(engine, state, event, run),
      scan: () => runScans(this.#scanDeps(engine), [source], event, run),
      schedule: () =>
        Promise.all([
          sweep(engine, run),
          this.scanning ? keep(this.#scanDeps(engine), [source], run) : undefined,
          live && foldLive(engine.deps, [source]),
          live && keepCanary(this.#canaryDeps(instance), source, run.deadline - CLOSING_MS),
        ]),
    };
    const work = handlers[name]();
    (live === undefined ? work : andTell(work, live)).then(
      () => {
        if (!over) this.#idle[name].push(instance);
        end(false);
      },
      (error: unknown) => {
        note(`${name} ${number} of ${source.bucket} failed: ${String(error)}`);
        end(true);
      },
    );
  }

  /** Few keys, so that a scan has several ranges even here. */
  #scanDeps(engine: Engine): ScanDeps {
    const { scheduler } = this.#options;
    const settings = { ...SCAN_DEFAULTS, rangeEntries: 4, rangesAtOnce: 2, keysAtOnce: 3 };
    return { engine, settings, sleep: (ms) => scheduler.sleep(ms) };
  }

  #canaryDeps({ engine }: Instance): CanaryDeps {
    const { cos } = engine.deps;
    const everyMs = this.canarying ? CANARY_EVERY_MS : NO_CANARY_MS;
    return { ...engine.deps, there: cos, rules: engine.rules, sleep: engine.sleep, everyMs };
  }

  #instance(name: FunctionName, runner: Runner): Instance {
    const { random, deployment, warm: often = WARM } = this.#options;
    const warm = random() < often ? this.#idle[name].pop() : undefined;
    if (warm !== undefined) {
      warm.runner = runner;
      return warm;
    }
    const unique = (): string => `${deployment.name}${(this.#unique += 1)}`;
    return createInstance(this.#options, { name, runner, unique });
  }
}
