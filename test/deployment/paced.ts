import { replicate } from '../../functions/replicate/handler.ts';
import { runScans } from '../../functions/scan/handler.ts';
import { sweep } from '../../functions/schedule/handler.ts';
import { keep } from '../../functions/schedule/scans.ts';
import { runTasks } from '../../functions/task/handler.ts';
import { CosError, nodeHash, type Cos, type Place } from '../../shared/cos/index.ts';
import { nextStep } from '../../shared/cos/retry.ts';
import type { Engine } from '../../shared/replication/index.ts';
import { createRuleStore, type Rule } from '../../shared/rules/index.ts';
import { SCAN_DEFAULTS, PairStore, type ScanSettings } from '../../shared/scan/index.ts';
import type { Run } from '../../shared/scf/index.ts';
import { messageOf, targetOf, type FunctionName } from '../chaos/mail.ts';
import { Scheduler, seeded } from '../chaos/scheduler.ts';
import type { CoreEvent, Version } from '../cloud/cos/index.ts';
import { engineOn } from './engine.ts';
import { BACKUP, SOURCE, START, STATE } from './places.ts';
import { stored } from './rules.ts';
import { createStorage } from './storage.ts';

const DEPLOYMENT = { name: 'a', source: SOURCE, state: STATE, links: [] };
/** The least and the greatest duration of a request, and the time until an event has started an instance, in ms. */
const REQUEST_MS = [30, 50] as const;
const EVENT_MS = 100;
const MINUTE_MS = 60_000;
/** The deployed limits: ms of a run, and instances at once. Functions that are not named share the account's limit. */
const LIMITS: Readonly<Record<FunctionName, number>> = {
  replicate: 60_000,
  task: 900_000,
  scan: 900_000,
  schedule: 55_000,
};
const INSTANCES: Partial<Record<FunctionName, number>> = { scan: 16 };
/** Attempts of a read, as the client has them. */
const TRIES = 4;
/** The unit of the bucket's limit on requests: this part of a second. */
const BURST = 0.1;

export interface PacedOptions {
  readonly rules: readonly Rule[];
  readonly scan?: Partial<ScanSettings>;
  /** Requests that a bucket takes in a second, at this moment; further ones are refused with `SlowDown`. */
  readonly perSecond: number | (() => number);
  /** Called with the ID of each version of the source when it first arrives at the destination. */
  readonly onArrival?: (versionId: string) => void;
}

export interface PacedDeployment {
  readonly scheduler: Scheduler;
  readonly store: PairStore;
  /** Requests so far, and the refused ones among them, by the function that made them. */
  readonly requests: Readonly<Record<FunctionName, number>>;
  readonly refused: Readonly<Record<FunctionName, number>>;
  /** Runs so far, and those that the platform had to end. */
  readonly runs: Readonly<Record<FunctionName, number>>;
  readonly killed: () => number;
  /** Instances of `scan` that are running. */
  readonly scanning: () => number;
  /** ms since 1970 at which a version of the source first arrived at the destination, by its ID. */
  readonly arrived: ReadonlyMap<string, number>;
  /** A user's upload. COS sends its event unless `silent`. */
  put(key: string, silent?: boolean): Version;
  /** The versions of exactly this key, newest first. */
  versions(place: Place, key: string): readonly Version[];
  /** `schedule` runs each minute from now on. */
  begin(): void;
}

/**
 * The functions with the quotas of serverless.yml, on buckets with a limit on requests a second, in virtual time. Each
 * request takes its time, each instance has its own memory, and a run that lasts too long is cut off.
 */
