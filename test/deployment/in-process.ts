import { replicate } from '../../functions/replicate/handler.ts';
import { sweep } from '../../functions/schedule/handler.ts';
import { runTasks } from '../../functions/task/handler.ts';
import type { Cos, Place } from '../../shared/cos/index.ts';
import { createPartsCopier, type Engine, type Settings, type Sharing } from '../../shared/replication/index.ts';
import { createRuleStore, type Rule, type RuleStore } from '../../shared/rules/index.ts';
import type { Run } from '../../shared/scf/index.ts';
import type { CoreEvent, Switches } from '../cloud/cos/index.ts';
import { engineOn } from './engine.ts';
import { messageOf } from './events.ts';
import { BACKUP, OTHER, SOURCE, START, STATE } from './places.ts';
import { stored } from './rules.ts';
import { createStorage, type Storage } from './storage.ts';
import { watched, type Watch } from './watched.ts';

export interface DeploymentOptions {
  readonly settings?: Partial<Settings>;
  /** Copies large objects in parts, as the task function does. Undefined: large objects are not copied. */
  readonly inParts?: Partial<Sharing>;
  readonly switches?: Partial<Switches>;
  /** The engine's random numbers, in [0, 1): they set how long failed work waits. */
  readonly random?: number;
}

const RUN_MS = 60_000;

/**
 * The buckets of a small deployment and its functions, in this process. The clock moves when a test or a wait moves it.
 */
export interface InProcess extends Storage {
  /** ms since 1970 */
  readonly clock: { ms: number };
  /** The calls past all watchers: those of somebody else. */
  readonly straight: Cos;
  readonly watch: Watch;
  readonly engine: Engine;
  /** The lines that the functions logged. */
  readonly logs: Readonly<Record<string, unknown>>[];
  /** Events of the source. */
  readonly events: CoreEvent[];
  /** Started functions `task` and `scan` that have not run yet. */
  readonly started: CoreEvent[];
  readonly scansStarted: CoreEvent[];
  /** The functions, in runs that the platform ends after `ms`. */
  readonly runFor: (ms?: number) => Run;
  /** The functions on a message, or at a tick of their timer. */
  onMessage(message: unknown, ms?: number): Promise<unknown>;
  onTask(name: string, ms?: number, place?: Place): Promise<unknown>;
  onTimer(ms?: number): Promise<unknown>;
  /** The tasks whose functions were started and have not run. */
  runStarted(): Promise<void>;
  /**
   * Through `store`, by default the engine's own. With another instance's, the engine does not know of the change yet.
   */
  setRules(rules: readonly Rule[], store?: RuleStore): Promise<void>;
  setRulesElsewhere(rules: readonly Rule[]): Promise<void>;
}

export function openInProcess(options: DeploymentOptions = {}): InProcess {
  const { settings = {}, switches = {}, inParts, random = 0.5 } = options;
  const clock = { ms: START };
  const now = (): number => clock.ms;
  const storage = createStorage({ now, versioned: [SOURCE, BACKUP, OTHER], plain: [STATE], switches });
  const events: CoreEvent[] = [];
  const started: CoreEvent[] = [];
  const scansStarted: CoreEvent[] = [];
  storage.core.onEvent((event) => {
    if (event.bucket === SOURCE.bucket) events.push(event);
    if (event.bucket !== STATE.bucket || !event.name.includes('Created')) return;
    if (event.key.startsWith('tasks/')) started.push(event);
    if (event.key.startsWith('scans/')) scansStarted.push(event);
  });
  const watch: Watch = { before: () => undefined, after: () => undefined };
  const cos = watched(storage.cos, watch);
  const sleep = async (ms: number): Promise<void> => {
    clock.ms += ms;
  };
  const engine = engineOn(cos, {
    now,
    random: () => random,
    sleep,
    settings,
    inParts: inParts && createPartsCopier({ sleep, ...inParts }),
  });
  const logs: Readonly<Record<string, unknown>>[] = [];
  const runFor = (ms = RUN_MS): Run => ({
    requestId: 'run',
    deadline: clock.ms + ms,
    log: (fields) => void logs.push(fields),
  });
  const onTask: InProcess['onTask'] = (name, ms, place = STATE) =>
    runTasks(engine, STATE, messageOf(place, name), runFor(ms));
  const setRules: InProcess['setRules'] = (rules, store = engine.rules) =>
    store.put(stored({ source: SOURCE, role: 'qcs::cam::uin/1:uin/1', rules, created: clock.ms }));
  return {
    ...storage,
    cos,
    straight: storage.cos,
    clock,
    watch,
    engine,
    logs,
    events,
    started,
    scansStarted,
    runFor,
    onMessage: (message, ms) => replicate(engine, [SOURCE], message, runFor(ms)),
    onTask,
    onTimer: (ms) => sweep(engine, runFor(ms)),
    runStarted: async () => {
      for (const { key } of started.splice(0)) await onTask(key);
    },
    setRules,
    setRulesElsewhere: (rules) => setRules(rules, createRuleStore({ cos: storage.cos, state: STATE, now })),
  };
}
