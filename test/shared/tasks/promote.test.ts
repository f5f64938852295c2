import { describe, expect, it } from 'vitest';
import { OTHER, START, STATE, stateBucket, TARGET, taskWith, type Hook } from './state.ts';

const MINUTE = 60_000;
const NEVER = Number.POSITIVE_INFINITY;

describe('promote', () => {
  it('starts due work and leaves the other', async () => {
    const state = stateBucket();
    const { tasks } = state.run();
    await tasks.defer(taskWith({ hints: ['now'] }), START);
    await tasks.defer(taskWith({ hints: ['later'] }), START + 1);
    expect(await tasks.promote(NEVER)).toBe(1);
    expect((await tasks.ofKey(TARGET)).map(({ task }) => task)).toEqual([taskWith({ hints: ['now'] })]);
    expect(state.keys('waiting/')).toHaveLength(1);
    state.clock.ms += MINUTE;
    expect(await tasks.promote(NEVER)).toBe(1);
    expect(state.keys('waiting/')).toEqual([]);
  });

  /** Keys of the tasks that are started in one minute, in their order. */
  async function startedIn(state: ReturnType<typeof stateBucket>, deadline = NEVER): Promise<readonly string[]> {
    const names: string[] = [];
    const { tasks } = state.run((method, key) => {
      if (method === 'putObject' && key.startsWith('tasks/')) names.push(key);
    });
    await tasks.promote(deadline);
    return Promise.all(names.map(async (name) => (await tasks.load(name))?.task.key ?? ''));
  }

  it('moves all due tasks of every destination, however many there are', async () => {
    const state = stateBucket();
    const { tasks } = state.run();
    for (let i = 0; i < 1500; i += 1) await tasks.defer(taskWith({ key: `k${i}` }), START);
    await tasks.defer(taskWith({ destination: OTHER }), START);
    expect(await tasks.promote(NEVER)).toBe(1501);
    expect(state.keys('waiting/')).toEqual([]);
  });

  it('moves the longest due first', async () => {
    const state = stateBucket();
    for (const minute of [3, 1, 4, 2])
      await state.run().tasks.defer(taskWith({ key: `k${minute}` }), START + minute * MINUTE);
    state.clock.ms += 10 * MINUTE;
    expect(await startedIn(state)).toEqual(['k1', 'k2', 'k3', 'k4']);
  });

  it('moves re-checks after unfinished work, however long they are due', async () => {
    const state = stateBucket();
    const { tasks } = state.run();
    await tasks.defer(taskWith({ key: 'recheck', cause: 'settle' }), START);
    await tasks.defer(taskWith({ key: 'retry', cause: 'SlowDown' }), START + 2 * MINUTE);
    await tasks.defer(taskWith({ key: 'taken' }), START + MINUTE);
    state.clock.ms += 5 * MINUTE;
    expect(await startedIn(state)).toEqual(['taken', 'retry', 'recheck']);
  });

  it('continues with the others when one cannot be moved, and reports it in the end', async () => {
    const state = stateBucket();
    for (const key of ['a', 'b', 'c']) await state.run().tasks.defer(taskWith({ key }), START);
    const [first] = state.keys('waiting/');
    const { tasks } = state.run((method, key) => {
      if (method === 'getObject' && key === first) throw new Error('refused');
    });
    await expect(tasks.promote(NEVER)).rejects.toThrow('refused');
    expect(state.keys('waiting/')).toEqual([first]);
  });

  describe('work that waits after failures', () => {
    const HOUR = 60 * MINUTE;
    /** Fails for the next hours; `k0` is due first. */
    async function failing(count: number) {
      const state = stateBucket();
      const { tasks } = state.run();
      for (let i = 0; i < count; i += 1)
        await tasks.defer(
          taskWith({ key: `k${i}`, cause: 'ServiceUnavailable', attempts: 5 }),
          START + HOUR + i * MINUTE,
        );
      await tasks.defer(taskWith({ key: 'turn', cause: 'taken' }), START + HOUR);
      state.clock.ms += MINUTE;
      return { state, tasks };
    }

    it('is tried each minute with one task, to see whether the destination has recovered', async () => {
      const { state } = await failing(3);
      expect(await startedIn(state)).toEqual(['k0']);
      state.clock.ms += MINUTE;
      expect(await startedIn(state)).toEqual(['k1']);
    });

    it('is started at once when a part of it has succeeded, a little at first and more each minute', async () => {
      const { state, tasks } = await failing(700);
      await tasks.recovered(TARGET.destination);
      expect(await startedIn(state)).toHaveLength(200);
      state.clock.ms += MINUTE;
      await tasks.recovered(TARGET.destination);
      expect(await startedIn(state)).toHaveLength(400);
      state.clock.ms += MINUTE;
      expect(await startedIn(state)).toHaveLength(100);
      // All have been started; further failures count from zero.
      expect(state.keys('waiting/')).toHaveLength(1);
    });

    it('has its own wait when it fails again after that', async () => {
      const { state, tasks } = await failing(2);
      await tasks.recovered(TARGET.destination);
      state.clock.ms += 1000;
      const again = taskWith({ key: 'again', cause: 'SlowDown', attempts: 6 });
      await tasks.defer(again, START + 3 * HOUR);
      expect(await startedIn(state)).toEqual(['k0', 'k1']);
    });

    it('does not wait for another destination to recover, nor profit from it', async () => {
      const { state, tasks } = await failing(2);
      await tasks.recovered(OTHER);
      expect(await startedIn(state)).toEqual(['k0']);
    });
  });

  it('goes on while the state bucket refuses some of it, and ends when it refuses everything', async () => {
    const state = stateBucket();
    for (let i = 0; i < 600; i += 1) await state.run().tasks.defer(taskWith({ key: `k${i}`, cause: 'settle' }), START);
    let [puts, every] = [0, 3];
    const hook: Hook = (method) => {
      if (method === 'putObject' && (puts += 1) % every === 0) throw new Error('SlowDown');
    };
    await expect(state.run(hook).tasks.promote(NEVER)).rejects.toThrow('SlowDown');
    expect(state.keys('waiting/')).toHaveLength(200);
    [puts, every] = [0, 1];
    await expect(state.run(hook).tasks.promote(NEVER)).rejects.toThrow('SlowDown');
    expect(puts).toBeLessThan(100);
    expect(state.keys('waiting/')).toHaveLength(200);
  });

  it('starts nothing after the deadline', async () => {
    const state = stateBucket();
    const { tasks } = state.run();
    await tasks.defer(taskWith(), START);
    expect(await tasks.promote(START)).toBe(0);
    expect(state.keys('tasks/')).toEqual([]);
  });

  it('is there twice, never not at all, when a move breaks off in the middle', async () => {
    const state = stateBucket();
    await state.run().tasks.defer(taskWith(), START);
    const hook: Hook = (method) => {
      if (method === 'deleteObject') throw new Error('killed');
    };
    await expect(state.run(hook).tasks.promote(NEVER)).rejects.toThrow('killed');
    expect(state.keys('tasks/')).toHaveLength(1);
    expect(state.keys('waiting/')).toHaveLength(1);
  });

  it('does not include objects whose names are not ours', async () => {
    const state = stateBucket();
    await state.plain.putObject(STATE, 'waiting/stray', Buffer.from('{}'));
    await state.plain.putObject(STATE, 'waiting/a/b/c', Buffer.from('{}'));
    await state.run().tasks.defer(taskWith(), START);
    expect(await state.run().tasks.promote(NEVER)).toBe(1);
    expect(state.keys('waiting/')).toEqual(['waiting/a/b/c', 'waiting/stray']);
  });
});

