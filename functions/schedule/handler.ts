import { causeOf, type Engine } from '../../shared/replication/index.ts';
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

/**
 * Each minute: makes tasks of what broken-off runs have left, and starts what has become due or was never started. The
 * three are independent: one that fails is thrown only after the others have had their turn.
 */
export async function sweep(engine: Engine, run: Run): Promise<Swept> {
  const deadline = run.deadline - CLOSING_MS;
  const failures: unknown[] = [];
  const part = (work: Promise<number>): Promise<number> =>
    work.catch((error: unknown) => {
      failures.push(error);
      return 0;
    });
  const abandoned = await part(sweepLeases(engine, deadline, run));
  const promoted = await part(engine.tasks.promote(PER_DESTINATION, deadline));
  const restarted = await part(engine.tasks.restart(LOST_MS, RESTARTS, deadline));
  if (failures.length > 0) throw failures[0];
  return { abandoned, promoted, restarted };
}

/** The expired lease stays: it is the record that the task goes on from, and the task's run removes it. */
async function sweepLeases({ leases, tasks, now }: Engine, deadline: number, run: Run): Promise<number> {
  let count = 0;
  const passOver = (error: unknown): void => run.log({ message: 'lease passed over', cause: causeOf(error) });
  for await (const { target, facts } of leases.abandoned(passOver)) {
    if (now() >= deadline) break;
    try {
      if ((await tasks.ofKey(target)).length > 0) continue;
      await tasks.submit({ ...target, ...facts, hints: [], cause: 'lease', attempts: 0, first: now() });
      count += 1;
    } catch (error) {
      passOver(error);
    }
  }
  return count;
}