export async function pacedDeployment({
  rules,
  scan = {},
  perSecond,
  onArrival = () => undefined,
}: PacedOptions): Promise<PacedDeployment> {
  const scheduler = new Scheduler(START);
  const now = (): number => scheduler.now;
  const random = seeded(1);
  const storage = createStorage({ now, versioned: [SOURCE, BACKUP], plain: [STATE] });
  const { core, blobs, cos: straight } = storage;
  const ruleSet = stored({ source: SOURCE, role: 'qcs::cam::uin/1:uin/1', rules, created: START });
  await createRuleStore({ cos: straight, state: STATE, now }).put(ruleSet);

  const zeros = () => ({ replicate: 0, task: 0, scan: 0, schedule: 0 });
  const [requests, refused, runs] = [zeros(), zeros(), zeros()];
  let [unique, killed] = [0, 0];
  const sleep = (ms: number): Promise<void> => scheduler.sleep(ms);
  const takes = limiter(typeof perSecond === 'number' ? () => perSecond : perSecond, now);

  /** The calls of one instance. They never answer once its run is over. */
  const callsOf = (name: FunctionName, instance: Instance): Cos => {
    const once = async (method: keyof Cos, args: readonly unknown[]): Promise<unknown> => {
      requests[name] += 1;
      // Requests of equal duration would fall into step, and only some of them would ever be refused.
      await sleep(REQUEST_MS[0] + random() * (REQUEST_MS[1] - REQUEST_MS[0]));
      if (instance.isOver) return new Promise(() => undefined);
      const place = args[0] as Place;
      if (!takes(place.bucket)) {
        refused[name] += 1;
        const details = { code: 'SlowDown', status: 503, retryable: true, outcome: 'none' } as const;
        throw new CosError({ method, place, key: '' }, 'too many requests', details);
      }
      return (straight[method] as (...all: readonly unknown[]) => Promise<unknown>)(...args);
    };
    const call = async (method: keyof Cos, args: readonly unknown[]): Promise<unknown> => {
      const effect = /^(head|get|list|is|has)/.test(method) ? 'read' : 'write';
      for (let history = { tries: 0, stale: false, skewed: false }; ;) {
        try {
          return await once(method, args);
        } catch (error) {
          if (!(error instanceof CosError)) throw error;
          const attempt = { ok: false, error, hint: undefined } as const;
          const step = nextStep(effect, attempt, history, { tries: TRIES, random });
          if (step === undefined) throw error;
          history = step.history;
          await sleep(step.delay);
        }
      }
    };
    const names = Object.keys(straight) as (keyof Cos)[];
    return Object.fromEntries(
      names.map((method) => [method, (...args: readonly unknown[]) => call(method, args)]),
    ) as unknown as Cos;
  };
  const engineOf = (name: FunctionName, instance: Instance): Engine =>
    engineOn(callsOf(name, instance), {
      now,
      unique: () => `u${String((unique += 1)).padStart(17, '0')}`,
      random,
      sleep,
      settings: { markerTold: () => true },
    });

  const idle: Record<FunctionName, Instance[]> = { replicate: [], task: [], scan: [], schedule: [] };
  const waiting: Record<FunctionName, (() => void)[]> = { replicate: [], task: [], scan: [], schedule: [] };
  const atWork = zeros();
  const start = (name: FunctionName, work: (engine: Engine, run: Run) => Promise<unknown>): void => {
    if (atWork[name] >= (INSTANCES[name] ?? Number.POSITIVE_INFINITY)) {
      waiting[name].push(() => start(name, work));
      return;
    }
    runs[name] += 1;
    atWork[name] += 1;
    const instance: Instance = idle[name].pop() ?? { isOver: false, engine: undefined };
    const engine = (instance.engine ??= engineOf(name, instance));
    const run = { requestId: 'run', deadline: now() + LIMITS[name], log: () => undefined };
    let hasEnded = false;
    const end = (isKilled: boolean): void => {
      if (hasEnded) return;
      hasEnded = true;
      atWork[name] -= 1;
      if (isKilled) {
        killed += 1;
        instance.isOver = true;
      } else idle[name].push(instance);
      waiting[name].shift()?.();
    };
    scheduler.after(LIMITS[name], () => end(true));
    work(engine, run).then(
      () => end(false),
      () => end(false),
    );
  };
  const scanDeps = (engine: Engine) => ({ engine, settings: { ...SCAN_DEFAULTS, ...scan }, sleep });
  const deliver = (event: CoreEvent): void => {
    const name = targetOf(event, DEPLOYMENT);
    const message = messageOf(event, true);
    if (name === 'replicate') start(name, (engine, run) => replicate(engine, [SOURCE], message, run));
    if (name === 'task') start(name, (engine, run) => runTasks(engine, STATE, message, run));
    if (name === 'scan') start(name, (engine, run) => runScans(scanDeps(engine), [SOURCE], message, run));
  };
  let isSilent = false;
  // A scan copies a replica again where an older version must go below it, so the last replica's time is not the lag.
  const arrived = new Map<string, number>();
  core.onEvent((event) => {
    const of = event.bucket === BACKUP.bucket ? event.meta['replication-source']?.split('/').at(-1) : undefined;
    if (of !== undefined && !arrived.has(of)) {
      arrived.set(of, now());
      onArrival(of);
    }
    if (!isSilent) scheduler.after(EVENT_MS, () => deliver(event));
  });
  const timer = (): void => {
    start('schedule', (engine, run) => Promise.all([sweep(engine, run), keep(scanDeps(engine), [SOURCE], run)]));
    scheduler.after(MINUTE_MS, timer);
  };
  const body = blobs.fromBytes(Buffer.from('x'));
  return {
    scheduler,
    store: new PairStore({ cos: straight, state: STATE, hash: nodeHash }, { source: SOURCE, destination: BACKUP }),
    requests,
    refused,
    runs,
    killed: () => killed,
    scanning: () => atWork.scan,
    put: (key, silent = false) => {
      isSilent = silent;
      const version = storage.upload(SOURCE, key, body);
      isSilent = false;
      return version;
    },
    arrived,
    versions: ({ bucket, region }, key) => {
      const all: Version[] = [];
      for (let from: object | undefined = {}; from !== undefined;) {
        const page: ReturnType<typeof core.listVersions> = core.listVersions(bucket, region, { prefix: key, ...from });
        all.push(...page.entries.filter((version) => version.key === key));
        const { nextKeyMarker: keyMarker = '', nextVersionIdMarker: versionIdMarker = '' } = page;
        from = page.truncated && keyMarker === key ? { keyMarker, versionIdMarker } : undefined;
      }
      return all;
    },
    begin: timer,
  };
}

interface Instance {
  isOver: boolean;
  engine: Engine | undefined;
}

/** Whether the bucket takes one more request at this moment. */
function limiter(perSecond: () => number, now: () => number): (bucket: string) => boolean {
  const left = new Map<string, { tokens: number; at: number }>();
  return (bucket) => {
    const rate = perSecond();
    const most = rate * BURST;
    const { tokens, at } = left.get(bucket) ?? { tokens: most, at: now() };
    const has = Math.min(most, tokens + ((now() - at) * rate) / 1000);
    left.set(bucket, { tokens: has >= 1 ? has - 1 : has, at: now() });
    return has >= 1;
  };
}
