import type { Task } from '../../shared/tasks/index.ts';
import { BACKUP, SOURCE } from './places.ts';
import { KEY, type Deployment } from './small.ts';

export const TOLD = { markerTold: () => true };
export const TARGET = { source: SOURCE, destination: BACKUP, key: KEY };

/** A scan's task for the key of the tests, submitted now. */
const taskAt = ({ clock }: Deployment, change: Partial<Task> = {}): Task => ({
  ...TARGET,
  hints: [],
  floor: 0,
  since: Number.POSITIVE_INFINITY,
  cause: 'scan',
  attempts: 0,
  first: clock.ms,
  ...change,
});

/** Submits a task and returns the name under which it has started. */
export async function submitTo(world: Deployment, change: Partial<Task> = {}): Promise<string> {
  await world.engine.tasks.submit(taskAt(world, change));
  return world.started.at(-1)?.key ?? '';
}

/** The only task that waits, and in how many ms it is due. */
export async function waitingIn(world: Deployment) {
  const names = world.state('waiting/').filter((name) => !name.endsWith('/recovered'));
  if (names.length !== 1) throw new Error(`${names.length} tasks wait; exactly one should`);
  const due = Number(/\/(\d{13})\//.exec(names[0] ?? '')?.[1]);
  return { task: await world.pending(names[0] ?? ''), wait: due - world.clock.ms };
}
