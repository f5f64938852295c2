import { replicate } from '../../functions/replicate/handler.ts';
import { sweep } from '../../functions/schedule/handler.ts';
import { runTasks } from '../../functions/task/handler.ts';
import { CosError, nodeHash, type Cos, type Place } from '../../shared/cos/index.ts';
import { createEngine, type Settings } from '../../shared/replication/index.ts';
import { createRuleStore, type Rule, type RuleStore } from '../../shared/rules/index.ts';
import type { Run } from '../../shared/scf/index.ts';
import { requestedTask, type Task } from '../../shared/tasks/index.ts';
import { createCoreCos, plain } from './core-cos.ts';
import { createBlobStore, createCore, type Attributes, type CoreEvent, type Version } from '../cloud/cos/index.ts';
import { stored } from './rules.ts';
import { rule } from '../shared/rules/sample.ts';
import { KEYS } from '../shared/identity/keys.ts';

export const SOURCE: Place = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
export const BACKUP: Place = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
export const OTHER: Place = { bucket: 'other-1250000000', region: 'ap-beijing' };
export const STATE: Place = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };
const START = Date.UTC(2026, 0, 1);
export const KEY = 'photos/a b.jpg';
/** ms after which listings are taken as complete. */
export const SETTLED = 120_000;
const RUN_MS = 60_000;

export const RULE = rule({ destination: BACKUP });

/** What a busy destination says to a write, which has taken no effect unless told otherwise. */
export const refusal = (outcome: 'none' | 'unknown' = 'none', code = 'SlowDown') =>
  new CosError({ method: 'PUT', place: BACKUP, key: KEY }, 'refused', { code, status: 503, retryable: true, outcome });

/** Runs before a request takes effect, on its name: `copyObject backup`; throws to make it fail. */
type Hook = (call: string, key: string) => void | Promise<void>;

interface Event {
  readonly name?: string;
  readonly key?: string;
  /** '': the event carries none. */
  readonly vid?: string;
  readonly version?: Version;
  readonly place?: Place;
}

