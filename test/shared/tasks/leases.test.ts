import { describe, expect, it } from 'vitest';
import type { Lease, Leases } from '../../../shared/tasks/index.ts';
import { acquire, afterBrokenRun, held, LONG_AFTER, RUN_MS } from './lease-runs.ts';
import { BACKUP, FACTS, START, stateBucket, TARGET, type Hook } from './state.ts';

/** ms for which somebody else has the key. */
async function remaining(leases: Leases, now: number): Promise<number> {
  const acquired = await acquire(leases, now);
  if (acquired.kind === 'held') throw new Error('the key is free');
  return acquired.remaining;
}

describe('a free key', () => {
  it('is taken with one request and released with one', async () => {
    const state = stateBucket();
    const { leases } = state.run();
    const lease = await held(leases, START);
    expect(state.requests()).toBe(1);
    expect(lease).toMatchObject({ ...FACTS, inherited: [] });
    expect(lease.name).toMatch(/^leases\/[0-9a-f]{32}\/0$/);
    await leases.release(lease);
    expect(state.requests()).toBe(2);
    expect(state.keys()).toEqual([]);
  });

  it('has a record with the facts of the run', async () => {
    const state = stateBucket();
    const lease = await held(state.run().leases, START, { floor: 7, since: 9 });
    expect(await state.body(lease.name)).toMatchObject({ ...TARGET, floor: 7, since: 9 });
  });

  it('is not the same as the same key at another destination, or another key', async () => {
    const { leases } = stateBucket().run();
    const names = [
      TARGET,
      { ...TARGET, key: 'a' },
      { ...TARGET, destination: { ...BACKUP, region: 'ap-beijing' } },
      { ...TARGET, source: BACKUP },
    ].map(async (target) => {
      const acquired = await leases.acquire(target, FACTS, START + RUN_MS);
      return acquired.kind === 'held' ? acquired.lease.name : 'taken';
    });
    expect(new Set(await Promise.all(names)).size).toBe(4);
  });
});

describe('a taken key', () => {
  // P24
  it('is taken for at least as long as the run and its last request may take, and the answer says so', async () => {
    const state = stateBucket();
    await held(state.run().leases, START);
    state.clock.ms += 10_000;
    expect(await remaining(state.run().leases, state.clock.ms)).toBeGreaterThanOrEqual(RUN_MS + 60_000 - 10_000);
  });

  it('is taken for as long as a request of the run may take effect, and free some time after', async () => {
    const state = stateBucket();
    await held(state.run().leases, START);
    state.clock.ms = START + RUN_MS + 60_000;
    expect((await acquire(state.run().leases, state.clock.ms)).kind).toBe('taken');
    state.clock.ms += 60_000;
    expect((await acquire(state.run().leases, state.clock.ms)).kind).toBe('held');
  });

  it('is free again as soon as it was released', async () => {
    const state = stateBucket();
    const { leases } = state.run();
    await leases.release(await held(leases, START));
    expect((await acquire(leases, START)).kind).toBe('held');
  });

  it('goes to one of two that ask at once', async () => {
    const state = stateBucket();
    const both = await Promise.all([acquire(state.run().leases, START), acquire(state.run().leases, START)]);
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['held', 'taken']);
  });

  it('is asked for again when it was released between the refusal and the question about its holder', async () => {
    const state = stateBucket();
    const first = await held(state.run().leases, START);
    let reads = 0;
    const hook: Hook = (method) => {
      if (method === 'getObject' && (reads += 1) === 1) state.remove(first.name);
    };
    expect((await acquire(state.run(hook).leases, START)).kind).toBe('held');
  });

  it('is reported as taken in the end, however often it changes its holder', async () => {
    const state = stateBucket();
    const name = (await held(state.run().leases, START)).name;
    const body = JSON.stringify(await state.body(name));
    const hook: Hook = async (method) => {
      if (method === 'getObject') state.remove(name);
      if (method === 'putObject') await state.put(name, body);
    };
    expect(await remaining(state.run(hook).leases, START)).toBeGreaterThan(0);
  });

  it('belongs to the run itself when its client had to repeat the create request', async () => {
    const state = stateBucket();
    let sent = 0;
    const { leases } = state.run(undefined, {
      putObject: async (place, key, body, options) => {
        sent += 1;
        if (sent === 1) await state.plain.putObject(place, key, body, options);
        return state.plain.putObject(place, key, body, options);
      },
    });
    const lease = await held(leases, START);
    expect(state.keys()).toEqual([lease.name]);
    expect((await acquire(state.run().leases, START)).kind).toBe('taken');
  });
});

