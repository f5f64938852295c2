import { distinctPlaces, samePlace, type Place } from '../cos/index.ts';
import { mapLimited, pendingOfKey, requestedTask, type Behind } from '../tasks/index.ts';
import { addCounts, addDeeds, emptyCounts, emptyDeeds } from './counts.ts';
import type { RangeDocument, ScanDocument, ScanResult } from './documents.ts';
import { signatureOf, whatIsDue } from './due.ts';
import { PREPARE, unitOfRange, type Pair } from './names.ts';
import { rulesOfPair } from './scope.ts';
import { PairStore, type Note } from './store.ts';
import type { KeepDeps } from './types.ts';
import { candidatesFor, type RuleSet } from '../rules/index.ts';
import { BEHIND_BELIEVED_MS, CLOCK_DOUBT_MS, LEFT_START_MS, LOST_START_MS } from '../durations/index.ts';

/** Open ranges that are read in a minute to find those that can go on. */
const READ_PER_MINUTE = 200;
const LANES = 16;
/** Pages of waiting work that are searched for a key's work. If there are more, a probe is made in any case. */
const PROBE_PAGES = 5;

export interface Kept {
  readonly begun: number;
  readonly started: number;
  readonly ended: number;
}

export interface KeepOptions {
  readonly deps: KeepDeps;
  readonly sources: readonly Place[];
  /** ms since 1970: nothing is begun later. */
  readonly deadline: number;
  readonly onProblem: (error: unknown) => void;
}

/**
 * Runs each minute: begins the scans that are due, starts runs for ranges that can go on (as many as a setting allows),
 * and writes the result of a scan whose ranges are all done. A failing pair delays no other pair.
 */
export async function keepScans({ deps, sources, deadline, onProblem }: KeepOptions): Promise<Kept> {
  const sum = { begun: 0, started: 0, ended: 0 };
  for (const source of sources) {
    try {
      const ruleSet = await deps.engine.rules.getFresh(source);
      for (const pair of pairsOf(source, ruleSet)) {
        if (deps.engine.now() >= deadline) return sum;
        try {
          await new Keeper(deps, pair, ruleSet as RuleSet, sum).keep();
        } catch (error) {
          onProblem(error);
        }
      }
    } catch (error) {
      onProblem(error);
    }
  }
  return sum;
}

/** The pairs of all enabled rules. */
export function pairsOf(source: Place, ruleSet: RuleSet | undefined): readonly Pair[] {
  const places = (ruleSet?.rules ?? []).filter(({ enabled }) => enabled).map(({ destination }) => destination);
  return distinctPlaces(places).map((destination) => ({ source, destination }));
}

class Keeper {
  readonly #deps: KeepDeps;
  readonly #pair: Pair;
  readonly #ruleSet: RuleSet;
  readonly #store: PairStore;
  readonly #sum: { begun: number; started: number; ended: number };

  constructor(deps: KeepDeps, pair: Pair, ruleSet: RuleSet, sum: { begun: number; started: number; ended: number }) {
    this.#deps = deps;
    this.#pair = pair;
    this.#ruleSet = ruleSet;
    this.#store = new PairStore(deps.engine.deps, pair);
    this.#sum = sum;
  }

