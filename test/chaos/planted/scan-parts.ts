import { mistake, text, type Mistake } from './mistake.ts';

const MERGE = 'test/shared/scan/merge.test.ts';
const WHOLE = 'test/functions/scan/scan.test.ts';
const STREAMS = 'shared/scan/streams.ts';

/** Mistakes in the parts of a scan: its listings, ranges and pace, and the age of what it remembers. */
export const SCAN_PARTS: readonly Mistake[] = [
  mistake(
    'listings out of their order are compared',
    MERGE,
    text(STREAMS, 'if (this.#last !== undefined && compareKeys(key, this.#last) < 0) throw outOfOrder();', ''),
  ),
  mistake(
    'a range goes on behind its last key',
    MERGE,
    text(
      STREAMS,
      'if (upTo === undefined || this.#last === undefined || compareKeys(this.#last, upTo) <= 0)',
      'if (upTo !== null)',
    ),
  ),
  mistake(
    'the versions of a key end with the page',
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
    'a key that listings may not show in whole yet is remembered',
    WHOLE,
    text(
      'shared/scan/walk.ts',
      'if (outcome.proved && tally.entries > 0 && this.#isSettled(tally.youngest))',
      'if (outcome.proved && tally.entries > 0)',
    ),
  ),
  mistake(
    'all is said to be there up to the start of a scan, though listings lag',
    WHOLE,
    text(
      'shared/scan/keep.ts',
      'completeUpTo: completeUpTo(scan.started - settleMs, counts.oldest),',
      'completeUpTo: completeUpTo(scan.started, counts.oldest),',
    ),
  ),
  mistake(
    'a scan goes on as fast where COS asks for fewer requests',
    'test/shared/scan/pace.test.ts',
    text('shared/scan/pace.ts', 'this.#limit = Math.max(1, Math.floor(this.#limit / 2));', ''),
  ),
  mistake(
    'a destination that answers nothing is asked for each key',
    'test/shared/scan/failures.test.ts',
    text(
      'shared/scan/failures.ts',
      'if (inARow < (range.tries > 0 ? 1 : BLOCKED_AFTER)) return false;',
      'if (inARow > 0) return false;',
    ),
  ),
];
