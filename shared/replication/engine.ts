import { formatPlace, type Cos, type Place } from '../cos/index.ts';
import { createRuleStore, type RuleStore } from '../rules/index.ts';
import type { Hash } from '../signing/index.ts';
import { BehindMarks, Knocks, Leases, Tasks, type StateDeps, type Task } from '../tasks/index.ts';
import { converge } from './converge.ts';
import { LARGEST_COPY } from './act/multipart/part-size.ts';
import { abortUploadsOf } from './act/multipart/uploads.ts';
import { copyHistory, isPlainHistory, prove, type History, type Listed, type Proof } from './listed.ts';
import type { Ending, Halt } from './halt.ts';
import type { DestinationClock } from './run/heads.ts';
import { inspect, type InspectQuery, type Shown } from './inspect.ts';
import type { PartsCopier } from './run/run.ts';
import type { EngineDeps, Settings } from './settings.ts';
import type { Report, Work } from './types.ts';
import { VersioningWatch } from './act/versioning.ts';
import type { Keyring } from '../identity/index.ts';
import { CLOCK_DOUBT_MS, CLOCK_LIFE_MS, CLOSING_MS, SETTLE_MS, SLOWEST_COPY } from '../durations/index.ts';

export interface EngineOptions {
  readonly cos: Cos;
  readonly state: Place;
  readonly hash: Hash;
  /** The keys that sign and verify markers. */
  readonly keys: Keyring;
  /** ms since 1970. */
  readonly now: () => number;
  /** Returns fresh letters and digits, never the same twice. */
  readonly unique: () => string;
  /** In [0, 1). */
  readonly random: () => number;
  /** ms; tests replace the real timers. */
  readonly sleep?: (ms: number) => Promise<void>;
  readonly settings?: Partial<Settings>;
  /** Made by `createPartsCopier`, for a function that has enough time for large objects. */
  readonly inParts?: PartsCopier | undefined;
}

export type Inspect = (work: Work, query: InspectQuery) => Promise<Shown | Ending | undefined>;

/**
 * Compares a key on both sides, version by version; writes nothing. Not part of the engine, because most functions
 * never use it.
 */
export function createInspect({
  deps,
  settings,
  keys,
  tasks,
}: Pick<Engine, 'deps' | 'settings' | 'keys' | 'tasks'>): Inspect {
  const { cos, state, hash } = deps;
  const [now, unique] = [() => deps.now(), () => deps.unique()];
  const versioning = new VersioningWatch(cos, now);
  const wired: EngineDeps = { cos, state, hash, keys, now, unique, settings, versioning, tasks, readOnly: true };
  return (work, query) => inspect(wired, work, query);
}

/** The engine of one function: everything that a run needs, wired once per instance. */
export interface Engine {
  /** Everything outside the engine that it was wired to. */
  readonly deps: StateDeps;
  readonly settings: Settings;
  /** The keys that sign and verify markers. */
  readonly keys: Keyring;
  readonly rules: RuleStore;
  readonly tasks: Tasks;
  readonly leases: Leases;
  /** The pairs that have failed so often that a scan repairs them. */
  readonly behind: BehindMarks;
  readonly knocks: Knocks;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /**
   * `deadline`: when the platform ends the run, in ms since 1970; work stops in time before it. `isInForce` is asked
   * before each write: are the rules of the work still in force? Never rejects.
   */
  readonly converge: (work: Work, deadline: number, isInForce?: () => Promise<boolean>) => Promise<Report>;
  /** Whether a listed key is right; writes nothing. Throws `ServiceError`. */
  readonly prove: (work: Work, listed: Listed, deadline: number) => Promise<Proof | Ending>;
  /**
   * Copies the history of a key that has nothing at the destination, without a lease. `unfit` leaves the key to
   * `converge`. Throws `ServiceError`.
   */
  readonly copyHistory: (
    work: Work,
    listed: Listed,
    deadline: number,
    isInForce: () => Promise<boolean>,
  ) => Promise<History | Halt>;
  /** Aborts the uploads of tasks that are about to be dropped. */
  readonly abandon: (tasks: readonly Task[]) => Promise<void>;
}

/** Bytes of user metadata that COS accepts for one object; and the limit of its older documents. */
export const METADATA_LIMIT = 4096;
export const CAUTIOUS_METADATA_LIMIT = 2048;

export const DEFAULT_SETTINGS: Settings = {
  settleMs: SETTLE_MS,
  metadataLimit: METADATA_LIMIT,
  inlineBytes: 256 * 2 ** 20,
  largeFrom: LARGEST_COPY,
  slowestCopy: SLOWEST_COPY,
  crowdedFrom: 1000,
  failuresInARow: 20,
  markerTold: () => false,
  sharedWith: () => undefined,
  copied: () => undefined,
  marked: () => undefined,
};

const realSleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function createEngine(options: EngineOptions): Engine {
  const { cos, state, hash, keys, now, unique, random, sleep = realSleep, inParts } = options;
  const deps = { cos, state, hash, now, unique };
  const leases = new Leases(deps);
  const knocks = new Knocks(deps);
  const tasks = new Tasks(deps);
  const versioning = new VersioningWatch(cos, now);
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const clocks = new Map<string, DestinationClock>();
  const clockOf = (place: Place): DestinationClock => {
    const name = formatPlace(place);
    const known = clocks.get(name) ?? { seen: undefined };
    clocks.set(name, known);
    // The clock may have drifted, or the instance may have been frozen since.
    if (known.seen !== undefined && Math.abs(now() - known.seen.at) > CLOCK_LIFE_MS) known.seen = undefined;
    return known;
  };
  const wired: EngineDeps = { cos, state, hash, keys, now, unique, settings, versioning, tasks };
  return {
    deps,
    settings,
    keys,
    rules: createRuleStore({ cos, state, now }),
    tasks,
    leases,
    behind: new BehindMarks(deps, settings.failuresInARow),
    knocks,
    now,
    random,
    sleep,
    prove: (work, listed, deadline) => prove(wired, work, listed, deadline - CLOSING_MS),
    copyHistory: async (work, listed, deadline, isInForce) => {
      // A function's clock may be slightly ahead of COS's.
      const settledBefore = now() - settings.settleMs - CLOCK_DOUBT_MS;
      return isPlainHistory(wired, work, listed, settledBefore)
        ? copyHistory(wired, work, listed, { stop: deadline - CLOSING_MS, isInForce, clock: clockOf(work.destination) })
        : { kind: 'unfit' };
    },
    abandon: (dropped) => abortUploadsOf(cos, dropped),
    converge: (work, deadline, isInForce) =>
      converge(
        { ...wired, leases, knocks, sleep, inParts },
        work,
        { stop: deadline - CLOSING_MS, end: deadline },
        isInForce,
      ),
  };
}
