import { beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../../shared/errors/index.ts';
import {
  CHECK_NOTE,
  keepPreconditions,
  preconditionsOf,
  readPreconditions,
  readStarts,
  STARTS as VARIABLE,
  type Start,
} from '../../../shared/preconditions/index.ts';
import { BACKUP, deployment, type Deployment, RULE, SOURCE, STATE } from '../../deployment/index.ts';
import type { Place } from '../../../shared/cos/index.ts';
import type { RawConfiguration } from '../../../shared/deploy/config/settings.ts';
import { desiredFunctions } from '../../../shared/deploy/functions/desired.ts';
import type { EventSettings } from '../../../shared/deploy/types.ts';
import { manySources, rawConfiguration, sampleSettings } from '../deploy/settings.ts';

const withEvents = (key: string, events: readonly EventSettings[]): Partial<RawConfiguration> => {
  const { functions } = rawConfiguration();
  return { functions: { ...functions, [key]: { ...functions?.[key], events } as never } };
};

const MINUTE = 60_000;
const PAIR = { source: SOURCE, destination: BACKUP };
const EVENTS = ['cos:ObjectCreated:*', 'cos:ObjectRemove:DeleteMarkerCreated', 'cos:ObjectRestore:Completed'];

interface Trigger {
  Type: string;
  TriggerName: string;
  TriggerDesc: string;
  Enable: number;
}
interface Fn {
  Status: string;
  MemorySize: number;
  Triggers: Trigger[];
  reserved: number;
}

const trigger = ({ bucket, region }: Place, event: string, Prefix = ''): Trigger => ({
  Type: 'cos',
  TriggerName: `${bucket}.cos.${region}.myqcloud.com`,
  TriggerDesc: JSON.stringify({ event, filter: { Prefix, Suffix: '' } }),
  Enable: 1,
});
const fn = (...Triggers: Trigger[]): Fn => ({ Status: 'Active', MemorySize: 256, Triggers, reserved: 0 });

let world: Deployment;
let functions: Map<string, Fn>;
let starts: number;
let problem: ServiceError | undefined;
beforeEach(async () => {
  world = await deployment();
  problem = undefined;
  starts = 0;
  world.core.onEvent(({ bucket, key, name }) => {
    if (bucket === STATE.bucket && key === CHECK_NOTE && name.includes('Created')) starts += 1;
  });
  functions = new Map([
    ['crr-dev-replicate', fn(...EVENTS.map((event) => trigger(SOURCE, event)))],
    ['crr-dev-task', fn(trigger(STATE, 'cos:ObjectCreated:*', 'tasks/'))],
    ['crr-dev-scan', fn(trigger(STATE, 'cos:ObjectCreated:*', 'scans/'))],
  ]);
});

const STARTS: readonly Start[] = [
  { key: 'replicate', events: EVENTS, sources: 3 },
  { key: 'task', events: ['cos:ObjectCreated:*'], prefix: 'tasks/' },
  { key: 'scan', events: ['cos:ObjectCreated:*'], prefix: 'scans/' },
];

const deps = (sources: readonly Place[] = [SOURCE], starts: readonly Start[] | undefined = STARTS) => ({
  ...world.engine.deps,
  rules: world.engine.rules,
  now: () => world.clock.ms,
  own: 'crr-dev-schedule',
  starts,
  sources,
  ask: async (action: string, parameters: object): Promise<unknown> => {
    if (problem !== undefined) throw problem;
    const found = functions.get((parameters as { FunctionName: string }).FunctionName);
    if (found === undefined) throw new ServiceError('none', { code: 'ResourceNotFound.Function' });
    const { reserved, ...answer } = found;
    return action === 'GetFunction' ? answer : { ReservedMem: reserved };
  },
});
const keep = () => keepPreconditions(deps());
const readOf = async (pair: typeof PAIR) => preconditionsOf(await readPreconditions(deps()), pair, world.clock.ms);
const read = () => readOf(PAIR);
const of = (name: string): Fn => functions.get(`crr-dev-${name}`) as Fn;
const desc = (one: Fn, at: number): Trigger => one.Triggers[at] as Trigger;

describe('the hourly check of functions', () => {
  it('finds nothing broken where everything works', async () => {
    await keep();
    expect(await read()).toMatchObject({ broken: [], functions: { measuredAt: world.clock.ms } });
  });

  it.each<[string, string, string, () => void]>([
    ['a missing function', 'function', 'function-missing', () => functions.delete('crr-dev-replicate')],
    ['an inactive function', 'function', 'function-not-active', () => (of('task').Status = 'UpdateFailed')],
    ['a function that may not run', 'function', 'function-throttled', () => (of('scan').reserved = 64)],
    ['a missing trigger', 'trigger', 'trigger-missing', () => of('replicate').Triggers.splice(1, 1)],
    ['a disabled trigger', 'trigger', 'trigger-off', () => (desc(of('replicate'), 0).Enable = 0)],
    ['the start of tasks', 'trigger', 'trigger-missing', () => (of('task').Triggers = [])],
    [
      'a trigger for a part of the keys',
      'trigger',
      'trigger-missing',
      () => {
        of('replicate').Triggers[0] = trigger(SOURCE, 'cos:ObjectCreated:*', 'a/');
      },
    ],
    [
      'a trigger of another bucket',
      'trigger',
      'trigger-missing',
      () => {
        of('replicate').Triggers[0] = trigger(BACKUP, 'cos:ObjectCreated:*');
      },
    ],
    [
      'an unreadable trigger',
      'trigger',
      'trigger-missing',
      () => {
        desc(of('replicate'), 0).TriggerDesc = 'none';
      },
    ],
  ])('finds %s', async (_, check, cause, change) => {
    change();
    await keep();
    expect((await read()).broken).toMatchObject([{ check, cause, since: world.clock.ms }]);
  });

  it('looks at each function of a long list of sources', async () => {
    const sources = [1, 2, 3, 4].map((n) => ({ bucket: `s${n}-1250000000`, region: 'ap-guangzhou' }));
    functions.set('crr-dev-replicate', fn(...sources.slice(0, 3).flatMap((s) => EVENTS.map((e) => trigger(s, e)))));
    functions.set('crr-dev-replicate-2', fn(...sources.slice(3).flatMap((s) => EVENTS.map((e) => trigger(s, e)))));
    const pairs = sources.map((source) => ({ source, destination: BACKUP }));
    const broken = async () => {
      await keepPreconditions(deps(sources));
      const found = await Promise.all(pairs.map(readOf));
      return found.map((one) => one.broken.length);
    };
    expect(await broken()).toEqual([0, 0, 0, 0]);
    functions.delete('crr-dev-replicate-2');
    world.clock.ms += 60 * MINUTE;
    expect(await broken()).toEqual([0, 0, 0, 1]);
  });

  it.each<[string, Partial<RawConfiguration>]>([
    ['that of the repository', {}],
    ['one with many sources', { sources: manySources(8) }],
    ['one with other events', withEvents('replicate', [{ sources: ['cos:ObjectCreated:Put'] }])],
    [
      'one with more events of many sources',
      {
        ...withEvents('replicate', [{ sources: [...EVENTS, 'cos:ObjectRemove:Delete', 'cos:ObjectRestore:Post'] }]),
        sources: manySources(5),
      },
    ],
    [
      'one with two lists of events at one function',
      withEvents('replicate', [
        { sources: ['cos:ObjectCreated:*'] },
        { sources: ['cos:ObjectRemove:*'] },
        { state: { event: 'cos:ObjectCreated:*', prefix: 'mine/' } },
      ]),
    ],
  ])('knows the triggers of a deployed file, such as %s, and reports each missing one', async (_, changes) => {
    const settings = sampleSettings(changes);
    const desired = desiredFunctions(settings);
    const environment = desired.find(({ role }) => role.endsWith('schedule'))?.environment ?? {};
    const starts = readStarts(environment[VARIABLE]);
    const look = async () => {
      await keepPreconditions({ ...deps(settings.sources, starts), state: settings.state });
      const found = await readPreconditions({ ...deps(), state: settings.state });
      world.clock.ms += 60 * MINUTE;
      expect(found.functions?.unknown).toBeUndefined();
      return found.functions?.broken.map(({ what }) => what);
    };
    if (settings.state.bucket !== STATE.bucket) world.core.createBucket(settings.state.bucket, settings.state.region);
    functions = new Map(
      desired.map(({ name, triggers }) => [
        name.replace(/^cos-replication-dev/, 'crr-dev'),
        fn(...triggers.flatMap((one) => (one.type === 'cos' ? [trigger(one, one.event, one.prefix)] : []))),
      ]),
    );
    expect(await look()).toEqual([]);
    for (const [name, { Triggers }] of functions) {
      for (let left = Triggers.length; left > 0; left -= 1) {
        const one = Triggers.shift() as Trigger;
        const { event } = JSON.parse(one.TriggerDesc) as { event: string };
        expect(await look()).toEqual([`${event} of ${one.TriggerName.split('.')[0]} at ${name}`]);
        Triggers.push(one);
      }
    }
  });

  it.each([undefined, '', 'replicate', 'replicate 0 cos:ObjectCreated:*', 'task tasks cos:ObjectCreated:*', ';'])(
    'does not call a function broken where the deployment says %j of its starts',
    async (handed) => {
      await keepPreconditions({ ...deps(), starts: readStarts(handed) });
      expect(await read()).toMatchObject({
        broken: [],
        functions: { measuredAt: null, reason: 'InvalidConfiguration' },
      });
    },
  );

  it('says that the state is unknown, and why, where the platform refuses', async () => {
    problem = new ServiceError('no', { code: 'AuthFailure.UnauthorizedOperation' });
    await keep();
    expect(await read()).toMatchObject({
      broken: [],
      functions: { measuredAt: null, reason: 'AuthFailure.UnauthorizedOperation' },
    });
  });

  it('is made each hour, and every five minutes while something is broken', async () => {
    await keep();
    const well = world.clock.ms;
    const brokenAfter = async (minutes: number) => {
      world.clock.ms = well + minutes * MINUTE;
      await keep();
      return (await read()).broken.length;
    };
    of('replicate').Triggers = [];
    expect(await brokenAfter(59)).toBe(0);
    expect(await brokenAfter(60)).toBe(3);
    of('replicate').Triggers = EVENTS.map((event) => trigger(SOURCE, event));
    expect(await brokenAfter(64)).toBe(3);
    expect(await brokenAfter(65)).toBe(0);
  });

  it('has the buckets checked when a rule names one that was never tried, and each hour', async () => {
    const find = (places: readonly string[], more: object = { lifecycles: [] }) =>
      void world.put(
        JSON.stringify({ measuredAt: world.clock.ms, places, broken: [], ...more }),
        {},
        STATE,
        'status/checks/buckets',
      );
    const startsOf = async (): Promise<number> => {
      starts = 0;
      await keep();
      return starts;
    };
    const all = ['source-1250000000@ap-guangzhou', 'backup-1250000000@ap-shanghai'];
    find([]);
    expect(await startsOf()).toBe(1);
    find(all);
    expect(await startsOf()).toBe(0);
    // An earlier release has not looked at lifecycles.
    find(all, {});
    expect(await startsOf()).toBe(1);
    find(all);
    world.clock.ms += 60 * MINUTE;
    expect(await startsOf()).toBe(1);
    await world.setRules([{ ...RULE, enabled: false }]);
    find([]);
    expect(await startsOf()).toBe(0);
  });
});
