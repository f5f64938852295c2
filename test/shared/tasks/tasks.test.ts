import { describe, expect, it } from 'vitest';
import { BACKUP, OTHER, START, STATE, stateBucket, TARGET, taskWith, type Hook } from './state.ts';

const MINUTE = 60_000;
const NEVER = Number.POSITIVE_INFINITY;

describe('the names of tasks', () => {
  it('are under tasks/, by key, each of its own, for due work', async () => {
    const state = stateBucket();
    const { tasks } = state.run();
    await tasks.submit(taskWith());
    await tasks.submit(taskWith());
    const keys = state.keys();
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(key).toMatch(/^tasks\/[0-9a-f]{32}\/[A-Za-z0-9]+$/);
  });

  it('are under waiting/, by destination and due minute, for work that is not due', async () => {
    const state = stateBucket();
    await state.run().tasks.defer(taskWith(), START + 1);
    expect(state.keys()).toHaveLength(1);
    expect(state.keys()[0]).toMatch(new RegExp(`^waiting/[^/]*${BACKUP.bucket}[^/]*/${START + MINUTE}/`));
  });

  it('are equal for the same work that is deferred twice to one minute', async () => {
    const state = stateBucket();
    const { tasks } = state.run();
    const hints = ['x', 'y'];
    await tasks.defer(taskWith({ hints }), START + 1);
    await tasks.defer(taskWith({ hints: ['y', 'x'], first: START + 5 }), START + MINUTE);
    expect(state.keys()).toHaveLength(1);
  });

  it.each([
    ['a hint', taskWith({ hints: ['x'] }), START],
    ['the floor', taskWith({ floor: 1 }), START],
    ['since', taskWith({ since: 1 }), START],
    ['the cause', taskWith({ cause: 'settle' }), START],
    ['its attempts', taskWith({ attempts: 1 }), START],
    ['the key', taskWith({ key: 'other' }), START],
    ['the destination', taskWith({ destination: OTHER }), START],
    ['the minute', taskWith(), START + 1],
  ])('differ for work with another %s', async (_, task, due) => {
    const state = stateBucket();
    const { tasks } = state.run();
    await tasks.defer(taskWith(), START);
    await tasks.defer(task, due);
    expect(state.keys()).toHaveLength(2);
  });

  it('contain no key of the user, whatever it is', async () => {
    const state = stateBucket();
    const { tasks } = state.run();
    for (const key of ['a/../b', '/x', 'ü\u0000\n', 'k'.repeat(850)]) {
      await tasks.submit(taskWith({ key }));
      expect((await tasks.ofKey({ ...TARGET, key })).map((one) => one.task.key)).toEqual([key]);
    }
    for (const key of state.keys()) expect(key).toMatch(/^[\x21-\x7e]+$/);
  });
});

describe('the due tasks of a key', () => {
  it('are those that were submitted for it, as they were written', async () => {
    const { tasks } = stateBucket().run();
    const mine = [taskWith({ hints: ['x'], since: 5 }), taskWith({ cause: 'SlowDown', since: NEVER })];
    for (const task of mine) await tasks.submit(task);
    await tasks.submit(taskWith({ key: 'a' }));
    await tasks.submit(taskWith({ destination: OTHER }));
    await tasks.defer(taskWith(), START);
    const found = await tasks.ofKey(TARGET);
    expect(found.map(({ task }) => task)).toEqual(expect.arrayContaining(mine));
    expect(found).toHaveLength(2);
  });

  it('do not include one that another run has done', async () => {
    const state = stateBucket();
    await state.run().tasks.submit(taskWith());
    const hook: Hook = (method, key) => {
      if (method === 'getObject') state.remove(key);
    };
    expect(await state.run(hook).tasks.ofKey(TARGET)).toEqual([]);
    expect(await state.run().tasks.load('tasks/none')).toBeUndefined();
  });

  // P25
  it('are deleted exactly as listed on completion, so one that came since stays', async () => {
    const state = stateBucket();
    const { tasks } = state.run();
    await tasks.submit(taskWith());
    const listed = await tasks.ofKey(TARGET);
    await tasks.submit(taskWith());
    await tasks.complete(listed);
    const left = await tasks.ofKey(TARGET);
    expect(left).toHaveLength(1);
    expect(listed.map(({ name }) => name)).not.toContain(left[0]?.name);
  });

  it('are replaced by writing the new one first, so a crash in between leaves the work twice, never not at all', async () => {
    const state = stateBucket();
    await state.run().tasks.submit(taskWith());
    const hook: Hook = (method) => {
      if (method === 'deleteObject') throw new Error('killed');
    };
    const { tasks } = state.run(hook);
    const old = await tasks.ofKey(TARGET);
    await expect(tasks.replace(old, taskWith({ cause: 'later' }), START)).rejects.toThrow('killed');
    expect(state.keys('tasks/')).toHaveLength(1);
    expect(state.keys('waiting/')).toHaveLength(1);
    await state.run().tasks.replace(old, taskWith({ cause: 'later' }), START);
    expect(state.keys('tasks/')).toEqual([]);
    expect(state.keys('waiting/')).toHaveLength(1);
  });
});

describe('an invalid document', () => {
  const valid = { ...TARGET, hints: [], floor: 0, since: null, cause: 'taken', attempts: 0, first: START };
  const NAME = `tasks/${'0'.repeat(32)}/u1`;

  it('is told apart from a valid one', async () => {
    const state = stateBucket();
    await state.put(NAME, JSON.stringify(valid));
    expect(await state.run().tasks.load(NAME)).toEqual({ name: NAME, task: taskWith() });
  });

  it.each([
    ['empty', ''],
    ['not JSON', '{'],
    ['not an object', '[]'],
    ['without a key', JSON.stringify({ ...valid, key: undefined })],
    ['a floor that is text', JSON.stringify({ ...valid, floor: '0' })],
    ['a hint that is no text', JSON.stringify({ ...valid, hints: [1] })],
    [
      'a host in place of a bucket',
      JSON.stringify({ ...valid, destination: { bucket: 'evil.example.com/', region: 'ap-shanghai' } }),
    ],
    [
      'a host in place of a region',
      JSON.stringify({ ...valid, source: { bucket: 'source-1250000000', region: 'evil.example.com' } }),
    ],
  ])('is an InvalidStateObject with its name: %s', async (_, body) => {
    const state = stateBucket();
    await state.put(NAME, body);
    const failure = state.run().tasks.load(NAME);
    await expect(failure).rejects.toMatchObject({ code: 'InvalidStateObject', side: 'state' });
    await expect(failure).rejects.toThrow(NAME);
  });

  it('is an InvalidStateObject when its bytes are not UTF-8', async () => {
    const state = stateBucket();
    await state.plain.putObject(STATE, NAME, Buffer.from([0xff, 0xfe]));
    await expect(state.run().tasks.load(NAME)).rejects.toMatchObject({ code: 'InvalidStateObject' });
  });
});
