import { CosError } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import { timeOfVersionId } from '../identity/index.ts';
import type { Cause } from '../errors/index.ts';
import type { Rule } from '../rules/index.ts';
import type { Target, Task } from '../tasks/index.ts';
import type { Work } from './types.ts';

/** The cause of tasks with which a person requests the whole key anew. A task that continues one has another cause. */
const ANEW: Cause = 'requested';

/**
 * The most version IDs in one task. Each event of a failing key adds one. Without a limit a user who writes a key often
 * enough could make its task too large to be read.
 */
const MOST_HINTS = 1000;

/**
 * Of too many hints, the newest ones, because a listing may lack those, and the oldest one, which says how deep to
 * look. The others have been listed long ago, and the floor of the task covers them.
 */
function fewHints(hints: readonly string[]): readonly string[] {
  if (hints.length <= MOST_HINTS) return hints;
  // The ID `null` holds no time.
  const timeOf = (hint: string): number => timeOfVersionId(hint) ?? Number.POSITIVE_INFINITY;
  const newestFirst = hints.toSorted((a, b) => Math.sign(timeOf(b) - timeOf(a)) || 0);
  return [...newestFirst.slice(0, MOST_HINTS - 1), ...newestFirst.slice(-1)];
}

/** The work of several tasks of one key. Only their demands are known, not the state of the key. */
export function workOfTasks(tasks: readonly Task[], target: Target, rules: readonly Rule[]): Work {
  const { source, destination, key } = target;
  return {
    source,
    destination,
    key,
    rules,
    hints: fewHints([...new Set(tasks.flatMap((task) => task.hints))]),
    clue: undefined,
    full: true,
    thorough: true,
    // P27: As deep as the deepest of the tasks.
    floor: Math.min(...tasks.map((task) => task.floor)),
    since: Math.min(...tasks.map((task) => task.since)),
    compare: tasks.some((task) => task.compare === true),
    fresh: Math.max(...tasks.map(({ cause, first }) => (cause === ANEW ? first : Number.NEGATIVE_INFINITY))),
    uploads: [...new Map(tasks.flatMap((task) => task.uploads ?? []).map((one) => [one.uploadId, one])).values()],
  };
}

/** The task for the remaining work of a run. `now` in ms since 1970. */
export function taskOf(work: Work, why: Cause | Why, now: number, earlier: readonly Task[] = []): Task {
  const { source, destination, key, hints, floor, since, uploads, compare } = work;
  return {
    source,
    destination,
    key,
    hints,
    floor,
    since,
    ...(typeof why === 'string' ? { cause: why } : why),
    attempts: Math.max(0, ...earlier.map((task) => task.attempts + 1)),
    first: Math.min(now, ...earlier.map((task) => task.first)),
    ...(compare ? { compare } : {}),
    ...(uploads.length === 0 ? {} : { uploads }),
  };
}

type Why = Pick<Task, 'cause' | 'failed'>;

/** The reason that a task gives for itself: a code, and the request and side that failed. */
export function whyOf(error: unknown): Why {
  const cause = causeOf(error);
  if (!(error instanceof CosError)) return { cause };
  const { request, side } = error;
  return { cause, failed: { request, ...(side === undefined ? {} : { side }) } };
}

/** A code for a task's cause. The text of the error is left out, because it may hold a key or a host. */
export const causeOf = (error: unknown): string => (error instanceof ServiceError ? error.code : 'InternalError');
