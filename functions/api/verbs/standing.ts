import type { Side } from '../../../shared/errors/index.ts';
import { hasFailed } from '../../../shared/tasks/index.ts';
import type { Pending, Task } from '../../../shared/tasks/index.ts';
import { timeText } from '../request/json.ts';

/** The state of open work. */
export interface Standing {
  readonly state: 'PENDING' | 'FAILED';
  readonly cause: string;
  readonly attempts: number;
  /** The request that failed, and its side. */
  readonly request?: string | undefined;
  readonly side?: Side | undefined;
  readonly nextTry?: string;
}

/** The state of a key at a destination from all its pieces of work; undefined when there are none. */
export function standingOf(items: readonly Pending[]): Standing | undefined {
  const failed = items.filter(({ task }) => hasFailed(task));
  const told = (failed.length > 0 ? failed : items).toSorted((a, b) => b.task.attempts - a.task.attempts)[0];
  if (told === undefined) return undefined;
  const due = items.map((item) => item.due);
  // Work without a time has been started already.
  const next = due.every((time) => time !== undefined) ? { nextTry: timeText(Math.min(...due)) } : {};
  const state = failed.length > 0 ? 'FAILED' : 'PENDING';
  return { state, cause: told.task.cause, ...told.task.failed, attempts: triesOf(told.task), ...next };
}

/** A task counts the runs that did not finish it. The first failure, which made it a task, is added. */
function triesOf(task: Task): number {
  return task.attempts + (hasFailed(task) ? 1 : 0);
}
