import { taskOf, whyOf, type Report, type Work } from '../replication/index.ts';
import { backOff, type Task } from '../tasks/index.ts';
import { BUSY_MS } from '../durations/index.ts';

/** ms after which work that ran out of time goes on; `schedule` starts it, never the run itself. */
const GO_ON_MS = 1000;

/** The rest of a run's work. `due`: ms since 1970; `now`: it starts at once. */
export interface Left {
  readonly task: Task;
  readonly due: number | 'now';
}

/** Whether somebody has knocked, and what is left asks for that look too: the knock may go once it is written down. */
export const isHeard = (report: Report): boolean => report.state === 'failed' && report.knock !== undefined;

export interface Circumstances {
  /** ms since 1970. */
  readonly now: number;
  /** In [0, 1). */
  readonly random: number;
  /** The tasks that the work was made of. None: an event asked for it. */
  readonly earlier: readonly Task[];
}

/** The rest of the work of a run, for runs of events and of tasks alike. Undefined: nothing is left. */
export function whatIsLeft(work: Work, report: Report, { now, random, earlier }: Circumstances): Left | undefined {
  const left = { ...work, uploads: report.uploads };
  const ofEvent = earlier.length === 0;
  // Finding the key taken, or the rules changed, or having too little time, is no failure, so it does not make the next wait longer.
  const attempts = Math.max(0, ...earlier.map((task) => task.attempts));
  switch (report.state) {
    case 'done': {
      if (report.lookAgain === undefined) return undefined;
      const { at, since, floor } = report.lookAgain;
      return { task: taskOf({ ...left, since, floor, compare: false }, 'settle', now), due: at };
    }
    case 'told':
      return undefined;
    case 'busy': {
      const task = { ...taskOf(left, 'taken', now, earlier), attempts };
      // P21: A run that finds the key taken leaves a task.
      return { task, due: Math.min(now + BUSY_MS, report.until) };
    }
    case 'rules-changed': {
      const task = { ...taskOf(left, 'RulesChanged', now, earlier), attempts };
      return { task, due: now + (ofEvent ? BUSY_MS : GO_ON_MS) };
    }
    case 'handed-over': {
      // A task that goes on at once without having brought anything about would use up the same time for nothing.
      if (!ofEvent && !report.progress)
        return { task: taskOf(left, 'NoProgress', now, earlier), due: now + backOff(attempts, random) };
      const task = { ...taskOf(left, 'HandOver', now, earlier), attempts };
      // P26: What is not finished is written down.
      return { task, due: ofEvent ? 'now' : now + GO_ON_MS };
    }
    default: {
      const { knock } = report;
      // P44b: A run that fails hears a knock by leaving the look that it asks for, soon but as a further try.
      const task = taskOf(
        { ...left, floor: Math.min(left.floor, knock ?? left.floor) },
        whyOf(report.error),
        now,
        earlier,
      );
      const wait = backOff(attempts, random);
      // P26b: A failure is tried again.
      return { task, due: now + (ofEvent ? BUSY_MS : knock === undefined ? wait : Math.min(wait, BUSY_MS)) };
    }
  }
}
