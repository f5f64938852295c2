import { causeOf } from '../replication/index.ts';
import { RANGE_LEASES, signatureOf } from '../scan/index.ts';
import { ServiceError } from '../errors/index.ts';
import { Leases } from '../tasks/index.ts';
import type { RuleSet } from '../rules/index.ts';
import type { VerifyJob, VerifyRange } from './documents.ts';
import { readNote } from './names.ts';
import { closeVerify, doneRanges, dropNote, isOpen, startedRanges } from './starts.ts';
import { VerifyStore } from './store.ts';
import type { VerifyDeps } from './types.ts';
import { newRange } from './new-range.ts';
import { walkRange } from './walk.ts';
import { VERIFY_BLOCKED_MS, VERIFY_CLOSING_MS, VERIFY_WORTHWHILE_MS } from '../durations/index.ts';

const FACTS = { floor: 0, since: Number.POSITIVE_INFINITY };
/** Consecutive failures of listings, a minute or more apart, after which a verification is stopped. */
const MOST_TRIES = 30;

/**
 * One run of the `scan` function for a verification: compares the range that the start names, then others on which no
 * run works. `deadline` in ms since 1970. Does nothing for a verification that has ended or was removed.
 */
export async function runVerify(deps: VerifyDeps, name: string, deadline: number): Promise<void> {
  const note = readNote(name);
  if (note === undefined) return;
  const run = new VerifyRun(deps, new VerifyStore(deps.state, note), deadline);
  await run.start(note.range);
}

class VerifyRun {
  readonly #deps: VerifyDeps;
  readonly #store: VerifyStore;
  readonly #deadline: number;
  readonly #leases: Leases;
  readonly #tried = new Set<number>();

  constructor(deps: VerifyDeps, store: VerifyStore, deadline: number) {
    this.#deps = deps;
    this.#store = store;
    this.#deadline = deadline;
    this.#leases = new Leases(deps.state, RANGE_LEASES);
  }

  async start(first: number): Promise<void> {
    const job = await this.#store.job();
    if (job === undefined || !(await this.#isOpen(job))) return dropNote(this.#deps.state, this.#store.name, first);
    for (let next: number | undefined = first; next !== undefined;)
      next = (await this.#do(job, next)) ? await this.#another(job) : undefined;
  }

  /** Returns false when this run is over. */
  async #do(job: VerifyJob, number: number): Promise<boolean> {
    const pair = job.pairs[job.ranges[number]?.pair ?? -1];
    if (pair === undefined) return false;
    const target = { source: job.source, destination: pair.destination, key: `verify/${job.id}/${number}` };
    const acquired = await this.#leases.acquire(target, FACTS, this.#deadline);
    this.#tried.add(number);
    // Another run works on it, and removes its start as well.
    if (acquired.kind === 'taken') return false;
    try {
      return await this.#compare(job, number);
    } finally {
      // Released before the start is removed: a run that is started afterwards must find the range free.
      await this.#leases.release(acquired.lease).catch(() => undefined);
      await dropNote(this.#deps.state, this.#store.name, number);
    }
  }

  async #compare(job: VerifyJob, number: number): Promise<boolean> {
    const { deps, store } = { deps: this.#deps, store: this.#store };
    const { now } = deps.state;
    const known = await store.range(number);
    if (known !== undefined && (known.done !== null || known.notBefore > now())) return this.#hasTime();
    const range = known ?? newRange(number, null, now());
    const ruleSet = await deps.rules.getFresh(job.source);
    if (!(await this.#goesOn(job, ruleSet))) return false;
    const goesOn = async (): Promise<boolean> =>
      (await this.#isOpen(job)) && this.#goesOn(job, await deps.rules.getFresh(job.source));
    try {
      const walked = await walkRange(
        { deps, store, job, ruleSet, stop: this.#deadline - VERIFY_CLOSING_MS, goesOn },
        range,
      );
      if (walked.done === null) return walked.blocked !== null && this.#hasTime();
      const done = await doneRanges(deps.state, store.name);
      if (done.size >= job.ranges.length) await closeVerify(deps.state, store.name, job.ranges.length);
      return this.#hasTime();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      await this.#blocked(job, (await store.range(number)) ?? range, causeOf(error));
      return false;
    }
  }

  /** Records that one of the two buckets could not be listed. */
  async #blocked(job: VerifyJob, range: VerifyRange, cause: string): Promise<void> {
    const { now } = this.#deps.state;
    const tries = range.tries + 1;
    if (tries >= MOST_TRIES) return this.#stop(job, cause);
    await this.#store.putRange({ ...range, blocked: cause, tries, notBefore: now() + VERIFY_BLOCKED_MS });
  }

  /** Returns false when the rules of its destinations have changed; the verification has then been stopped. */
  async #goesOn(job: VerifyJob, ruleSet: RuleSet | undefined): Promise<boolean> {
    const { hash } = this.#deps.state;
    const same = job.pairs.every(
      ({ destination, signature }) =>
        ruleSet !== undefined && signatureOf(ruleSet, { source: job.source, destination }, hash) === signature,
    );
    if (!same) await this.#stop(job, 'rules-changed');
    return same;
  }

  /** Stops the verification for good. */
  async #stop(job: VerifyJob, cause: string): Promise<void> {
    await this.#store.putStop({ cause, time: this.#deps.state.now() });
    await closeVerify(this.#deps.state, this.#store.name, job.ranges.length);
  }

  #isOpen({ ranges }: VerifyJob): Promise<boolean> {
    return isOpen(this.#deps.state, this.#store.name, ranges.length);
  }

  #hasTime(): boolean {
    return this.#deadline - this.#deps.state.now() > VERIFY_WORTHWHILE_MS;
  }

  /** A range that can go on and on which no run seems to work. */
  async #another(job: VerifyJob): Promise<number | undefined> {
    if (!this.#hasTime()) return undefined;
    const [done, notes] = await Promise.all([
      doneRanges(this.#deps.state, this.#store.name),
      startedRanges(this.#deps.state, this.#store.name),
    ]);
    const free = job.ranges.flatMap((_, number) =>
      done.has(number) || notes.has(number) || this.#tried.has(number) ? [] : [number],
    );
    return free[Math.floor(this.#deps.random() * free.length)];
  }
}
