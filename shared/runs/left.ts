import { taskOf, whyOf, type Report, type Work } from '../replication/index.ts';
import { nextTry, type Task } from '../tasks/index.ts';
import { BUSY_MS, REGION_SLACK_MS } from '../durations/index.ts';
import type { Hash } from '../signing/index.ts';

/**
 * ms after which work that goes on soon is due; `schedule` starts it, never the run itself. By any clock of the region
 * this is a later minute than that of the work which is being moved, so the new work never gets the name of work that
 * is about to be removed.
 */
const SOONEST_MS = REGION_SLACK_MS;

/** The work that a run leaves. `due`: ms since 1970; `now`: it starts at once. */
export interface Left {
  readonly task: Task;
  readonly due: number | 'now';
}

/**
 * Whether the work that is left includes the look that a knock asked for. If so, the knock may go once it is written
 * down.
 */
export const isHeard = (report: Report): boolean => report.state === 'failed' && report.knock !== undefined;

export interface Circumstances {
  /** ms since 1970. */
  readonly now: number;
  readonly hash: Hash;
  /** The tasks that the run worked on; none when an event started it. */
  readonly earlier: readonly Task[];
}

/** The work that a run leaves, for runs of events and of tasks alike. Undefined when nothing is left. */
export function whatIsLeft(work: Work, report: Report, { now, hash, earlier }: Circumstances): Left | undefined {
  const left = { ...work, uploads: report.uploads };
  const ofEvent = earlier.length === 0;
  // A taken key, changed rules or too little time are no failures, so they do not make the next wait longer.
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
      return { task, due: Math.min(now + BUSY_MS, Math.max(now + SOONEST_MS, report.until)) };
    }
    case 'rules-changed': {
      const task = { ...taskOf(left, 'RulesChanged', now, earlier), attempts };
      return { task, due: now + (ofEvent ? BUSY_MS : SOONEST_MS) };
    }
    case 'handed-over': {
      // A task that goes on at once without any progress would use up the same time again.
      if (!ofEvent && !report.progress)
        return { task: taskOf(left, 'NoProgress', now, earlier), due: nextTry(work, attempts, { hash, now }) };
      const task = { ...taskOf(left, 'HandOver', now, earlier), attempts };
      // P26: Unfinished work is written down.
      return { task, due: ofEvent ? 'now' : now + SOONEST_MS };
    }
    default: {
      const { knock } = report;
      // P44b: A run that fails turns a knock into work that it leaves: the look is due soon, but as a further try.
      const task = taskOf(
        { ...left, floor: Math.min(left.floor, knock ?? left.floor) },
        whyOf(report.error),
        now,
        earlier,
      );
      const soon = now + BUSY_MS;
      const later = nextTry(work, attempts, { hash, now });
      // P26b: A failure is tried again.
      return { task, due: ofEvent ? soon : knock === undefined ? later : Math.min(later, soon) };
    }
  }
}