/** The buckets of a small deployment and its functions, without HTTP; a test turns the clock by hand. */
export async function deployment(settings: Partial<Settings> = {}, rules: readonly Rule[] = [RULE]) {
  const clock = { ms: START };
  // What a 404 says, and what the engine was told that it says, are the same.
  const switches = { markerOn404: settings.markerTold !== undefined };
  const core = createCore({ now: () => clock.ms, random: () => 0.5, switches });
  for (const place of [SOURCE, BACKUP, OTHER, STATE]) core.createBucket(place.bucket, place.region);
  for (const place of [SOURCE, BACKUP, OTHER]) core.putVersioning(place.bucket, place.region, 'Enabled');
  const blobs = createBlobStore();
  const straight = createCoreCos(core, blobs, () => clock.ms);
  const requests: string[] = [];
  const logs: unknown[] = [];
  const started: CoreEvent[] = [];
  core.onEvent((event) => {
    if (event.bucket === STATE.bucket && event.key.startsWith('tasks/') && event.name.includes('Created'))
      started.push(event);
  });
  let hook: Hook = () => undefined;
  let answered: Hook = () => undefined;
  let unique = 0;

  const cos = new Proxy(straight, {
    get:
      (target, name: keyof Cos) =>
      async (place: Place, ...rest: readonly unknown[]) => {
        const call = `${name} ${place.bucket.split('-')[0]}`;
        const key = typeof rest[0] === 'string' ? rest[0] : '';
        // Rules and the versioning of the destination are asked for beside the work and cost it no time.
        if (!key.startsWith('rules/') && name !== 'getVersioning') requests.push(call);
        await hook(call, key);
        const result = await (target[name] as (...args: readonly unknown[]) => Promise<unknown>)(place, ...rest);
        await answered(call, key);
        return result;
      },
  });
  const engine = createEngine({
    cos,
    state: STATE,
    hash: nodeHash,
    keys: KEYS,
    now: () => clock.ms,
    unique: () => `u${(unique += 1)}`,
    random: () => 0.5,
    sleep: async (ms) => {
      clock.ms += ms;
    },
    settings,
  });
  const run = (): Run => ({ requestId: 'run', deadline: clock.ms + RUN_MS, log: (fields) => logs.push(fields) });
  const request = { requestId: 'user' };
  const storeIn = (rules: RuleStore, list: readonly Rule[]): Promise<void> =>
    rules.put(stored({ source: SOURCE, role: 'qcs::cam::uin/1:uin/1', rules: list, created: clock.ms }));
  const setRules = (list: readonly Rule[]): Promise<void> => storeIn(engine.rules, list);
  await setRules(rules);
  // What a function that has run before knows; the first run reads the rules once more.
  await engine.rules.getBoth(SOURCE).fresh;

  /** Requests that this work made, without the reading of rules. */
  const counting = async <T>(work: () => Promise<T>): Promise<T> => {
    requests.length = 0;
    return work();
  };

  const runStarted = async (): Promise<void> => {
    for (const { key } of started.splice(0))
      await runTasks(engine, STATE, { Records: [recordOf({ key, place: STATE, vid: '' })] }, run());
  };

  return {
    clock,
    core,
    engine,
    logs,
    requests,
    /** Starts of the `task` function. */
    started,
    listings: () => requests.filter((call) => call.startsWith('list')).length,
    onRequest: (next: Hook) => {
      hook = next;
    },
    /** After the request has taken effect; throws to lose its answer. */
    onAnswer: (next: Hook) => {
      answered = next;
    },
    setRules,
    /** By another instance: this one does not know. */
    setRulesElsewhere: (list: readonly Rule[]): Promise<void> =>
      storeIn(createRuleStore({ cos: straight, state: STATE, now: () => clock.ms }), list),
    put: (text: string, attributes: Partial<Attributes> = {}, place = SOURCE, key = KEY): Version =>
      core.putObject(place.bucket, place.region, key, blobs.fromBytes(Buffer.from(text)), plain(attributes), request),
    remove: (versionId?: string, place = SOURCE, key = KEY) =>
      core.deleteObject(place.bucket, place.region, key, versionId, request),
    replicate: (...events: readonly Event[]) =>
      counting(() => replicate(engine, [SOURCE], { Records: events.flatMap((event) => recordOf(event)) }, run())),
    raw: (event: unknown) => counting(() => replicate(engine, [SOURCE], event, run())),
    runTask: (name: string, place = STATE) =>
      counting(() => runTasks(engine, STATE, { Records: [recordOf({ key: name, place, vid: '' })] }, run())),
    /** What COS sends when an object of the state bucket is written. */
    eventOf: (key: string) => ({ Records: [recordOf({ key, place: STATE, vid: '' })] }),
    /** The tasks whose functions were started and have not run. */
    runStarted,
    sweep: () => counting(() => sweep(engine, run())),
    /** What a reattempt of the key does. */
    ask: async (change: Partial<Task> = {}): Promise<void> => {
      const target = { source: SOURCE, destination: BACKUP, key: KEY };
      await engine.tasks.submit({ ...requestedTask(target, clock.ms), ...change });
      await runStarted();
    },
    /** Some hours go by, in which all that waits has its turn. */
    later: async (): Promise<void> => {
      for (let i = 0; i < 6; i += 1) {
        clock.ms += 30 * SETTLED;
        await sweep(engine, run());
        await runStarted();
      }
    },
    state: (prefix = ''): readonly string[] =>
      core.listObjects(STATE.bucket, STATE.region, { prefix }).entries.map((entry) => entry.key),
    pending: async (name: string) => (await engine.tasks.load(name))?.task,
    /** Newest first: `M` a delete marker, else the source version a replica was made of, else `user`. */
    stack: (place = BACKUP, key = KEY): readonly string[] =>
      core
        .listVersions(place.bucket, place.region, { prefix: key })
        .entries.filter((entry) => entry.key === key)
        .map((entry) =>
          entry.deleteMarker ? 'M' : (entry.attributes.meta['replication-source']?.split('/').at(-1) ?? 'user'),
        ),
  };
}

export type Deployment = Awaited<ReturnType<typeof deployment>>;

/** As COS sends it, with the fields that the functions read. */
function recordOf({ name = 'cos:ObjectCreated:Put', key = KEY, vid, version, place = SOURCE }: Event) {
  const dash = place.bucket.lastIndexOf('-');
  const [bucket, appid] = [place.bucket.slice(0, dash), place.bucket.slice(dash + 1)];
  return {
    cos: {
      cosBucket: { name: bucket, appid, cosRegion: place.region },
      cosObject: {
        key: `/${appid}/${bucket}/${key}`,
        url: `http://${place.bucket}.cos.${place.region}.myqcloud.com/${key.split('/').map(encodeURIComponent).join('/')}`,
        vid: vid ?? version?.versionId ?? '',
        ...(version?.blob ? { size: version.blob.size, meta: { ETag: version.etag } } : {}),
      },
    },
    event: { eventName: name, ...(version ? { eventTime: Math.floor(version.time / 1e6) } : {}) },
  };
}

export const MARKER_EVENT = 'cos:ObjectRemove:DeleteMarkerCreated';
