import { CosError, type Place } from '../../shared/cos/index.ts';
import type { Settings } from '../../shared/replication/index.ts';
import type { Rule } from '../../shared/rules/index.ts';
import { requestedTask, type Task } from '../../shared/tasks/index.ts';
import type { Attributes, Version } from '../cloud/cos/index.ts';
import { rule } from '../shared/rules/sample.ts';
import { messageOf, recordOf, type HandMade } from './events.ts';
import { openInProcess } from './in-process.ts';
import { BACKUP, SOURCE, STATE } from './places.ts';
import { isForWork, keyIn, placeIn, type Watcher } from './watched.ts';

export const KEY = 'photos/a b.jpg';
/** ms after which listings are taken as complete. */
export const SETTLED = 120_000;

export const RULE = rule({ destination: BACKUP });

/** The answer of a busy destination to a write, which has no effect by default. */
export const refusal = (outcome: 'none' | 'unknown' = 'none', code = 'SlowDown') =>
  new CosError({ method: 'PUT', place: BACKUP, key: KEY }, 'refused', { code, status: 503, retryable: true, outcome });

/** Called with each request, by name and bucket: `copyObject backup`. */
type Hook = (call: string, key: string) => void | Promise<void>;

/** An event of one key, by default of the source. */
type Event = Partial<HandMade>;

/** The deployment for tests of one key. A test sends it an event and looks at the replicas. */
export async function deployment(settings: Partial<Settings> = {}, rules: readonly Rule[] = [RULE]) {
  // The error of a 404, as COS sends it and as the engine sees it.
  const base = openInProcess({ settings, switches: { markerOn404: settings.markerTold !== undefined } });
  const { clock, engine, watch } = base;
  const requests: string[] = [];
  let hook: Hook = () => undefined;
  watch.before = (name, args) => {
    if (isForWork(name, args)) requests.push(callOf(name, args));
    return hook(callOf(name, args), keyIn(args));
  };
  await base.setRules(rules);
  // Gives the function the cache that an earlier run would have left; that run reads the rules once more.
  await engine.rules.getBoth(SOURCE).fresh;

  /** Requests of this work, without those that read the rules. */
  const counting = async <T>(work: () => Promise<T>): Promise<T> => {
    requests.length = 0;
    return work();
  };
  const record = ({ key = KEY, place = SOURCE, ...more }: Event) => recordOf({ key, place, ...more });

  return {
    ...base,
    requests,
    listings: () => requests.filter((call) => call.startsWith('list')).length,
    /** Called before a request takes effect; throws to make it fail. */
    onRequest: (next: Hook) => {
      hook = next;
    },
    /** Called after the request has taken effect; throws to lose its answer. */
    onAnswer: (next: Hook) => {
      watch.after = (name, args) => next(callOf(name, args), keyIn(args));
    },
    put: (text: string, attributes: Partial<Attributes> = {}, place = SOURCE, key = KEY): Version =>
      base.upload(place, key, text, attributes),
    remove: (versionId?: string, place = SOURCE, key = KEY) => base.erase(place, key, versionId),
    replicate: (...events: readonly Event[]) => counting(() => base.onMessage({ Records: events.map(record) })),
    raw: (event: unknown) => counting(() => base.onMessage(event)),
    runTask: (name: string, place = STATE) => counting(() => base.onTask(name, undefined, place)),
    /** The event of COS when an object of the state bucket is written. */
    eventOf: (key: string) => messageOf(STATE, key),
    sweep: () => counting(() => base.onTimer()),
    /** Asks for the key, as a reattempt does. */
    ask: async (change: Partial<Task> = {}): Promise<void> => {
      const target = { source: SOURCE, destination: BACKUP, key: KEY };
      await engine.tasks.submit({ ...requestedTask(target, clock.ms), ...change });
      await base.runStarted();
    },
    /** Some hours pass, in which all waiting work is tried. */
    later: async (): Promise<void> => {
      for (let i = 0; i < 6; i += 1) {
        clock.ms += 30 * SETTLED;
        await base.onTimer();
        await base.runStarted();
      }
    },
    state: (prefix = ''): readonly string[] => base.keys(STATE, prefix),
    pending: async (name: string) => (await engine.tasks.load(name))?.task,
    /** Newest first: `M` for a delete marker, else the source version that a replica was made from, else `user`. */
    stack: (place: Place = BACKUP, key = KEY): readonly string[] =>
      base
        .versions(place, key)
        .map((entry) =>
          entry.deleteMarker ? 'M' : (entry.attributes.meta['replication-source']?.split('/').at(-1) ?? 'user'),
        ),
  };
}

export type Deployment = Awaited<ReturnType<typeof deployment>>;

const callOf = (...[name, args]: Parameters<Watcher>): string => `${name} ${placeIn(args).bucket.split('-')[0]}`;
