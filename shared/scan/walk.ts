import type { RuleSet } from '../rules/index.ts';
import { causeOf } from '../replication/index.ts';
import { addDeeds, emptyCounts, emptyDeeds, type Deeds } from './counts.ts';
import type { RangeDocument, ScanDocument } from './documents.ts';
import { block, Failures } from './failures.ts';
import { Ledger } from './ledger.ts';
import { nextKey, type KeyStacks } from './merge.ts';
import { Pace } from './pace.ts';
import { PairRules, rulesOfPair } from './scope.ts';
import type { PairStore } from './store.ts';
import { VersionStream } from './streams.ts';
import { allExpired, countKey, Tally, type KeyTally } from './tally.ts';
import { treat, type Treated, type Treatment } from './treat.ts';
import type { ScanDeps } from './types.ts';
import { createWatch, type Watch } from './watch.ts';
import { CHECKPOINT_MS, CLOCK_DOUBT_MS, SCAN_CLOSING_MS, SCAN_WRITING_MS } from '../durations/index.ts';
import { Memory } from './memory.ts';
import { openSides, Unlisted } from './sides.ts';

/** Remembered keys between two checks whether the scan goes on. */
const UNASKED = 100;
/** Keys that may be done ahead of an unfinished one. */
const AHEAD = 500;

export interface WalkOptions {
  readonly deps: ScanDeps;
  readonly store: PairStore;
  readonly scan: ScanDocument;
  /** When the platform ends the run, in ms since 1970. */
  readonly deadline: number;
}

/** One key on its way from the merge to the counts. */
type Item = { readonly stacks: KeyStacks; readonly tally: KeyTally } & (
  | { readonly remembered: true; readonly outcome: Treated }
  | { readonly remembered: false; readonly outcome: Promise<Treatment> }
);

const REMEMBERED: Treated = { stand: { kind: 'right', note: undefined }, proved: true, again: false, deeds: {} };

/**
 * Walks a range, or goes on with it: lists both sides, skips every key whose stacks are remembered, and brings the
 * others up to date. Ends before its time is over and writes down its progress. After a first pass that wrote anything
 * a second pass follows, when listings have settled, and checks the written keys. Returns whether the range is done.
 */
export async function walkRange(options: WalkOptions, range: RangeDocument): Promise<boolean> {
  const { deps, store, scan } = options;
  const { engine } = deps;
  const ruleSet = await engine.rules.getFresh(scan.source);
  if (rulesOfPair(ruleSet, scan).length === 0) return false;
  const walk = new Walk(options, range, ruleSet);
  const ended = await walk.run().catch((error: unknown) => {
    if (error instanceof Unlisted) return walk.block(causeOf(error.cause));
    throw error;
  });
  await walk.writeDown();
  if (ended !== 'end') return false;
  return finishPass(options, store, walk);
}

/** Handles the end of a pass over the range. */
async function finishPass({ deps }: WalkOptions, store: PairStore, walk: Walk): Promise<boolean> {
  const { now } = deps.engine;
  const { range, ledger } = walk;
  if (range.pass === 1 && range.again) {
    const settled = now() + deps.engine.settings.settleMs + CLOCK_DOUBT_MS + 1000;
    await store.putRange({
      ...range,
      pass: 2,
      cursor: null,
      again: false,
      // A bucket that has grown has more entries than the previous scan counted.
      expected: range.entries,
      entries: 0,
      counts: emptyCounts(),
      notBefore: Math.max(settled, range.landed),
    });
    return false;
  }
  ledger.forgetExpected();
  await store.putLedger(store.ledgerName(range.scan, range.number), ledger);
  await store.finishRange({ ...range, ledgers: [], done: now() });
  return true;
}