describe('an expired lease', () => {
  it('is not deleted but taken over under the next number, with its facts', async () => {
    const { state, broken } = await afterBrokenRun({ floor: 5, since: 9 });
    const lease = await held(state.run().leases, state.clock.ms, { floor: 7, since: 11 });
    expect(lease).toMatchObject({ floor: 5, since: 9, inherited: [broken.name] });
    expect(lease.name).toBe(broken.name.replace(/0$/, '1'));
    expect(state.keys()).toEqual([broken.name, lease.name]);
    expect(await state.body(lease.name)).toMatchObject({ floor: 5, since: 9 });
  });

  it('is removed together with the one that took it over, when that work is done', async () => {
    const { state } = await afterBrokenRun();
    const { leases } = state.run();
    await leases.release(await held(leases, state.clock.ms));
    expect(state.keys()).toEqual([]);
  });

  it('passes on the facts of all killed runs', async () => {
    const { state } = await afterBrokenRun({ floor: 5, since: 30 });
    await held(state.run().leases, state.clock.ms, { floor: 6, since: 20 });
    state.clock.ms += LONG_AFTER;
    const third = await held(state.run().leases, state.clock.ms, { floor: 9, since: Number.POSITIVE_INFINITY });
    expect(third).toMatchObject({ floor: 5, since: 20 });
    expect(third.inherited).toHaveLength(2);
  });

  it('goes to one of two that take over at once', async () => {
    const { state } = await afterBrokenRun();
    const both = await Promise.all([1, 2].map(() => acquire(state.run().leases, state.clock.ms)));
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['held', 'taken']);
  });

  it('that others took over, finished and removed makes the number above it void', async () => {
    const { state, broken } = await afterBrokenRun();
    let third: Lease | undefined;
    const hook: Hook = async (method, key) => {
      if (third !== undefined || method !== 'putObject' || key === broken.name) return;
      const { leases } = state.run();
      await leases.release(await held(leases, state.clock.ms));
      third = await held(leases, state.clock.ms);
    };
    const acquired = await acquire(state.run(hook).leases, state.clock.ms);
    expect(third?.name).toBe(broken.name);
    expect(acquired.kind).toBe('taken');
    expect(state.keys()).toEqual([broken.name]);
  });

  it("is judged by the state bucket's clock, even when the own clock is wrong by hours", async () => {
    const state = stateBucket();
    await held(state.run().leases, START);
    for (const skew of [10 * 3_600_000, -10 * 3_600_000]) {
      const other = state.run(undefined, {}, skew);
      expect((await acquire(other.leases, START + skew)).kind).toBe('taken');
    }
    state.clock.ms += LONG_AFTER;
    const behind = state.run(undefined, {}, -10 * 3_600_000);
    expect((await acquire(behind.leases, state.clock.ms - 10 * 3_600_000)).kind).toBe('held');
  });
});

it('that cannot be read stops the run and never counts as none', async () => {
  const state = stateBucket();
  const lease = await held(state.run().leases, START);
  await state.put(lease.name, '{"half":');
  await expect(acquire(state.run().leases, START)).rejects.toMatchObject({ code: 'InvalidStateObject', side: 'state' });
});
