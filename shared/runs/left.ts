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
      const task = taskOf(left, whyOf(report.error), now, earlier);
      // P26b: A failure is tried again.
      return { task, due: now + (ofEvent ? BUSY_MS : backOff(attempts, random)) };
    }
  }
}