  async keep(): Promise<void> {
    const { engine, settings } = this.#deps;
    const store = this.#store;
    const [scan, paused, request, notes, behind] = await Promise.all([
      store.scan(),
      store.paused(),
      store.request(),
      store.notes(),
      engine.behind.read(this.#pair),
    ]);
    const running = await this.#running(notes);
    const repairFrom = await this.#repairFrom(behind, scan);
    const signature = signatureOf(this.#ruleSet, this.#pair, engine.deps.hash);
    const due = whatIsDue({
      scan,
      signature,
      existing: rulesOfPair(this.#ruleSet, this.#pair).some(({ existing }) => existing !== undefined),
      request,
      paused: paused !== undefined,
      atWork: running.size > 0,
      now: engine.now(),
      everyMs: settings.everyMs,
      repairFrom,
    });
    if (due.what === 'stop' && scan !== undefined) await store.putScan({ ...scan, state: 'stopping' });
    if (due.what === 'go-on' && scan !== undefined) await this.#goOn(scan, running);
    if (due.what !== 'begin') return;
    // Begun with the rules in force, by COS's own clock: the listings hold every older version from now on.
    const { previous, date } = await engine.rules.getForUpdate(this.#pair.source);
    if (previous === undefined || signatureOf(previous, this.#pair, engine.deps.hash) !== signature) return;
    const begun = await this.#begin(scan, { ...due, signature, started: date });
    if (due.requested) await store.dropRequest();
    await this.#goOn(begun, new Set());
  }

  /**
   * For a pair that is behind: takes the mark up once a try has succeeded. Then no run relies on it for longer than
   * `BEHIND_BELIEVED_MS`, and listings that have settled later hold all that was left to the scan.
   */
  async #repairFrom(behind: Behind, scan: ScanDocument | undefined): Promise<number | undefined> {
    const { engine } = this.#deps;
    if (behind.phase === 'behind') {
      const isTried = candidatesFor(this.#ruleSet, behind.key).some(({ destination }) =>
        samePlace(destination, this.#pair.destination),
      );
      // A scan that has ended since shows the same.
      const isScanned = scan?.state === 'ended' && (scan.wholeStarted ?? 0) > behind.since;
      // P40b: A success alone does not end a mark.
      if (behind.answers || isScanned || !isTried) await engine.behind.takeUp(this.#pair, behind.id);
      else await this.#probe(behind);
    }
    if (behind.phase !== 'recovering') return undefined;
    // P40: A repair begins when no run relies on the mark any longer, and listings have settled.
    const from = behind.at + BEHIND_BELIEVED_MS + engine.settings.settleMs + CLOCK_DOUBT_MS;
    const hasEnded = scan !== undefined && (scan.prefix !== '' || scan.state === 'ended');
    if (!hasEnded || (scan.wholeStarted ?? 0) < from) return from;
    await engine.behind.end(this.#pair, behind.id);
    return undefined;
  }

  /** Keeps at least one task that finds out whether the destination answers again. */
  async #probe({ key, cause }: Extract<Behind, { phase: 'behind' }>): Promise<void> {
    const { engine } = this.#deps;
    const target = { ...this.#pair, key };
    const { items, lease, complete } = await pendingOfKey(engine.deps, target, PROBE_PAGES);
    if (items.length > 0 || lease !== undefined || !complete) return;
    await engine.tasks.submit({ ...requestedTask(target, engine.now()), cause, compare: undefined });
  }

  async #begin(
    before: ScanDocument | undefined,
    next: { kind: ScanDocument['kind']; prefix: string; signature: string; started: number },
  ): Promise<ScanDocument> {
    const { kind, prefix, signature, started } = next;
    // A leftover start would count as one of the new scan.
    for (const unit of (await this.#store.notes()).keys()) await this.#store.dropNote(unit);
    const scan: ScanDocument = {
      id: `${started}-${this.#deps.engine.deps.unique()}`,
      ...this.#pair,
      kind,
      prefix,
      signature,
      started,
      wholeStarted: prefix === '' ? started : (before?.wholeStarted ?? null),
      state: 'running',
      ended: null,
      base: await this.#baseAfter(before),
    };
    await this.#store.putScan(scan);
    this.#sum.begun += 1;
    return scan;
  }

  /** Ranges and ledgers of a stopped scan can be used again if its ranges are complete. */
  async #baseAfter(before: ScanDocument | undefined): Promise<string | null> {
    if (before === undefined) return null;
    if (before.prefix !== '') return before.base;
    return (await this.#store.preparation(before.id))?.done === true ? before.id : before.base;
  }

  async #goOn(scan: ScanDocument, running: ReadonlySet<string>): Promise<void> {
    const { settings } = this.#deps;
    const store = this.#store;
    const preparation = await store.preparation(scan.id);
    const wanted: string[] = [];
    if (preparation?.done !== true) wanted.push(PREPARE);
    const [open, done] = await Promise.all([store.openRanges(scan.id), store.doneRanges(scan.id)]);
    const finished = new Set(done);
    const left = open.filter((number) => !finished.has(number));
    if (preparation?.done === true && finished.size >= preparation.ranges && left.length === 0) {
      return this.#end(scan, done);
    }
    const room = settings.rangesAtOnce - running.size;
    const waiting = left.filter((number) => !running.has(unitOfRange(number)));
    wanted.push(...(await this.#ready(scan, waiting, room)));
    const starts = wanted.filter((unit) => !running.has(unit));
    await mapLimited(starts, LANES, (unit) => store.start(scan.id, unit));
    this.#sum.started += starts.length;
  }

  /** If many ranges wait, each minute reads others. */
  async #ready(scan: ScanDocument, waiting: readonly number[], room: number): Promise<readonly string[]> {
    if (room <= 0 || waiting.length === 0) return [];
    const { now, random } = this.#deps.engine;
    const first = waiting.length <= READ_PER_MINUTE ? 0 : Math.floor(random() * waiting.length);
    const some = [...waiting.slice(first), ...waiting.slice(0, first)].slice(0, READ_PER_MINUTE);
    const ranges = await this.#store.readRanges(scan.id, some);
    const ready = ranges.filter((range) => range.done === null && range.notBefore <= now());
    return ready.slice(0, room).map(({ number }) => unitOfRange(number));
  }

  async #end(scan: ScanDocument, numbers: readonly number[]): Promise<void> {
    const { engine } = this.#deps;
    const ranges = await this.#store.readRanges(scan.id, numbers);
    const ended = engine.now();
    if (scan.prefix === '') {
      await this.#store.putResult(resultOf(scan, ranges, ended, engine.settings.settleMs));
      await this.#store.putScan({ ...scan, state: 'ended', ended, base: scan.id });
      await this.#store.removeOthers([scan.id]);
    } else await this.#store.putScan({ ...scan, state: 'ended', ended });
    this.#sum.ended += 1;
  }

  /** Units whose started runs are in progress, or may still begin. */
  async #running(notes: ReadonlyMap<string, Note>): Promise<ReadonlySet<string>> {
    const now = this.#deps.engine.now();
    const units = await mapLimited([...notes], LANES, async ([unit, { written }]) => {
      const age = now - written;
      const goesOn = age < LOST_START_MS && (age < LEFT_START_MS || (await this.#store.isAtWork(unit)));
      return goesOn ? unit : undefined;
    });
    return new Set(units.filter((unit) => unit !== undefined));
  }
}

/** The result of a scan, summed over its ranges. `ended` in ms since 1970. */
export function resultOf(
  scan: ScanDocument,
  ranges: readonly RangeDocument[],
  ended: number,
  settleMs: number,
): ScanResult {
  const counts = emptyCounts();
  const deeds = emptyDeeds();
  for (const range of ranges) {
    addCounts(counts, range.counts);
    addDeeds(deeds, range.deeds);
  }
  return {
    scan: scan.id,
    kind: scan.kind,
    prefix: scan.prefix,
    signature: scan.signature,
    started: scan.started,
    ended,
    completeUpTo: completeUpTo(scan.started - settleMs, counts.oldest),
    counts,
    deeds,
  };
}

/**
 * Every version that was written before `listed` was in the listings. Only those older than the oldest open version are
 * certainly done.
 */
function completeUpTo(listed: number, oldest: number | null): number | null {
  // P38: Nothing from the oldest open version on counts as done.
  if (oldest === null) return listed;
  return oldest > 0 ? Math.min(listed, oldest - 1) : null;
}
