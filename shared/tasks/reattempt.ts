import { samePlace } from '../cos/index.ts';
import type { Place } from '../cos/index.ts';
import { unlessDamaged } from '../shape/index.ts';
import { decodeTask, encodeTask } from './documents.ts';
import { digestOfTarget, readWaitingName, TASKS, WAITING } from './names.ts';
import { isRecheck } from './causes.ts';
import { namesUnder } from './pending.ts';
import { startWaiting } from './move.ts';
import type { StateDeps, Target, Task } from './types.ts';

export interface ReattemptQuery {
  readonly source: Place;
  /** Only these targets; undefined: all of the source. */
  readonly targets: readonly Target[] | undefined;
  /** Whether the caller may start the work at a destination. */
  readonly accepts?: (target: Target) => boolean;
  /** The cursor of the previous call. */
  readonly marker: string | undefined;
  /** Most pieces of work to start, and most names to read, in one call. */
  readonly limit: number;
  readonly examined: number;
}

export interface Reattempted {
  /** Keys of which work was started. */
  readonly keys: ReadonlySet<string>;
  /** The same with their destinations: digests of targets (`digestOfTarget`). */
  readonly digests: ReadonlySet<string>;
  /** Set when there is more. */
  readonly marker: string | undefined;
}

/**
 * Makes waiting work due now. As with `promote`, a crash between the two halves of a move leaves the work twice.
 * Rechecks keep their time, because they wait for listings to settle.
 */
export async function reattempt(deps: StateDeps, query: ReattemptQuery): Promise<Reattempted> {
  const wanted = query.targets && new Set(query.targets.map((target) => digestOfTarget(target, deps.hash)));
  const digests = new Set<string>();
  const keys = new Set<string>();
  let started = 0;
  let examined = 0;
  for await (const names of namesUnder(deps, WAITING, query.marker)) {
    const room = Math.min(names.length, query.limit - started, query.examined - examined);
    const some = names.slice(0, room);
    const moved = await Promise.all(some.map((name) => start(deps, name, query, wanted)));
    for (const task of moved) {
      if (task === undefined) continue;
      digests.add(digestOfTarget(task, deps.hash));
      keys.add(task.key);
      started += 1;
    }
    examined += some.length;
    if (some.length < names.length || started >= query.limit || examined >= query.examined) {
      return { keys, digests, marker: some.at(-1) ?? query.marker };
    }
  }
  return { keys, digests, marker: undefined };
}

async function start(
  deps: StateDeps,
  name: string,
  { source, accepts = () => true }: ReattemptQuery,
  wanted: ReadonlySet<string> | undefined,
): Promise<Task | undefined> {
  const { cos, state } = deps;
  const digest = readWaitingName(name)?.digest;
  if (digest === undefined || wanted?.has(digest) === false) return undefined;
  const object = await cos.getObject(state, name);
  const task = object && unlessDamaged(() => decodeTask(name, object.body));
  if (object === undefined || task === undefined || !samePlace(task.source, source)) return undefined;
  if (isRecheck(task) || !accepts(task)) return undefined;
  // A user who names a key wants its tags compared too, and not only its failed work done.
  const body = wanted === undefined ? object.body : encodeTask({ ...task, compare: true });
  await startWaiting(deps, { name, digest, body });
  return task;
}

/** Whether a run has been started for the target and has not ended. */
export async function isStarted({ cos, state, hash }: StateDeps, target: Target): Promise<boolean> {
  const prefix = `${TASKS}${digestOfTarget(target, hash)}/`;
  return (await cos.listObjects(state, { prefix, maxKeys: 1 })).entries.length > 0;
}

/**
 * Work that no run has left but a person requests: the whole history of the key is looked at, with its tags. `now` in
 * ms since 1970.
 */
export const requestedTask = ({ source, destination, key }: Target, now: number): Task => ({
  source,
  destination,
  key,
  hints: [],
  floor: 0,
  since: Number.POSITIVE_INFINITY,
  cause: 'requested',
  attempts: 0,
  first: now,
  compare: true,
});
