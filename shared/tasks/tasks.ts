import { formatPlace, objectsUnder } from '../cos/index.ts';
import { decodeTask, encodeTask } from './documents.ts';
import { digestOfTarget, readTaskName, readWaitingName, taskName, TASKS, WAITING, waitingName } from './names.ts';
import type { StateDeps, Target, Task, TaskObject } from './types.ts';

/** More than this on one key are read in a later run. */
const TASKS_PER_KEY = 1000;

/**
 * Durable work on the state bucket. What lies under `tasks/` is due and has started a function; what lies under
 * `waiting/` starts nothing until `promote` moves it. Names under `tasks/` are unique: a worker deletes exactly those that it
 * listed before it looked, so work that came meanwhile is never lost. A crash between the two halves of a move leaves the
 * work twice, which costs a look and harms nothing.
 */
export class Tasks {
  readonly #deps: StateDeps;

  constructor(deps: StateDeps) {
    this.#deps = deps;
  }

  /** Due now: starts the `task` function. */
  async submit(task: Task): Promise<void> {
    await this.#put(taskName(this.#digest(task), this.#deps.unique()), task);
  }

  /** Due at `due` (ms since 1970). Returns the name, for who can do the work itself before it is due. */
  async defer(task: Task, due: number): Promise<string> {
    const name = this.#waitingName(task, due);
    await this.#put(name, task);
    return name;
  }

  /** Undefined when it has been done meanwhile. Throws `InvalidStateObject`. */
  async load(name: string): Promise<TaskObject | undefined> {
    const object = await this.#deps.cos.getObject(this.#deps.state, name);
    return object && { name, task: decodeTask(name, object.body) };
  }

  /** The due tasks of one key; list them before looking at the key, and complete exactly these. */
  async ofKey(target: Target): Promise<readonly TaskObject[]> {
    const page = await this.#deps.cos.listObjects(this.#deps.state, {
      prefix: `${TASKS}${this.#digest(target)}/`,
      maxKeys: TASKS_PER_KEY,
    });
    const found = await mapLimited(page.entries, 16, (entry) => this.load(entry.key));
    return found.filter((one) => one !== undefined);
  }

  async complete(done: readonly TaskObject[]): Promise<void> {
    await mapLimited(done, 16, ({ name }) => this.#deps.cos.deleteObject(this.#deps.state, name));
  }

  /** Puts one task in the place of several of one key, due later. Written first, then the old ones go. */
  async replace(old: readonly TaskObject[], task: Task, due: number): Promise<void> {
    await this.defer(task, due);
    await this.complete(old);
  }

  /**
   * Makes what is due start, the longest due first, at most `perDestination` of each destination, so that one that is
   * down slows only its own work. Ends before `deadline` (ms since 1970). Returns how many were moved.
   */
  async promote(perDestination: number, deadline: number): Promise<number> {
    let moved = 0;
    let marker = WAITING;
    while (this.#deps.now() < deadline) {
      const next = await this.#deps.cos.listObjects(this.#deps.state, { prefix: WAITING, marker, maxKeys: 1 });
      const name = next.entries[0]?.key;
      if (name === undefined) break;
      const destination = name.slice(WAITING.length).split('/', 1)[0] ?? '';
      moved += await this.#promoteOf(`${WAITING}${destination}/`, perDestination, deadline);
      marker = `${WAITING}${destination}/\u{10FFFF}`;
    }
    return moved;
  }

  /** Starts due tasks again whose start was lost: older than `age` ms by the state bucket's clock. */
  async restart(age: number, limit: number, deadline: number): Promise<number> {
    let restarted = 0;
    for await (const entry of objectsUnder(this.#deps.cos, this.#deps.state, TASKS)) {
      if (restarted >= limit || this.#deps.now() >= deadline) return restarted;
      if (this.#deps.now() - entry.lastModified < age || readTaskName(entry.key) === undefined) continue;
      const object = await this.#deps.cos.getObject(this.#deps.state, entry.key);
      if (object === undefined) continue;
      await this.#deps.cos.putObject(this.#deps.state, entry.key, object.body, { contentType: 'application/json' });
      restarted += 1;
    }
    return restarted;
  }

  async #promoteOf(prefix: string, limit: number, deadline: number): Promise<number> {
    const page = await this.#deps.cos.listObjects(this.#deps.state, { prefix, maxKeys: Math.min(limit, 1000) });
    const now = this.#deps.now();
    const due = page.entries.filter((entry) => (readWaitingName(entry.key)?.due ?? Number.POSITIVE_INFINITY) <= now);
    const results = await mapLimited(due, 16, async ({ key }) => {
      const name = readWaitingName(key);
      if (name === undefined || this.#deps.now() >= deadline) return false;
      const object = await this.#deps.cos.getObject(this.#deps.state, key);
      if (object === undefined) return false;
      await this.#deps.cos.putObject(this.#deps.state, taskName(name.digest, this.#deps.unique()), object.body, {
        contentType: 'application/json',
      });
      await this.#deps.cos.deleteObject(this.#deps.state, key);
      return true;
    });
    return results.filter(Boolean).length;
  }

  #digest(target: Target): string {
    return digestOfTarget(target, this.#deps.hash);
  }

  #waitingName(task: Task, due: number): string {
    const uploads = task.uploads?.map(({ uploadId }) => uploadId).sort();
    const says = JSON.stringify([[...task.hints].sort(), task.floor, task.since, task.cause, uploads]);
    const content = this.#deps.hash.sha256(says).slice(0, 16);
    return waitingName(formatPlace(task.destination), due, this.#digest(task), content);
  }

  async #put(name: string, task: Task): Promise<void> {
    await this.#deps.cos.putObject(this.#deps.state, name, encodeTask(task), { contentType: 'application/json' });
  }
}

/** Runs `work` over all items, at most `limit` at a time; the first failure is thrown once the running ones ended. */
export async function mapLimited<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const i = next;
      next += 1;
      results[i] = await work(items[i] as T);
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, lane));
  const failed = lanes.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  return results;
}
