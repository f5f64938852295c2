import { ServiceError } from '../errors/index.ts';
import { Leases, type Lease } from '../tasks/index.ts';
import { noteDocument, type RangeDocument, type ScanDocument } from './documents.ts';
import { PREPARE, RANGE_LEASES, readNoteName, runOfUnit, unitOfRange } from './names.ts';
import { prepare } from './prepare.ts';
import { PairStore } from './store.ts';
import type { ScanDeps } from './types.ts';
import { walkRange } from './walk.ts';
import { LANDING_MS, SCAN_WORTHWHILE_MS } from '../durations/index.ts';
import { decodeState } from '../shape/index.ts';

/** Longest wait, in ms, between two tries to give a lease back. */
const LONGEST_REST_MS = 16_000;
/** Held ranges that a run tries to get before it ends. */
const TRIES = 4;

const FACTS = { floor: 0, since: Number.POSITIVE_INFINITY };

/**
 * One run of the `scan` function: does the unit that the start names, then further ranges of the scan while there is
 * time. One run at a time works on a unit; a doubled start finds its run at work. `deadline` in ms since 1970. Returns how many
 * ranges were finished.
 */
export async function runUnit(deps: ScanDeps, name: string, deadline: number): Promise<number> {
  const { engine } = deps;
  const { cos, state } = engine.deps;
  const unit = readNoteName(name)?.unit;
  const object = unit === undefined ? undefined : await cos.getObject(state, name);
  if (object === undefined || unit === undefined) return 0;
  const { source, destination, scan } = decodeState(name, object.body, noteDocument);
  const run = new UnitRun(deps, new PairStore(engine.deps, { source, destination }), scan, deadline);
  return run.start(unit);
}

class UnitRun {
  readonly #deps: ScanDeps;
  readonly #store: PairStore;
  readonly #scanId: string;
  readonly #deadline: number;
  readonly #leases: Leases;
  #finished = 0;

  constructor(deps: ScanDeps, store: PairStore, scanId: string, deadline: number) {
    this.#deps = deps;
    this.#store = store;
    this.#scanId = scanId;
    this.#deadline = deadline;
    this.#leases = new Leases(deps.engine.deps, RANGE_LEASES);
  }

  /**
   * Only one run begins by a start. While it is in progress, `schedule` sees that, and it removes the start when it
   * ends.
   */
  async start(first: string): Promise<number> {
    const target = { ...this.#store.pair, key: runOfUnit(first) };
    const turn = await this.#leases.acquire(target, FACTS, this.#deadline);
    if (turn.kind === 'taken') return 0;
    try {
      return await this.#run(first);
    } finally {
      // A run that fails removes its start too, so that the next minute goes on.
      try {
        await this.#ending(() => this.#store.dropNote(first));
      } finally {
        await this.#giveBack(turn.lease);
      }
    }
  }

  async #run(first: string): Promise<number> {
    const scan = await this.#wanted();
    if (scan === undefined) return 0;
    const begun = await this.#do(scan, first);
    for (let next = begun === 'over' ? await this.#another(scan) : undefined; next !== undefined;)
      next = (await this.#do(scan, next)) === 'stopped' ? undefined : await this.#another(scan);
    return this.#finished;
  }

  async #wanted(): Promise<ScanDocument | undefined> {
    const [scan, paused] = await Promise.all([this.#store.scan(), this.#store.paused()]);
    return scan?.id === this.#scanId && scan.state === 'running' && paused === undefined ? scan : undefined;
  }

  /** `over`: the unit is finished, and there may be time for another one. */
  async #do(scan: ScanDocument, unit: string): Promise<'held' | 'over' | 'stopped'> {
    const target = { ...this.#store.pair, key: `${scan.id}/${unit}` };
    const acquired = await this.#leases.acquire(target, FACTS, this.#deadline);
    if (acquired.kind === 'taken') return 'held';
    const { lease } = acquired;
    try {
      return await this.#work(scan, unit, lease);
    } finally {
      // Released before the start is removed: a run that is started afterwards must find the unit free.
      await this.#giveBack(lease);
    }
  }

  /** A lease that cannot be given back expires by itself, some time after the end of the run. */
  async #giveBack(lease: Lease): Promise<void> {
    await this.#ending(() => this.#leases.release(lease)).catch(() => undefined);
  }

  /** An object that a run leaves behind would hold up the scan, so a refusal is tried again. */
  async #ending(write: () => Promise<void>): Promise<void> {
    for (let rest = 1000; ; rest *= 2) {
      try {
        return await write();
      } catch (error) {
        const isWorth = error instanceof ServiceError && error.retryable && rest <= LONGEST_REST_MS;
        if (!isWorth || this.#deps.engine.now() + rest >= this.#deadline) throw error;
      }
      await this.#deps.sleep(rest);
    }
  }

  async #work(scan: ScanDocument, unit: string, lease: Lease): Promise<'over' | 'stopped'> {
    if (unit === PREPARE) return (await this.#prepare(scan)) ? 'over' : 'stopped';
    const range = await this.#store.range(scan.id, Number(unit));
    if (range === undefined || range.done !== null || range.notBefore > this.#deps.engine.now()) return 'over';
    const walk = { deps: this.#deps, store: this.#store, scan, deadline: this.#deadline };
    const finished = await walkRange(walk, await this.#takenOver(range, lease));
    if (finished) this.#finished += 1;
    return finished || this.#hasTime() ? 'over' : 'stopped';
  }

  /** Requests of a killed run may still land. Until then none of its writes counts as seen. */
  async #takenOver(range: RangeDocument, lease: Lease): Promise<RangeDocument> {
    if (lease.inherited.length === 0) return range;
    const landed = { ...range, again: true, landed: this.#deps.engine.now() + LANDING_MS };
    await this.#store.putRange(landed);
    return landed;
  }

  async #prepare(scan: ScanDocument): Promise<boolean> {
    let started = 1;
    return prepare({
      deps: this.#deps,
      store: this.#store,
      scan,
      deadline: this.#deadline,
      ready: async (number) => {
        if (started >= this.#deps.settings.rangesAtOnce) return;
        started += 1;
        await this.#store.start(scan.id, unitOfRange(number));
      },
    });
  }

  #hasTime(): boolean {
    return this.#deadline - this.#deps.engine.now() > SCAN_WORTHWHILE_MS;
  }

  /** A range that can go on and on which no run seems to work. */
  async #another(scan: ScanDocument): Promise<string | undefined> {
    const { now, random } = this.#deps.engine;
    if (!this.#hasTime() || (await this.#wanted()) === undefined) return undefined;
    const notes = await this.#store.notes();
    const open = (await this.#store.openRanges(scan.id)).filter((number) => !notes.has(unitOfRange(number)));
    for (let i = 0; i < Math.min(TRIES, open.length); i += 1) {
      const number = open[Math.floor(random() * open.length)] ?? 0;
      const range = await this.#store.range(scan.id, number);
      if (range?.done === null && range.notBefore <= now()) return unitOfRange(number);
    }
    return undefined;
  }
}
