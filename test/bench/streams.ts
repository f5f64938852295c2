import { runTasks } from '../../functions/task/handler.ts';
import { sweep } from '../../functions/schedule/handler.ts';
import { nodeHash, type Cos, type Place } from '../../shared/cos/index.ts';
import { createPartsCopier, type Engine, type Sharing } from '../../shared/replication/index.ts';
import { createRuleStore } from '../../shared/rules/index.ts';
import type { Run } from '../../shared/scf/index.ts';
import { Tasks } from '../../shared/tasks/index.ts';
import {
  BACKUP,
  createStorage,
  engineOn,
  SOURCE,
  START,
  STATE,
  stored,
  uploadLarge,
  wholeBucket,
} from '../deployment/index.ts';
import { messageOf } from '../chaos/mail.ts';
import { Scheduler } from '../chaos/scheduler.ts';
import type { Core, CoreEvent, Version } from '../cloud/cos/index.ts';

/** Bytes a second of one copy from region to region. */
export const STREAM = 20_000_000;
/** ms of a request, without the bytes that it copies, and ms until an event has started an instance. */
const REQUEST_MS = 50;
const EVENT_MS = 1_000;
const MINUTE_MS = 60_000;
/** ms after which the platform ends a run of `task`. */
const TIME_LIMIT_MS = 15 * MINUTE_MS;
/** ms after which unfinished work will never end. */
const PATIENCE_MS = 24 * 60 * MINUTE_MS;

/** Faults, by the numbers of runs and of events that ask for help, in their order; the first is 1. */
export interface StreamFaults {
  /** The run that is killed when it copies its n-th part. */
  readonly kill?: { readonly run: number; readonly part: number };
  /** Events for help that never arrive. */
  readonly lost?: readonly number[];
  /** ms by which events for help are late. */
  readonly late?: Readonly<Record<number, number>>;
  /** Each event for help comes twice. */
  readonly doubled?: boolean;
  /** Somebody overwrites the source with other bytes when this many parts are copied. */
  readonly overwriteAt?: number;
}

export interface StreamResult {
  /** Seconds from the task until the object is at the destination, in virtual time. */
  readonly seconds: number;
  /** The seconds among them since the beginning of the first part. */
  readonly copying: number;
  /** Runs of `task`, and how often one asked for help. */
  readonly runs: number;
  readonly helps: number;
  /** Requests by the name of their call. */
  readonly requests: Readonly<Record<string, number>>;
  /** Versions at the destination, newest first, and whether each source version has exactly one with its bytes. */
  readonly replicas: readonly Version[];
  readonly sources: readonly Version[];
  /** State objects and open uploads that the work has left. */
  readonly left: readonly string[];
}