class Walk {
  range: RangeDocument;
  readonly #options: WalkOptions;
  readonly #rules: PairRules;
  readonly #pace: Pace;
  readonly #tally: Tally;
  readonly #memory: Memory;
  readonly #stop: number;
  readonly #watch: Watch;
  readonly #prefixes: readonly string[];
  #rest: Promise<void> | undefined;
  #written: number;
  readonly #failures = new Failures();
  #sinceSplit = 0;
  #listed = 0;

  constructor(options: WalkOptions, range: RangeDocument, ruleSet: RuleSet | undefined) {
    const { engine, settings } = options.deps;
    this.#options = options;
    this.range = structuredClone(range);
    this.#rules = new PairRules(ruleSet, options.scan);
    const rules = rulesOfPair(ruleSet, options.scan);
    this.#prefixes = rules.map(({ prefix }) => prefix);
    this.#pace = new Pace(settings.keysAtOnce, engine);
    this.#tally = new Tally(engine.deps.hash, range.salt, this.#rules);
    const { settleMs } = engine.settings;
    const { hash } = engine.deps;
    this.#memory = new Memory({ hash, salt: range.salt, now: engine.now, settleMs, compares: this.#compares });
    this.#stop = options.deadline - SCAN_CLOSING_MS;
    this.#watch = createWatch(options.deps, options.store, options.scan, ruleSet);
    this.#written = engine.now();
  }

  get ledger(): Ledger {
    return this.#memory.ledger;
  }

