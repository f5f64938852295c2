import { CosError } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';
import type { Cause } from '../errors/index.ts';
import type { Rule } from '../rules/index.ts';
import type { ObjectEvent } from '../scf/index.ts';
import type { Target, Task } from '../tasks/index.ts';
import { EVENT_SLACK_MS } from './look/observe.ts';
import type { Work } from './types.ts';
import { timeOfVersionId } from '../identity/index.ts';

/** The work an event asks for at one destination. The event is a hint: it says where to look, never what is true. */
export function workOfEvent(event: ObjectEvent, target: Target, rules: readonly Rule[]): Work {
  const { source, destination, key } = target;
  const { versionId, etag, size, time } = event;
  // A delete marker has no bytes, and the version it hides is not the one that the event speaks of.
  const says = event.type === 'marker' ? {} : { etag, size };
  return {
    source,
    destination,
    key,
    rules,
    hints: versionId === undefined ? [] : [versionId],
    // A restored version is rarely the current one, and may be of any age.
    clue:
      versionId === undefined
        ? { etag: says.etag, size: says.size, time: event.type === 'restored' ? undefined : time }
        : undefined,
    full: event.type !== 'created',
    thorough: false,
    floor: floorOf(event),
    since: Number.POSITIVE_INFINITY,
    // What was restored may be anything that was passed over.
    compare: false,
    fresh: event.type === 'restored' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
    uploads: new Map(),
  };
}

/** Microseconds since 1970 of the version an event speaks of, or of the second in which it was made at the earliest. */
function floorOf({ type, versionId, time }: ObjectEvent): number {
  if (versionId !== undefined) return timeOfVersionId(versionId) ?? 0;
  return time === undefined || type === 'restored' ? 0 : Math.max(0, time - EVENT_SLACK_MS) * 1000;
}

/** Causes of tasks that ask for the whole key anew: a person, or a scan. What goes on from one has another cause. */
const ANEW: ReadonlySet<string> = new Set(['requested', 'scan']);

/** The work of several tasks of one key. Nothing is known of the key but that something is left to do. */
export function workOfTasks(tasks: readonly Task[], target: Target, rules: readonly Rule[]): Work {
  const { source, destination, key } = target;
  return {
    source,
    destination,
    key,
    rules,
    hints: [...new Set(tasks.flatMap((task) => task.hints))],
    clue: undefined,
    full: true,
    thorough: true,
    floor: Math.min(...tasks.map((task) => task.floor)),
    since: Math.min(...tasks.map((task) => task.since)),
    compare: tasks.some((task) => task.compare === true),
    fresh: Math.max(...tasks.map(({ cause, first }) => (ANEW.has(cause) ? first : Number.NEGATIVE_INFINITY))),
    uploads: new Map(tasks.flatMap((task) => task.uploads ?? []).map((upload) => [upload.uploadId, upload])),
  };
}

/** What is left of a piece of work, written down for another run. `now` in ms since 1970. */
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
    ...(uploads.size === 0 ? {} : { uploads: [...uploads.values()] }),
  };
}

type Why = Pick<Task, 'cause' | 'failed'>;

/** What a task says of the failure that made it: a code, and which request failed on which side. */
export function whyOf(error: unknown): Why {
  const cause = causeOf(error);
  if (!(error instanceof CosError)) return { cause };
  const { request, side } = error;
  return { cause, failed: { request, ...(side === undefined ? {} : { side }) } };
}

/** A word for a task's cause: the error's code, never its text, which may hold a key or a host. */
export const causeOf = (error: unknown): string => (error instanceof ServiceError ? error.code : 'InternalError');
