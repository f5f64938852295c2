import { describe, expect, it } from 'vitest';
import type { Leases } from '../../../shared/tasks/index.ts';
import { acquire, held, RUN_MS } from './lease-runs.ts';
import { FACTS, START, STATE, stateBucket, TARGET } from './state.ts';

const MINUTE = 60_000;
/** ms after its beginning at which the lease of a run has ended. */
const OVER = RUN_MS + 2 * MINUTE;
const ATTEMPT = '1767225600-vu1';

/** A run that was killed while it waited for a copy of ten minutes. */
async function killedOverCopy() {
  const state = stateBucket();
  const { leases } = state.run();
  const lease = await held(leases, START);
  await leases.outlast(lease, TARGET, ATTEMPT, START + 10 * MINUTE);
  state.clock.ms = START + OVER;
  return { state, lease };
}

const acquireLanded = (leases: Leases, now: number, landed: string) =>
  leases.acquire(TARGET, FACTS, now + RUN_MS, { landed });

// P51
describe('a key that is kept for a slow copy', () => {
  it('needs no further lease where the lease of the run lasts as long', async () => {
    const state = stateBucket();
    const { leases } = state.run();
    const lease = await held(leases, START);
    const before = state.requests();
    await leases.outlast(lease, TARGET, ATTEMPT, START + RUN_MS + MINUTE);
    expect(state.requests()).toBe(before);
  });

  it('gets one further lease from one run', async () => {
    const state = stateBucket();
    const { leases } = state.run();
    const lease = await held(leases, START);
    await leases.outlast(lease, TARGET, ATTEMPT, START + 10 * MINUTE);
    await leases.outlast(lease, TARGET, '1767225600-vu2', START + 9 * MINUTE);
    expect(state.keys()).toHaveLength(2);
  });

  it('is taken until the copy must have taken effect, and free after that', async () => {
    const { state } = await killedOverCopy();
    expect(await acquire(state.run().leases, state.clock.ms)).toMatchObject({ kind: 'taken', awaited: ATTEMPT });
    state.clock.ms = START + 10 * MINUTE;
    expect(await acquire(state.run().leases, state.clock.ms)).toMatchObject({ kind: 'taken', awaited: ATTEMPT });
    state.clock.ms += 5_000;
    expect((await acquire(state.run().leases, state.clock.ms)).kind).toBe('held');
  });

  it('is not awaited while its run is alive, whatever has taken effect', async () => {
    const { state } = await killedOverCopy();
    state.clock.ms = START + MINUTE;
    const acquired = await acquireLanded(state.run().leases, state.clock.ms, ATTEMPT);
    expect(acquired).toMatchObject({ kind: 'taken', awaited: undefined });
  });

  it('is free when this very copy has taken effect, and the next run continues from the record', async () => {
    const { state, lease } = await killedOverCopy();
    expect((await acquireLanded(state.run().leases, state.clock.ms, '1767225600-vother')).kind).toBe('taken');
    const { leases } = state.run();
    const acquired = await acquireLanded(leases, state.clock.ms, ATTEMPT);
    if (acquired.kind !== 'held') throw new Error('the key is taken');
    expect(acquired.lease.inherited).toHaveLength(2);
    expect(acquired.lease.inherited).toContain(lease.name);
    await leases.release(acquired.lease);
    expect(state.keys()).toEqual([]);
  });

  it('does not count as abandoned while the copy may take effect', async () => {
    const { state } = await killedOverCopy();
    const abandoned = async (): Promise<number> => {
      let count = 0;
      for await (const batch of state.run().leases.abandoned(() => undefined)) count += batch.length;
      return count;
    };
    expect(await abandoned()).toBe(0);
    state.clock.ms = START + 11 * MINUTE;
    expect(await abandoned()).toBe(1);
  });

  it('is released with all leases of the run, although the first has expired', async () => {
    const state = stateBucket();
    const { leases } = state.run();
    const lease = await held(leases, START);
    await leases.outlast(lease, TARGET, ATTEMPT, START + 10 * MINUTE);
    state.clock.ms = START + 5 * MINUTE;
    await leases.release(lease);
    expect(state.keys()).toEqual([]);
  });

  it('is kept beside a record that another run has left there', async () => {
    const { state, lease: killed } = await killedOverCopy();
    // The run before released its first lease and was killed before the second.
    await state.plain.deleteObject(STATE, killed.name);
    const { leases } = state.run();
    const lease = await held(leases, state.clock.ms);
    await leases.outlast(lease, TARGET, '1767225600-vu3', state.clock.ms + 10 * MINUTE);
    expect(state.keys()).toHaveLength(3);
    await leases.release(lease);
    expect(state.keys()).toHaveLength(1);
  });
});
