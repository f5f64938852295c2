import { beforeEach, describe, expect, it } from 'vitest';
import type { Task } from '../../../shared/tasks/index.ts';
import {
  BACKUP,
  deployment,
  type Deployment,
  refusal,
  SETTLED,
  STATE,
  submitTo,
  TARGET,
  TOLD,
  waitingIn,
} from '../../deployment/index.ts';

const MINUTE = 60_000;

let world: Deployment;
beforeEach(async () => {
  world = await deployment(TOLD);
});

const submit = (change?: Partial<Task>) => submitTo(world, change);
const waiting = () => waitingIn(world);

/** ms since 1970, of each task that waits. */
const dues = () => world.state('waiting/').map((name) => Number(/\/(\d{13})\//.exec(name)?.[1] ?? 0));

describe('a task', () => {
  it('brings its key up to date, whole history and delete markers, and is removed then', async () => {
    const versions = ['1', '2', '3'].map((text) => {
      world.clock.ms += 1000;
      return world.put(text);
    });
    world.remove();
    world.clock.ms += SETTLED;
    await world.runTask(await submit());
    expect(world.stack()).toEqual(['M', ...versions.map((version) => version.versionId).toReversed()]);
    expect(world.state('tasks/')).toEqual([]);
    expect(world.state('leases/')).toEqual([]);
  });

  // P44b
  it('that fails sees the knocks of the meantime, and does not count its attempts from 0 again', async () => {
    world.put('1');
    world.clock.ms += SETTLED;
    const floor = (world.clock.ms - 9000) * 1000;
    let isKnocked = false;
    world.onRequest(async (call) => {
      if (call !== 'copyObject backup') return;
      if (!isKnocked) await world.engine.knocks.putBack(TARGET, floor);
      isKnocked = true;
      throw refusal();
    });
    await world.runTask(await submit({ attempts: 5, floor: floor + 1 }));
    expect(await waiting()).toMatchObject({ task: { cause: 'SlowDown', attempts: 6, floor }, wait: MINUTE });
    expect(world.state('leases/')).toEqual([]);
    // No sweep makes a task of the knock, and the pauses grow further without another one.
    world.clock.ms += MINUTE;
    await world.runTask(await submit({ attempts: 6, floor }));
    expect(Math.max(...dues())).toBeGreaterThan(world.clock.ms + 2 * MINUTE);
  });

  it('that uses up its time without progress is a failed attempt, and is tried again after growing pauses', async () => {
    world.put('1');
    world.clock.ms += SETTLED;
    // Each listing takes as long as a run.
    world.onRequest((call) => {
      if (call === 'listVersions source') world.clock.ms += MINUTE;
    });
    const name = await submit();
    await world.runTask(name);
    const { task, wait } = await waiting();
    expect(task).toMatchObject({ cause: 'NoProgress', attempts: 1 });
    expect(wait).toBeGreaterThanOrEqual(30_000);
  });

  it('that made progress when its time is over continues at once, and that is no attempt', async () => {
    for (const text of ['1', '2', '3']) {
      world.clock.ms += 1000;
      world.put(text);
    }
    world.clock.ms += SETTLED;
    world.onRequest((call) => {
      if (call === 'copyObject backup') world.clock.ms += MINUTE;
    });
    await world.runTask(await submit());
    const { task } = await waiting();
    expect(task).toMatchObject({ cause: 'HandOver', attempts: 0 });
  });

  it('is started by name, and does nothing when it was done before', async () => {
    const name = await submit();
    await world.runTask(name);
    await world.runTask(name);
    expect(world.requests).toEqual(['getObject crr']);
  });

  it('does the work of all tasks of its key at once and removes exactly those', async () => {
    const version = world.put('1');
    world.clock.ms += SETTLED;
    const names = [await submit(), await submit({ hints: [version.versionId] }), await submit({ floor: 5 })];
    const other = await submit({ key: 'other' });
    await world.runTask(names[1] ?? '');
    expect(world.state('tasks/')).toEqual([other]);
    expect(world.stack()).toEqual([version.versionId]);
  });

  it('leaves alone a task that is submitted during its look', async () => {
    const name = await submit();
    let late = '';
    world.onRequest(async (call) => {
      if (call === 'listVersions source' && late === '') {
        late = 'being written';
        late = await submit({ hints: ['x'] });
      }
    });
    await world.runTask(name);
    expect(world.state('tasks/')).toEqual([late]);
  });

  it('is done even if the listing lacks it', async () => {
    const version = world.put('1');
    world.clock.ms += SETTLED;
    const name = await submit();
    world.core.switches.listingLag = MINUTE;
    await world.runTask(name);
    world.core.switches.listingLag = 0;
    expect(world.stack()).toEqual([version.versionId]);
    expect(world.state('tasks/')).toEqual([]);
  });

  it.each([
    ['of a bucket other than the state bucket', BACKUP],
    ["of the state bucket's name in another region", { ...STATE, region: 'ap-beijing' }],
  ])('is not started by an event %s', async (_, place) => {
    const name = await submit();
    await world.runTask(name, place);
    expect(world.requests).toEqual([]);
    expect(world.state('tasks/')).toEqual([name]);
  });
});

describe('work that could not be finished', () => {
  // P26
  it('stays a task with cause, count and age, due after a longer and longer wait', async () => {
    world.put('1');
    world.onRequest((call) => {
      if (call === 'copyObject backup') throw refusal();
    });
    const first = world.clock.ms;
    let name = await submit({ first });
    const waits: number[] = [];
    for (let i = 1; i <= 4; i += 1) {
      await world.runTask(name);
      expect(world.state('tasks/')).toEqual([]);
      const { task, wait } = await waiting();
      expect(task).toMatchObject({ ...TARGET, cause: 'SlowDown', attempts: i, first });
      waits.push(wait);
      world.clock.ms += wait;
      await world.sweep();
      name = world.started.at(-1)?.key ?? '';
    }
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits.at(-1)).toBeGreaterThan(waits[0] as number);
    world.onRequest(() => undefined);
    world.clock.ms += SETTLED;
    await world.runTask(name);
    expect(world.stack()).toHaveLength(1);
  });

  it('on a taken key is no failure: it comes again within a minute, and counts no attempt', async () => {
    world.put('1');
    await world.engine.leases.acquire(TARGET, { floor: 0, since: Infinity }, world.clock.ms + 600_000);
    await world.runTask(await submit({ attempts: 3 }));
    const { task, wait } = await waiting();
    expect(task).toMatchObject({ cause: 'taken', attempts: 3 });
    expect(wait).toBeLessThanOrEqual(MINUTE);
  });

  it('never starts itself: the run that it started writes nothing under tasks/', async () => {
    world.put('1');
    const name = await submit();
    const before = world.started.length;
    world.onRequest((call) => {
      if (call === 'copyObject backup') throw refusal();
    });
    await world.runTask(name);
    expect(world.started).toHaveLength(before);
  });

  it('on young listings is checked again when they have settled, and then ends', async () => {
    const version = world.put('1');
    await world.runTask(await submit());
    expect(world.stack()).toEqual([version.versionId]);
    const { task, wait } = await waiting();
    expect(task?.cause).toBe('settle');
    world.clock.ms += wait;
    expect(await world.sweep()).toMatchObject({ promoted: 1 });
    await world.runTask(world.started.at(-1)?.key ?? '');
    expect(world.state().filter((key) => !key.startsWith('rules/'))).toEqual([]);
    expect(world.stack()).toEqual([version.versionId]);
  });

  it('whose new task cannot be written keeps its task, and the run fails', async () => {
    world.put('1');
    const name = await submit();
    world.onRequest((call) => {
      if (call === 'copyObject backup' || call === 'putObject crr') throw refusal();
    });
    await expect(world.runTask(name)).rejects.toMatchObject({ code: 'SlowDown' });
    expect(world.state('tasks/')).toEqual([name]);
  });

  it('that cannot be read fails its run and stays', async () => {
    const name = await submit();
    world.put('{', {}, STATE, name);
    await expect(world.runTask(name)).rejects.toMatchObject({ code: 'InvalidStateObject' });
    expect(world.state('tasks/')).toEqual([name]);
  });
});

it('deletes no version that others wrote at the destination', async () => {
  world.put('user', {}, BACKUP);
  world.clock.ms += 1000;
  const version = world.put('1');
  world.clock.ms += SETTLED;
  await world.runTask(await submit());
  expect(world.stack()).toEqual([version.versionId, 'user']);
});
