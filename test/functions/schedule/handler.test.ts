import { beforeEach, describe, expect, it } from 'vitest';
import type { Task } from '../../../shared/tasks/index.ts';
import { BACKUP, deployment, type Deployment, KEY, OTHER, SOURCE, STATE } from '../../deployment/index.ts';

const TARGET = { source: SOURCE, destination: BACKUP, key: KEY };
const RUN_MS = 60_000;
const LONG = 30 * 60_000;

let world: Deployment;
beforeEach(async () => {
  world = await deployment({ markerTold: () => true });
});

const taskWith = (change: Partial<Task> = {}): Task => ({
  ...TARGET,
  hints: [],
  floor: 0,
  since: Number.POSITIVE_INFINITY,
  cause: 'taken',
  attempts: 0,
  first: world.clock.ms,
  ...change,
});

const breakOff = (facts = { floor: 5, since: 9 }) =>
  world.engine.leases.acquire(TARGET, facts, world.clock.ms + RUN_MS);

describe('each minute', () => {
  it('a deployment at rest costs a few listings and starts nothing', async () => {
    expect(await world.sweep()).toEqual({ abandoned: 0, promoted: 0, restarted: 0 });
    expect(world.requests).toEqual(['listObjects crr', 'listObjects crr', 'listObjects crr']);
    expect(world.started).toEqual([]);
  });

  it('due work starts, once', async () => {
    await world.engine.tasks.defer(taskWith(), world.clock.ms);
    await world.engine.tasks.defer(taskWith({ key: 'later' }), world.clock.ms + 1);
    expect(await world.sweep()).toMatchObject({ promoted: 1 });
    expect(world.started).toHaveLength(1);
    expect(await world.sweep()).toMatchObject({ promoted: 0 });
    world.clock.ms += RUN_MS;
    expect(await world.sweep()).toMatchObject({ promoted: 1 });
    expect(world.started).toHaveLength(2);
  });

  it('a destination with a long backlog does not hold up the others', async () => {
    for (let i = 0; i < 1010; i += 1) await world.engine.tasks.defer(taskWith({ key: `k${i}` }), world.clock.ms);
    await world.engine.tasks.defer(taskWith({ destination: OTHER }), world.clock.ms);
    expect(await world.sweep()).toMatchObject({ promoted: 1011 });
  });

  it('thousands of leases do not keep waiting work from starting', async () => {
    for (let i = 0; i < 300; i += 1)
      await world.engine.leases.acquire({ ...TARGET, key: `k${i}` }, { floor: 0, since: 9 }, world.clock.ms + RUN_MS);
    await world.engine.tasks.defer(taskWith({ key: 'waits' }), world.clock.ms);
    world.clock.ms += LONG;
    let requests = 0;
    world.onRequest((call) => {
      // The time is over long before all leases have been read.
      if (call === 'getObject crr') world.clock.ms += (requests += 1) > 200 ? RUN_MS : 0;
    });
    expect(await world.sweep()).toMatchObject({ promoted: 1 });
  });
});

describe('a killed run', () => {
  it('becomes a task with its facts, and its record stays for that task', async () => {
    await breakOff();
    world.clock.ms += LONG;
    expect(await world.sweep()).toMatchObject({ abandoned: 1 });
    const name = world.started[0]?.key ?? '';
    expect(await world.pending(name)).toMatchObject({ ...TARGET, floor: 5, since: 9, cause: 'lease', hints: [] });
    expect(world.state('leases/')).toHaveLength(1);
    await world.runTask(name);
    expect(world.state('leases/')).toEqual([]);
    expect(world.state('tasks/')).toEqual([]);
  });

  it('is swept although the record of another key cannot be read, and due work starts too', async () => {
    await breakOff();
    const unreadable = `leases/${'0'.repeat(32)}/0`;
    await world.engine.tasks.defer(taskWith({ key: 'due' }), world.clock.ms);
    world.put('not a lease', {}, STATE, unreadable);
    world.clock.ms += LONG;
    expect(await world.sweep()).toMatchObject({ abandoned: 1, promoted: 1 });
  });

  it('makes one task, however often the sweep sees its record', async () => {
    await breakOff();
    world.clock.ms += LONG;
    await world.sweep();
    expect(await world.sweep()).toMatchObject({ abandoned: 0 });
    expect(world.started).toHaveLength(1);
  });

  it('is not recognised while it may still be at work', async () => {
    await breakOff();
    world.clock.ms += RUN_MS;
    expect(await world.sweep()).toMatchObject({ abandoned: 0 });
  });

  it('in mid-copy is completed: no version is lost, and none is copied twice', async () => {
    const version = world.put('1');
    world.onAnswer(async (call) => {
      // Killed: nothing after the copy ever happens.
      if (call === 'copyObject backup') await new Promise(() => undefined);
    });
    const copied = new Promise<void>((resolve) => {
      world.onRequest((call) => {
        if (call === 'copyObject backup') setImmediate(resolve);
      });
    });
    void world.replicate({ version });
    await copied;
    world.onAnswer(() => undefined);
    world.clock.ms += LONG;
    await world.sweep();
    await world.runTask(world.started.at(-1)?.key ?? '');
    expect(world.stack()).toEqual([version.versionId]);
    expect(world.state().filter((key) => !key.startsWith('rules/'))).toEqual([]);
  });
});

describe('a task whose start was lost', () => {
  it('starts again when it has outlived every run that could hold it', async () => {
    await world.engine.tasks.submit(taskWith());
    world.clock.ms += 15 * 60_000;
    expect(await world.sweep()).toMatchObject({ restarted: 0 });
    world.clock.ms += 15 * 60_000;
    expect(await world.sweep()).toMatchObject({ restarted: 1 });
    expect(world.started.map((event) => event.key)).toEqual([world.state('tasks/')[0], world.state('tasks/')[0]]);
  });
});

it('begins nothing when its time is over', async () => {
  await breakOff();
  world.clock.ms += LONG;
  await world.engine.tasks.defer(taskWith(), world.clock.ms);
  world.onRequest(() => {
    // The first answer takes as long as the whole run.
    world.clock.ms += RUN_MS;
  });
  expect(await world.sweep()).toEqual({ abandoned: 0, promoted: 0, restarted: 0 });
  expect(world.started).toEqual([]);
});
