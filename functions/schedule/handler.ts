import { type Engine } from '../../shared/replication/index.ts';
import type { Run } from '../../shared/scf/index.ts';

/** Tasks started per destination and minute: one that is slow or down keeps its own backlog and nobody else's. */
const PER_DESTINATION = 1000;
/** A task this old under `tasks/` has outlived every run that could hold it, in ms: its start was lost. */
const LOST_MS = 20 * 60_000;
const RESTARTS = 1000;
/** ms left free at the end of the run. */
const CLOSING_MS = 5_000;

export interface Swept {
  readonly abandoned: number;
  readonly promoted: number;
  readonly restarted: number;
}

/** Each minute: makes tasks of what broken-off runs have left, and starts what has become due or was never started. */
export async function sweep(engine: Engine, run: Run): Promise<Swept> {
  const deadline = run.deadline - CLOSING_MS;
  const abandoned = await sweepLeases(engine, deadline);
  const promoted = await engine.tasks.promote(PER_DESTINATION, deadline);
  const restarted = await engine.tasks.restart(LOST_MS, RESTARTS, deadline);
  return { abandoned, promoted, restarted };
}

/** The expired lease stays: it is the record that the task goes on from, and the task's run removes it. */
async function sweepLeases({ leases, tasks, now }: Engine, deadline: number): Promise<number> {
  let count = 0;
  for await (const { target, facts } of leases.abandoned()) {
    if (now() >= deadline) break;
    const pending = await tasks.ofKey(target);
    if (pending.length > 0) continue;
    await tasks.submit({ ...target, ...facts, hints: [], cause: 'lease', attempts: 0, first: now() });
    count += 1;
  }
  return count;
}
