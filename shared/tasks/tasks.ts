import { JSON_BODY, formatPlace, objectsUnder, putNew, type Place } from '../cos/index.ts';
import { kindOf } from './causes.ts';
import { decodeTask, encodeTask } from './documents.ts';
import { mapLimited } from './limited.ts';
import { digestOfTarget, isHelpName, readTaskName, recoveredName, taskName, TASKS, waitingName } from './names.ts';
import { promote, type Crowd } from './promote.ts';
import type { StateDeps, Target, Task, TaskObject } from './types.ts';

/** Requests in progress at once. */
const LANES = 16;
/** The most tasks of one key that one run reads. A later run reads the others. */
const TASKS_PER_KEY = 1000;

/**
 * Durable work on the state bucket. Work under `tasks/` is due and has started a function. Work under `waiting/` starts
 * nothing until `promote` moves it. Names under `tasks/` are unique: a worker deletes exactly the tasks that it listed
 * before it looked, so later work is never lost. A crash between the two halves of a move leaves the work twice, which
 * costs one look and does no harm.
 */
export class Tasks {
  readonly #deps: StateDeps;

  constructor(deps: StateDeps) {
    this.#deps = deps;
  }

  /** Writes work that is due now. This starts the `task` function. */
  async submit(task: Task): Promise<void> {
    await this.#put(taskName(this.#digest(task), this.#deps.unique()), task);
  }

  /**
   * Writes work that is due at `due` (ms since 1970). Returns its name, so that the caller can remove it after doing
   * the work itself.
   */
  async defer(task: Task, due: number): Promise<string> {
    const name = this.#waitingName(task, due);
    await this.#put(name, task);
    return name;
  }

  /** Undefined when it has been done in the meantime. Throws `InvalidStateObject`. */
  async load(name: string): Promise<TaskObject | undefined> {
    const object = await this.#deps.cos.getObject(this.#deps.state, name);
    return object && { name, task: decodeTask(name, object.body) };
  }

  /** The due tasks of one key. List them before looking at the key, and complete exactly these. */
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

  /**
   * Replaces several tasks of one key by one that is due later. The new one is written before the old ones are removed.
   */
  async replace(old: readonly TaskObject[], task: Task, due: number): Promise<void> {
    // P26c: Deferred work starts when it is due.
    await this.defer(task, due);
    await this.complete(old);
  }

  /** Starts due work; see `promote.ts`. */
  promote(deadline: number, crowd?: Crowd): Promise<number> {
    return promote(this.#deps, deadline, crowd);
  }

  /** Notes that failed work has succeeded at this destination, so that other failed work there need not wait longer. */
  async recovered(destination: Place): Promise<void> {
    const { cos, state } = this.#deps;
    await putNew(cos, state, recoveredName(formatPlace(destination)), new Uint8Array());
  }

  /** Starts due tasks again if their start was lost: older than `age` ms by the state bucket's clock. */
  async restart(age: number, deadline: number): Promise<number> {
    const { cos, state } = this.#deps;
    let restarted = 0;
    let lost: string[] = [];
    const start = async (): Promise<void> => {
      const started = await mapLimited(lost, LANES, (name) => this.#restart(name, deadline));
      restarted += started.filter(Boolean).length;
      lost = [];
    };
    for await (const { key, lastModified } of objectsUnder(cos, state, TASKS)) {
      if (this.#deps.now() >= deadline) break;
      if (this.#deps.now() - lastModified < age) continue;
      // A lost request for help is started again as well. The run that finds it too late removes it.
      if (readTaskName(key) === undefined && !isHelpName(key)) continue;
      lost.push(key);
      if (lost.length >= 4 * LANES) await start();
    }
    await start();
    return restarted;
  }

  async #restart(name: string, deadline: number): Promise<boolean> {
    const { cos, state } = this.#deps;
    if (this.#deps.now() >= deadline) return false;
    const object = await cos.getObject(state, name);
    if (object === undefined) return false;
    await cos.putObject(state, name, object.body, JSON_BODY);
    return true;
  }

  #digest(target: Target): string {
    return digestOfTarget(target, this.#deps.hash);
  }

  #waitingName(task: Task, due: number): string {
    const uploads = task.uploads?.map(({ uploadId }) => uploadId).sort();
    const { hints, floor, since, cause, attempts } = task;
    // P52b: A further try has another name than the one before, which the run that moved it may delete a moment later.
    const says = JSON.stringify([[...hints].sort(), floor, since, cause, uploads, attempts]);
    const content = this.#deps.hash.sha256(says).slice(0, 16);
    return waitingName(formatPlace(task.destination), due, { digest: this.#digest(task), content, kind: kindOf(task) });
  }

  async #put(name: string, task: Task): Promise<void> {
    await this.#deps.cos.putObject(this.#deps.state, name, encodeTask(task), JSON_BODY);
  }
}