/** Copies one object of this many bytes with the real functions and engine, in virtual time. Bytes take no memory. */
export async function copyInStreams(
  size: number,
  sharing: Partial<Sharing> = {},
  faults: StreamFaults = {},
): Promise<StreamResult> {
  const scheduler = new Scheduler(START);
  const now = (): number => scheduler.now;
  const storage = createStorage({ now, versioned: [SOURCE, BACKUP], plain: [STATE] });
  const { core, cos } = storage;
  const rule = wholeBucket(BACKUP, { start: START, deleteMarkersSince: START });
  const rules = createRuleStore({ cos, state: STATE, now });
  await rules.put(stored({ source: SOURCE, role: 'qcs::cam::uin/1:uin/1', rules: [rule], created: START }));

  const source = uploadLarge(storage, 'k', size);
  const functions = startFunctions({
    core,
    cos,
    scheduler,
    sharing,
    faults,
    overwrite: () => uploadLarge(storage, 'k', size, { letter: 'b' }),
  });
  const facts = {
    floor: 0,
    since: Number.POSITIVE_INFINITY,
    hints: [source.versionId],
    cause: 'HandOver',
    attempts: 0,
  };
  const tasks = new Tasks({ cos, state: STATE, hash: nodeHash, now, unique: () => 'first' });
  await tasks.submit({ source: SOURCE, destination: BACKUP, key: 'k', ...facts, first: now() });

  const versions = ({ bucket, region }: Place) => core.listVersions(bucket, region, { prefix: 'k' }).entries;
  const left = (): readonly string[] => [
    ...core.listObjects(STATE.bucket, STATE.region, {}).entries.map(({ key }) => key),
    ...core.listUploads(BACKUP.bucket, BACKUP.region, {}).uploads.map(({ uploadId }) => uploadId),
  ];
  const work = () => left().filter((key) => !/^(rules|status|examined)\//.test(key));
  let seconds = Number.NaN;
  await scheduler.runUntil(() => {
    if (Number.isNaN(seconds) && versions(BACKUP).length > 0) seconds = (now() - START) / 1000;
    return (!Number.isNaN(seconds) && work().length === 0 && functions.running() === 0) || now() > START + PATIENCE_MS;
  });
  const result = { replicas: versions(BACKUP), sources: versions(SOURCE), left: work() };
  await storage.close();
  return {
    seconds,
    copying: seconds - functions.first() / 1000,
    runs: functions.runs(),
    helps: functions.helps(),
    requests: functions.requests,
    ...result,
  };
}

interface FunctionsOptions {
  readonly core: Core;
  readonly cos: Cos;
  readonly scheduler: Scheduler;
  readonly sharing: Partial<Sharing>;
  readonly faults: StreamFaults;
  readonly overwrite: () => void;
}

/**
 * `task`, started by events of the state bucket, and `schedule`, started by the clock. Each run has an instance of its
 * own.
 */
function startFunctions({ core, cos, scheduler, sharing, faults, overwrite }: FunctionsOptions) {
  const requests: Record<string, number> = {};
  const now = (): number => scheduler.now;
  let [unique, runs, running, helps, first] = [0, 0, 0, 0, Number.NaN];

  const count = (name: string): void => {
    requests[name] = (requests[name] ?? 0) + 1;
    if (name === 'uploadPartCopy' && requests[name] === 1) first = now() - START;
    if (name === 'uploadPartCopy' && requests[name] === faults.overwriteAt) overwrite();
  };
  const engineOf = (over: (parts: number) => boolean): Engine => {
    let parts = 0;
    const call = async (name: keyof Cos, args: readonly unknown[]): Promise<unknown> => {
      count(name);
      let bytes = 0;
      if (name === 'uploadPartCopy') {
        const { range } = args[2] as Parameters<Cos['uploadPartCopy']>[2];
        bytes = range[1] - range[0] + 1;
        parts += 1;
      }
      await scheduler.sleep(REQUEST_MS + (1000 * bytes) / STREAM);
      // The calls of an ended instance never answer.
      if (over(parts)) return new Promise(() => undefined);
      return (cos[name] as (...all: readonly unknown[]) => Promise<unknown>)(...args);
    };
    const names = Object.keys(cos) as (keyof Cos)[];
    const slow = Object.fromEntries(names.map((name) => [name, (...args: readonly unknown[]) => call(name, args)]));
    const sleep = (ms: number): Promise<void> => scheduler.sleep(ms);
    return engineOn(slow as unknown as Cos, {
      now,
      unique: () => `u${(unique += 1)}`,
      sleep,
      settings: { inlineBytes: Number.POSITIVE_INFINITY },
      inParts: createPartsCopier({ sleep, ...sharing }),
    });
  };
  const runOf = (limit: number): Run => ({ requestId: 'run', deadline: now() + limit, log: () => undefined });
  const start = (event: CoreEvent): void => {
    runs += 1;
    running += 1;
    const number = runs;
    let over = false;
    const end = (): void => {
      if (!over) running -= 1;
      over = true;
    };
    scheduler.after(TIME_LIMIT_MS, end);
    const engine = engineOf((parts) => {
      if (faults.kill?.run === number && parts >= faults.kill.part) end();
      return over;
    });
    runTasks(engine, STATE, messageOf(event, false), runOf(TIME_LIMIT_MS)).then(end, end);
  };
  core.onEvent((event) => {
    if (event.bucket !== STATE.bucket || !event.key.startsWith('tasks/') || !event.name.includes('Created')) return;
    const isHelp = event.key.startsWith('tasks/parts/');
    if (isHelp) helps += 1;
    if (isHelp && faults.lost?.includes(helps) === true) return;
    const delay = EVENT_MS + (isHelp ? (faults.late?.[helps] ?? 0) : 0);
    const times = isHelp && faults.doubled === true ? 2 : 1;
    for (let i = 0; i < times; i += 1) scheduler.after(delay + i, () => start(event));
  });
  const timer = (): void =>
    scheduler.after(MINUTE_MS, () => {
      void sweep(
        engineOf(() => false),
        runOf(MINUTE_MS),
      );
      timer();
    });
  timer();
  return { requests, first: () => first, runs: () => runs, helps: () => helps, running: () => running };
}
