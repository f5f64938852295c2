import { nodeHash, type Cos } from '../../shared/cos/index.ts';
import type { Keyring } from '../../shared/identity/index.ts';
import { createLiveTally, type LiveTally } from '../../shared/live/index.ts';
import { createEngine, createPartsCopier, type Engine, type Settings } from '../../shared/replication/index.ts';
import { overNetwork, type Runner } from './faulty.ts';
import type { Ledger } from './ledger.ts';
import type { FunctionName } from './mail.ts';
import { heard } from './mark-records.ts';
import type { Scheduler } from './scheduler.ts';
import type { Deployment } from './topology.ts';

/** The surroundings of all instances of one deployment. */
export interface Surroundings {
  /** The calls of this deployment as they take effect. */
  readonly cos: Cos;
  readonly ledger: Ledger;
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly deployment: Deployment;
  /** ms by which a function's clock may be wrong, either way. */
  readonly skew: number;
  /** Bytes from which on objects are left to the task function. */
  readonly inlineBytes: number;
  readonly settings: Partial<Settings>;
  readonly keyring: Keyring;
  /** Canaries may be sent, and instances count their copies. */
  readonly watched: boolean;
}

/** One instance of a function. It lives on from run to run, and so does the memory of the engine. */
export interface Instance {
  readonly engine: Engine;
  readonly now: () => number;
  readonly live: LiveTally | undefined;
  runner: Runner;
}

interface Started {
  readonly name: FunctionName;
  readonly runner: Runner;
  readonly unique: () => string;
}

/** A new instance of a function, with a clock of its own. */
export function createInstance(
  { cos, ledger, scheduler, random, deployment, skew, inlineBytes, settings, keyring, watched }: Surroundings,
  { name, runner, unique }: Started,
): Instance {
  const offset = (random() * 2 - 1) * skew;
  const now = () => scheduler.now + offset;
  // A run that is killed while it waits does not continue.
  const sleep = (ms: number): Promise<void> => {
    const sleeper = instance.runner;
    return new Promise((resolve) => scheduler.after(ms, () => !sleeper.dead() && resolve()));
  };
  // Several runs share an object that is too large for one run, however few its parts are.
  const inParts = createPartsCopier({ runs: 3, lanes: 2, from: inlineBytes, sleep });
  const { state } = deployment;
  const calls = heard(
    overNetwork(cos, () => instance.runner),
    ledger,
  );
  const live = watched ? createLiveTally({ cos: calls, state, now, unique }, name === 'scan') : undefined;
  const told: Partial<Settings> =
    live === undefined ? {} : { copied: (copy) => live.copied(copy), marked: (mark) => live.marked(mark) };
  const engine = createEngine({
    cos: calls,
    state,
    hash: nodeHash,
    keys: keyring,
    now,
    random,
    sleep,
    inParts: name === 'task' ? inParts : undefined,
    unique,
    settings: { inlineBytes: name === 'task' ? Number.POSITIVE_INFINITY : inlineBytes, ...settings, ...told },
  });
  const instance: Instance = { engine, now, live, runner };
  return instance;
}

/** The work, and then the notes of the instance about it. */
export async function andTell<T>(work: Promise<T>, live: LiveTally): Promise<T> {
  try {
    return await work;
  } finally {
    await live.settle();
  }
}
