import type { Acquired, Facts, Lease, Leases } from '../../../shared/tasks/index.ts';
import { FACTS, START, stateBucket, TARGET } from './state.ts';

/** ms of a run. A lease outlasts its run by the time in which a request of it may still take effect. */
export const RUN_MS = 60_000;
export const LONG_AFTER = 10 * RUN_MS;

export const acquire = (leases: Leases, now: number, facts: Facts = FACTS, thorough = false): Promise<Acquired> =>
  leases.acquire(TARGET, facts, now + RUN_MS, { thorough });

export async function held(leases: Leases, now: number, facts: Facts = FACTS, thorough = false): Promise<Lease> {
  const acquired = await acquire(leases, now, facts, thorough);
  if (acquired.kind !== 'held') throw new Error('the key is taken');
  return acquired.lease;
}

/** A bucket on which a run was killed and left its lease, which has expired. */
export async function afterBrokenRun(facts: Facts = FACTS) {
  const state = stateBucket();
  const broken = await held(state.run().leases, START, facts);
  state.clock.ms += LONG_AFTER;
  return { state, broken };
}
