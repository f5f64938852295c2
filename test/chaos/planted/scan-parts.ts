import { mistake, text, type Mistake } from './mistake.ts';

const MERGE = 'test/shared/scan/merge.test.ts';
const WHOLE = 'test/functions/scan/scan.test.ts';
const REPAIR = 'test/functions/scan/repair.test.ts';
const RESTS = 'test/functions/scan/rests.test.ts';
const STREAMS = 'shared/scan/streams.ts';
const TURNS = 'test/functions/scan/turns.test.ts';
const WALK = 'shared/scan/walk.ts';

/** Mistakes in the parts of a scan: its listings, ranges and pace, and the age of its ledger. */
export const SCAN_PARTS: readonly Mistake[] = [
  mistake(
    'unordered listings are compared',
    MERGE,
    text(STREAMS, 'if (this.#last !== undefined && compareKeys(key, this.#last) < 0) throw outOfOrder();', ''),
  ),
  mistake(
    'a range continues after its last key',
    MERGE,
    text(
      STREAMS,
      'if (upTo === undefined || this.#last === undefined || compareKeys(this.#last, upTo) <= 0)',
      'if (upTo !== null)',
    ),
  ),
  mistake(
    'the versions of a key end with the page of the listing',
    MERGE,
    text(
      'shared/scan/merge.ts',
      '  if (isDry(source)) return theRest(source, destination, stacks, { source: seen, destination: 0 }, witness);\n',
      '',
    ),
  ),
  mistake(
    'a range ends in the middle of a key',
    WHOLE,
    text(
      'shared/scan/prepare.ts',
      'const cut = last !== undefined && key !== last && entries >= settings.rangeEntries;',
      'const cut = last !== undefined && entries >= settings.rangeEntries;',
    ),
  ),
  mistake(
    'a key that listings may still lack versions of is remembered',
    REPAIR,
    text(
      'shared/scan/walk.ts',
      'if (outcome.proved && tally.entries > 0 && this.#memory.isSettled(tally.youngest))',
      'if (outcome.proved && tally.entries > 0)',
    ),
  ),
  mistake(
    'a result says "complete up to the start of the scan" although listings lag',
    REPAIR,
    text(
      'shared/scan/keep.ts',
      'completeUpTo: completeUpTo(scan.started - settleMs, counts.oldest),',
      'completeUpTo: completeUpTo(scan.started, counts.oldest),',
    ),
  ),
  mistake(
    'a scan keeps its pace when COS asks for fewer requests',
    'test/shared/scan/pace.test.ts',
    text('shared/scan/pace.ts', 'this.#limit = Math.max(1, Math.floor(this.#limit / 2));', ''),
  ),
  mistake(
    'a scan asks a destination that answers nothing for each key',
    'test/shared/scan/failures.test.ts',
    text(
      'shared/scan/failures.ts',
      'if (inARow < (range.tries > 0 ? 1 : BLOCKED_AFTER)) return false;',
      'if (inARow > 0) return false;',
    ),
  ),
  mistake(
    'an unreadable page ends its range',
    MERGE,
    text(
      STREAMS,
      'const page = await this.#next;',
      'const page = await this.#next.catch(() => ({ entries: [], next: undefined }));',
    ),
  ),
  mistake(
    'two runs continue the range of a killed run',
    TURNS,
    text(
      'shared/scan/unit.ts',
      "if (acquired.kind === 'taken') return 'held';",
      "if (acquired.kind === 'taken') return this.#work(scan, unit, { inherited: [] } as unknown as Lease);",
    ),
    text(
      'shared/scan/unit.ts',
      "if (turn.kind === 'taken') return 0;",
      "if (turn.kind === 'taken') return this.#run(first);",
    ),
  ),
  mistake('a range is counted in both of its passes', WHOLE, text(WALK, '      counts: emptyCounts(),\n', '')),
  mistake(
    'the second pass begins before listings have settled',
    WHOLE,
    text(WALK, 'notBefore: Math.max(settled, range.landed),', 'notBefore: 0,'),
  ),
  mistake(
    'a run does not hand over before its time limit',
    TURNS,
    text(WALK, 'this.#stop = options.deadline - SCAN_CLOSING_MS;', 'this.#stop = Number.POSITIVE_INFINITY;'),
  ),
  mistake(
    'more runs of a scan work than the setting allows',
    TURNS,
    text(
      'shared/scan/keep.ts',
      'const room = settings.rangesAtOnce - running.size;',
      'const room = Number.POSITIVE_INFINITY;',
    ),
  ),
  mistake(
    'a failed key gets no task',
    'test/functions/scan/properties.test.ts',
    text(
      'shared/scan/treat.ts',
      'await tasks.defer(taskOf(work, why, now()), nextTry(work, 0, { ...deps, now: now() }));',
      '',
    ),
  ),
  mistake(
    'a scan does not wait after a refusal of COS',
    'test/functions/scan/refused.test.ts',
    text(WALK, 'const rest = this.#options.deps.sleep(this.#pace.refused());', 'const rest = Promise.resolve();'),
  ),
  mistake(
    'a proof under one rule counts under another',
    'test/shared/scan/ledger.test.ts',
    text('shared/scan/stack-hash.ts', "'v'}${name}\\0${rule}\\0`;", "'v'}${name}\\0`;"),
  ),
  mistake(
    'the notes of an instance are counted again after a killed run',
    ['watched', 20, 45],
    text('shared/live/fold.ts', 'sums.flatMap(({ sum }) => sum?.added ?? [])', '[] as string[]'),
  ),
  mistake(
    'late requests of a killed run count as seen',
    TURNS,
    text('shared/scan/unit.ts', 'if (lease.inherited.length === 0) return range;', 'if (lease.name) return range;'),
  ),
  mistake(
    'a scan goes on by rules that were changed meanwhile',
    TURNS,
    text(
      'shared/scan/watch.ts',
      'async () => textOf(await engine.rules.getFresh(scan.source)) === pinned,',
      "async () => textOf(await engine.rules.getFresh(scan.source)) !== '',",
    ),
  ),
  mistake(
    'a scan has a result while ranges are open',
    TURNS,
    text(
      'shared/scan/keep.ts',
      'if (preparation?.done === true && finished.size >= preparation.ranges && left.length === 0) {',
      'if (preparation?.done === true && finished.size > 0) {',
    ),
  ),
  mistake('a refused key is tried again at once', RESTS, text(WALK, '    await rest;\n', '')),
  mistake(
    'further keys begin while COS asks for fewer requests',
    RESTS,
    text(WALK, 'if (this.#rest !== undefined) await this.#rest;', ''),
  ),
  mistake(
    'each key of a burst of refusals lowers the pace',
    'test/shared/scan/pace.test.ts',
    text('shared/scan/pace.ts', 'if (now < this.#rested) return this.#rested - now;', ''),
  ),
  mistake(
    'the start of a failed run counts as at work',
    TURNS,
    text(
      'shared/scan/keep.ts',
      'const goesOn = age < LOST_START_MS && (age < LEFT_START_MS || (await this.#store.isAtWork(unit)));',
      'const goesOn = age < LOST_START_MS;',
    ),
  ),
];