  /** `end`: the end of the range; `stopped`: another run goes on. */
  async run(): Promise<'end' | 'stopped'> {
    const { deps, store } = this.#options;
    const { now } = deps.engine;
    await this.#memory.load(store, this.range);
    this.range.blocked = null;
    const { scan } = this.#options;
    const [source, destination] = openSides(deps.engine.deps.cos, scan, this.range, this.#prefixes);
    const queue: Item[] = [];
    const active = { count: 0 };
    let ended: 'end' | 'stopped' = 'stopped';
    let passedOver = 0;
    // Runs while the scan is known to go on and the run has time.
    while (now() < this.#stop && (passedOver % UNASKED > 0 || (await this.#watch.isWanted()))) {
      if (this.#rest !== undefined) await this.#rest;
      const next = nextKey(source, destination, this.#tally);
      const stacks = next instanceof Promise ? await next : next;
      if (stacks === undefined) {
        ended = 'end';
        break;
      }
      const item = this.#begin(stacks, this.#tally.end(), active);
      if (item.remembered && queue.length === 0) {
        // Nothing to await: nearly all keys of nearly all scans are remembered.
        this.#commit(item, item.outcome);
        passedOver += 1;
      } else {
        passedOver = 0;
        queue.push(item);
        if (!(await this.#settle(queue, () => queue.length > AHEAD || active.count >= this.#pace.limit)))
          return 'stopped';
      }
      this.#countListings(source, destination);
      if (now() - this.#written >= CHECKPOINT_MS) await this.writeDown();
    }
    const settled = await this.#settle(queue, () => queue.length > 0);
    this.#countListings(source, destination);
    return settled ? ended : 'stopped';
  }

  /** The ledger first: its content is true even if the cursor has not come as far. */
  async writeDown(): Promise<void> {
    const { store, deps } = this.#options;
    const now = deps.engine.now();
    if (this.range.pass === 1) this.range.worked += Math.max(0, now - this.#written);
    this.range.written = now;
    this.#written = now;
    if (!this.ledger.isEmpty) await store.putLedger(store.ledgerName(this.range.scan, this.range.number), this.ledger);
    await store.putRange(this.range);
  }

  #begin(stacks: KeyStacks, tally: KeyTally, active: { count: number }): Item {
    const idle = tally.entries === 0 || tally.rules.rules.length === 0;
    const known = idle || this.#memory.isRemembered(tally, this.range);
    // P37b: Only remembered keys are skipped.
    if (known) return { stacks, tally, outcome: REMEMBERED, remembered: true };
    if (this.#memory.isGone(stacks, tally)) {
      const stand = { kind: 'right', note: allExpired(tally) } as const;
      return { stacks, tally, outcome: { ...REMEMBERED, stand }, remembered: true };
    }
    active.count += 1;
    const { deps, scan, deadline } = this.#options;
    const outcome = treat(
      {
        deps,
        pair: scan,
        deadline: deadline - SCAN_WRITING_MS,
        isInForce: () => this.#watch.isInForce(),
        last: this.range.pass > 1,
        compare: this.#compares,
        slowDown: () => this.#slowDown(),
      },
      stacks,
      tally,
    ).finally(() => {
      active.count -= 1;
    });
    // The results are awaited in the order of the keys.
    outcome.catch(() => undefined);
    return { stacks, tally, outcome, remembered: false };
  }

  get #compares(): boolean {
    return this.#options.scan.kind === 'properties';
  }

  /** Counts finished keys in their order, while `full` returns true. Returns false when the run has to end. */
  async #settle(queue: Item[], full: () => boolean): Promise<boolean> {
    for (;;) {
      const [first] = queue;
      if (first === undefined) return true;
      if (!first.remembered && !full()) return true;
      try {
        const outcome = first.remembered ? first.outcome : await first.outcome;
        if (!('stop' in outcome) && this.#commit(first, outcome)) {
          queue.shift();
          continue;
        }
      } catch (error) {
        await ended(queue);
        throw error;
      }
      await ended(queue);
      return false;
    }
  }

  /** Returns false when the destination fails altogether, so that no further key is tried. */
  #commit({ stacks, tally, remembered }: Item, outcome: Treated): boolean {
    const { now } = this.#options.deps.engine;
    const { range } = this;
    const known = remembered ? this.#memory.noteOf(tally.hash) : undefined;
    const stand = known === undefined ? outcome.stand : ({ kind: 'right', note: known } as const);
    countKey(range.counts, stacks, tally, stand, now());
    range.entries += tally.entries;
    range.cursor = stacks.key;
    // P39: A written key is looked at once more.
    range.again ||= outcome.again;
    if (!remembered) addDeeds(range.deeds, { ...emptyDeeds(), looked: 1, ...outcome.deeds } satisfies Deeds);
    // P37: A key is remembered when it was proved, and is old enough to be listed completely.
    if (outcome.proved && tally.entries > 0 && this.#memory.isSettled(tally.youngest))
      this.#memory.prove(tally, stand.kind === 'right' ? stand.note : undefined);
    if (outcome.expected !== undefined) this.#memory.expect(stacks, tally, outcome.expected);
    this.#split(stacks.key, tally.entries);
    if (remembered) return true;
    if (outcome.stand.kind === 'failed') return !this.#failures.failed(range, outcome.cause ?? '', now());
    this.#pace.went();
    this.#failures.went(range);
    return true;
  }

  /** Blocks the range: no further key is tried for a while. */
  block(cause: string): 'stopped' {
    block(this.range, cause, this.#options.deps.engine.now());
    return 'stopped';
  }

  #split(key: string, entries: number): void {
    if (this.range.pass > 1) return;
    this.#sinceSplit += entries;
    if (this.#sinceSplit < this.#options.deps.settings.rangeEntries) return;
    this.#sinceSplit = 0;
    this.range.splits.push(key);
  }

  #countListings(source: VersionStream, destination: VersionStream): void {
    this.range.deeds.listings += source.pages + destination.pages - this.#listed;
    this.#listed = source.pages + destination.pages;
  }

  async #slowDown(): Promise<void> {
    const rest = this.#options.deps.sleep(this.#pace.refused());
    this.#rest = rest;
    await rest;
    if (this.#rest === rest) this.#rest = undefined;
  }
}

/** Waits until all work on keys has ended. Only then may the range be given back. */
async function ended(queue: readonly Item[]): Promise<void> {
  await Promise.allSettled(queue.map(async (item) => item.outcome));
}