describe('restart', () => {
  it('writes a task again whose start was lost, so that it fires again; younger ones are left', async () => {
    const state = stateBucket();
    await state.run().tasks.submit(taskWith({ key: 'old' }));
    state.clock.ms += 10 * MINUTE;
    await state.run().tasks.submit(taskWith({ key: 'young' }));
    state.clock.ms += 10 * MINUTE;
    const before = state.keys();
    const written: string[] = [];
    const { tasks } = state.run((method, key) => {
      if (method === 'putObject') written.push(key);
    });
    expect(await tasks.restart(20 * MINUTE, NEVER)).toBe(1);
    expect(state.keys()).toEqual(before);
    const [old] = await tasks.ofKey({ ...TARGET, key: 'old' });
    expect(written).toEqual([old?.name]);
    expect(old?.task).toEqual(taskWith({ key: 'old' }));
  });

  it('asks once more for help with parts that nobody gave', async () => {
    const state = stateBucket();
    const help = `tasks/parts/${'0'.repeat(32)}/u1`;
    await state.put(help, '{}');
    state.clock.ms += 20 * MINUTE;
    expect(await state.run().tasks.restart(20 * MINUTE, NEVER)).toBe(1);
    expect(await state.run().tasks.restart(20 * MINUTE, NEVER)).toBe(0);
  });

  it('restarts all lost tasks, and none after the deadline', async () => {
    const state = stateBucket();
    const { tasks } = state.run();
    for (let i = 0; i < 3; i += 1) await tasks.submit(taskWith());
    state.clock.ms += 20 * MINUTE;
    expect(await tasks.restart(MINUTE, state.clock.ms)).toBe(0);
    expect(await tasks.restart(MINUTE, NEVER)).toBe(3);
    expect(await tasks.restart(MINUTE, NEVER)).toBe(0);
  });
});
