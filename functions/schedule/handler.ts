import { causeOf, type Engine } from '../../shared/replication/index.ts';
import type { Abandoned } from '../../shared/tasks/index.ts';
import type { Run } from '../../shared/scf/index.ts';
import { LOST_START_MS, SWEEP_CLOSING_MS } from '../../shared/durations/index.ts';

export type SweepDeps = Pick<Engine, 'settings' | 'tasks' | 'leases' | 'behind' | 'now'>;

export interface Swept {
  readonly abandoned: number;
  readonly promoted: number;
  readonly restarted: number;
}

/**
 * Runs each minute: starts due work, makes tasks of the work that killed runs have left, and repeats lost starts. The
 * three run in parallel until all is done or the time is over, so that none waits for another. A failure is thrown only
 * after the others have ended.
 */
export async function sweep(engine: SweepDeps, run: Run): Promise<Swept> {
  const deadline = run.deadline - SWEEP_CLOSING_MS;
  const failures: unknown[] = [];
  const part = (work: Promise<number>): Promise<number> =>
    work.catch((error: unknown) => {
      failures.push(error);
      return 0;
    });
  const [promoted, abandoned, restarted] = await Promise.all([
    part(engine.tasks.promote(deadline, crowdOf(engine))),
    part(sweepLeases(engine, deadline, run)),
    part(engine.tasks.restart(LOST_START_MS, deadline)),
  ]);
  if (failures.length > 0) throw failures[0];
  return { abandoned, promoted, restarted };
}

const crowdOf = ({ settings, behind }: SweepDeps) => ({
  from: settings.crowdedFrom,
  tell: (destination: string) => behind.crowd(destination),
});

/** The expired lease stays: the task goes on from this record, and its run removes it. */
async function sweepLeases({ leases, tasks, now }: SweepDeps, deadline: number, run: Run): Promise<number> {
  let count = 0;
  const passOver = (error: unknown): void => run.log({ message: 'lease skipped', cause: causeOf(error) });
  const take = async ({ target, facts }: Abandoned): Promise<void> => {
    if (now() >= deadline) return;
    try {
      // P22d: The expired lease stays until the task of its key is done.
      if ((await tasks.ofKey(target)).length > 0) return;
      await tasks.submit({ ...target, ...facts, hints: [], cause: 'lease', attempts: 0, first: now() });
      count += 1;
    } catch (error) {
      passOver(error);
    }
  };
  for await (const batch of leases.abandoned(passOver)) {
    if (now() >= deadline) break;
    await Promise.all(batch.map(take));
  }
  return count;
}
