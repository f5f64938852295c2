import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Leases } from '../../../shared/tasks/index.ts';
import { acquire, afterBrokenRun, held, LONG_AFTER, RUN_MS } from './lease-runs.ts';
import { FACTS, START, STATE, stateBucket, TARGET } from './state.ts';

describe('a late release', () => {
  it('deletes nothing once the lease may expire before the request has taken effect', async () => {
    const state = stateBucket();
    const { leases } = state.run();
    const lease = await held(leases, START);
    state.clock.ms = START + lease.duration - 60_000;
    await leases.release(lease);
    expect(state.keys()).toEqual([lease.name]);
  });

  // P23
  it("never frees somebody else's lease, whenever it comes", async () => {
    expect.hasAssertions();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2 * LONG_AFTER }),
        fc.integer({ min: 0, max: 2 * LONG_AFTER }),
        async (second, late) => {
          const state = stateBucket();
          const { leases } = state.run();
          const first = await held(leases, START);
          state.clock.ms = START + second;
          const other = await acquire(state.run().leases, state.clock.ms);
          state.clock.ms = START + Math.max(second, late);
          await leases.release(first);
          expect(state.keys()).toEqual(expect.arrayContaining(other.kind === 'held' ? [other.lease.name] : []));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is carried out while the key is ours for as long as the request is valid', async () => {
    const state = stateBucket();
    const { leases } = state.run();
    const lease = await held(leases, START);
    state.clock.ms = START + lease.duration - 60_001;
    expect((await acquire(state.run().leases, START + lease.duration - 1)).kind).toBe('taken');
    await leases.release(lease);
    expect(state.keys()).toEqual([]);
  });
});

describe('records left behind', () => {
  /** A record above a free number: the run with the lower one was done, a later one was killed. */
  async function orphan() {
    const { state } = await afterBrokenRun({ floor: 9, since: Number.POSITIVE_INFINITY });
    const second = await held(state.run().leases, state.clock.ms, { floor: 3, since: 4 });
    for (const name of second.inherited) state.remove(name);
    state.clock.ms += LONG_AFTER;
    return { state, left: second.name };
  }

  it('are found by a thorough look, and removed with its work', async () => {
    const { state, left } = await orphan();
    const { leases } = state.run();
    const lease = await held(leases, state.clock.ms, FACTS, true);
    expect(lease).toMatchObject({ floor: 3, since: 4, inherited: [left] });
    await leases.release(lease);
    expect(state.keys()).toEqual([]);
  });

  it('do not stop an event, and stay for the sweep', async () => {
    const { state, left } = await orphan();
    const { leases } = state.run();
    await leases.release(await held(leases, state.clock.ms));
    expect(state.keys()).toEqual([left]);
  });

  it('that have not expired are left alone', async () => {
    const { state } = await afterBrokenRun();
    const alive = await held(state.run().leases, state.clock.ms);
    for (const name of alive.inherited) state.remove(name);
    const { leases } = state.run();
    const lease = await held(leases, state.clock.ms, FACTS, true);
    expect(lease.inherited).toEqual([]);
    await leases.release(lease);
    expect(state.keys()).toEqual([alive.name]);
  });
});

describe('a sweep of leases reports', () => {
  const abandoned = async (leases: Leases, problems: unknown[] = []) => {
    const found = [];
    for await (const one of leases.abandoned((error) => problems.push(error))) found.push(...one);
    return found;
  };

  it('nothing while the run may be at work', async () => {
    const state = stateBucket();
    await held(state.run().leases, START);
    expect(await abandoned(state.run().leases)).toEqual([]);
  });

  it('a key whose holder was killed, with the facts of that run; the record stays', async () => {
    const { state, broken } = await afterBrokenRun({ floor: 5, since: 9 });
    expect(await abandoned(state.run().leases)).toEqual([{ target: TARGET, facts: { floor: 5, since: 9 } }]);
    expect(state.keys()).toEqual([broken.name]);
  });

  it('a key once, however many runs were killed', async () => {
    const { state } = await afterBrokenRun({ floor: 5, since: 9 });
    await held(state.run().leases, state.clock.ms, { floor: 4, since: 10 });
    state.clock.ms += LONG_AFTER;
    expect(await abandoned(state.run().leases)).toEqual([{ target: TARGET, facts: { floor: 4, since: 9 } }]);
  });

  it('no key that another run has taken over', async () => {
    const { state } = await afterBrokenRun();
    await held(state.run().leases, state.clock.ms);
    expect(await abandoned(state.run().leases)).toEqual([]);
  });

  it('all of them, over pages of the listing', async () => {
    const state = stateBucket();
    const { leases } = state.run(undefined, {
      listObjects: (place, query) => state.plain.listObjects(place, { ...query, maxKeys: 2 }),
    });
    for (let i = 0; i < 5; i += 1) await leases.acquire({ ...TARGET, key: `k${i}` }, FACTS, START + RUN_MS);
    state.clock.ms += LONG_AFTER;
    const keys = (await abandoned(leases)).map(({ target }) => target.key);
    expect(keys.toSorted()).toEqual(['k0', 'k1', 'k2', 'k3', 'k4']);
  });

  it('the others, when the record of one key cannot be read', async () => {
    const { state } = await afterBrokenRun({ floor: 5, since: 9 });
    await state.plain.putObject(STATE, `leases/${'0'.repeat(32)}/0`, Buffer.from('not a lease'));
    state.clock.ms += LONG_AFTER;
    const problems: unknown[] = [];
    expect(await abandoned(state.run().leases, problems)).toMatchObject([{ target: TARGET }]);
    expect(problems).toMatchObject([{ code: 'InvalidStateObject' }]);
  });

  it('nothing for objects that are no leases', async () => {
    const state = stateBucket();
    await state.plain.putObject(STATE, 'leases/stray', Buffer.from('{}'));
    expect(await abandoned(state.run().leases)).toEqual([]);
  });
});
