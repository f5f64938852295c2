import type { Cos, Place } from '../cos/index.ts';
import { createRuleStore, type RuleStore } from '../rules/index.ts';
import type { Hash } from '../signing/index.ts';
import { Leases, Tasks, type Task } from '../tasks/index.ts';
import { converge } from './converge.ts';
import { abortUploadsOf } from './act/multipart/uploads.ts';
import type { Settings } from './session.ts';
import type { Report, Work } from './types.ts';
import { VersioningWatch } from './act/versioning.ts';
import type { Keyring } from '../identity/index.ts';

/** ms kept free at the end of a run for writing down what is left. */
const CLOSING_MS = 5_000;

export interface EngineOptions {
  readonly cos: Cos;
  readonly state: Place;
  readonly hash: Hash;
  /** What markers are signed and verified with. */
  readonly keys: Keyring;
  /** ms since 1970. */
  readonly now: () => number;
  /** A fresh text of letters and digits, never given twice. */
  readonly unique: () => string;
  /** In [0, 1). */
  readonly random: () => number;
  readonly settings?: Partial<Settings>;
}

/** The engine of one function: everything a run needs, wired once per instance. */
export interface Engine {
  readonly rules: RuleStore;
  readonly tasks: Tasks;
  readonly leases: Leases;
  readonly now: () => number;
  readonly random: () => number;
  /**
   * `deadline`: when the platform ends the run, ms since 1970; work stops in time before it. `confirm` is asked before
   * anything is written, and throws where the rules of the work are no longer those that count.
   */
  readonly converge: (work: Work, deadline: number, confirm?: () => Promise<void>) => Promise<Report>;
  /** Aborts the uploads of tasks that are about to be dropped. */
  readonly abandon: (tasks: readonly Task[]) => Promise<void>;
}

/** The largest object that one request copies. */
const LARGEST_COPY = 5 * 2 ** 30;

/** Bytes of user metadata that COS takes for one object, and by its older documents. */
export const METADATA_LIMIT = 4096;
export const CAUTIOUS_METADATA_LIMIT = 2048;

const DEFAULTS: Settings = {
  settleMs: 60_000,
  metadataLimit: METADATA_LIMIT,
  inlineBytes: 256 * 2 ** 20,
  largeFrom: LARGEST_COPY,
  markerTold: () => false,
  sharedWith: () => undefined,
};

export function createEngine(options: EngineOptions): Engine {
  const { cos, state, hash, keys, now, unique, random } = options;
  const deps = { cos, state, hash, now, unique };
  const leases = new Leases(deps);
  const tasks = new Tasks(deps);
  const versioning = new VersioningWatch(cos, now);
  const settings = { ...DEFAULTS, ...options.settings };
  return {
    rules: createRuleStore({ cos, state, now }),
    tasks,
    leases,
    now,
    random,
    abandon: (dropped) => abortUploadsOf(cos, dropped),
    converge: (work, deadline, confirm) =>
      converge(
        { cos, hash, keys, now, unique, settings, versioning, leases, tasks },
        work,
        { stop: deadline - CLOSING_MS, end: deadline },
        confirm,
      ),
  };
}
