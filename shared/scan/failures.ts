import { isOfOneObject } from '../tasks/index.ts';
import type { RangeDocument } from './documents.ts';
import { LONGEST_BLOCKED_MS, SCAN_BLOCKED_MS } from '../durations/index.ts';

/** This many keys in a row that fail with one cause block the range for a while. */
const BLOCKED_AFTER = 20;

/** Distinguishes a destination that fails altogether from keys that fail by themselves. */
export class Failures {
  #last = { cause: '', inARow: 0 };

  /** Records that a key was brought up to date. */
  went(range: RangeDocument): void {
    this.#last = { cause: '', inARow: 0 };
    range.tries = 0;
  }

  /**
   * Records that a key has failed. Returns true when the range is blocked: no further key is tried before its
   * `notBefore`. `now`: ms since 1970.
   */
  failed(range: RangeDocument, cause: string, now: number): boolean {
    if (isOfOneObject(cause)) return false;
    const inARow = cause === this.#last.cause ? this.#last.inARow + 1 : 1;
    this.#last = { cause, inARow };
    // A range that was blocked before is blocked again by the first failure.
    if (inARow < (range.tries > 0 ? 1 : BLOCKED_AFTER)) return false;
    block(range, cause, now);
    return true;
  }
}

/**
 * Blocks the range for a minute, and longer if it was blocked before: no further key is tried. `now`: ms since 1970.
 */
export function block(range: RangeDocument, cause: string, now: number): void {
  range.blocked = cause;
  range.notBefore = now + Math.min(LONGEST_BLOCKED_MS, SCAN_BLOCKED_MS * 2 ** range.tries);
  range.tries += 1;
}
