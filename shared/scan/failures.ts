import { isOfOneObject } from '../tasks/index.ts';
import type { RangeDocument } from './documents.ts';

/** Keys in a row that fail with one cause, after which no further key is tried for a while. */
const BLOCKED_AFTER = 20;
const BLOCKED_MS = 5 * 60_000;

/** Tells a destination that answers nothing from keys that fail by themselves. */
export class Failures {
  #last = { cause: '', inARow: 0 };

  /** A key was brought up to date. */
  went(range: RangeDocument): void {
    this.#last = { cause: '', inARow: 0 };
    range.tries = 0;
  }

  /** A key has failed. True: the range is blocked, so no further key is tried before its `notBefore`. `now`: ms since 1970. */
  failed(range: RangeDocument, cause: string, now: number): boolean {
    if (isOfOneObject(cause)) return false;
    const inARow = cause === this.#last.cause ? this.#last.inARow + 1 : 1;
    this.#last = { cause, inARow };
    // A range that was blocked before tries a single key first.
    if (inARow < (range.tries > 0 ? 1 : BLOCKED_AFTER)) return false;
    block(range, cause, now);
    return true;
  }
}

/** No further key of the range is tried for some minutes. `now`: ms since 1970. */
export function block(range: RangeDocument, cause: string, now: number): void {
  range.blocked = cause;
  range.tries += 1;
  range.notBefore = now + BLOCKED_MS;
}
