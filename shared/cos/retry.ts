import type { Effect } from './calls.ts';
import type { CosError } from './errors.ts';

/**
 * The hint says what the error alone does not. `unsent`: no connection came about; `stale`: a connection that had been
 * used before was reset; `skewed`: refused for a clock that has been set since; `final`: no further try has a chance.
 */
export interface FailedAttempt {
  readonly ok: false;
  readonly error: CosError;
  readonly hint: 'unsent' | 'stale' | 'skewed' | 'final' | undefined;
}

export type Attempt<T> = { readonly ok: true; readonly value: T } | FailedAttempt;

export interface History {
  /** Tries that count; the two below come on top, once each. */
  readonly tries: number;
  readonly stale: boolean;
  readonly skewed: boolean;
}

const FIRST_DELAY = 100;
const LONGEST_DELAY = 5_000;

/**
 * Whether to try again, and after how many ms; undefined: give up.
 *
 * - A dead keep-alive connection (an instance that was frozen and thawed finds all of them dead) and a clock that was
 *   wrong say nothing about the server, so one further try follows at once.
 * - Nothing sent: any call may be tried again.
 * - Reads are tried again after everything that may pass.
 * - Writes are not: even a refused one is for the caller to decide, who knows what else has happened meanwhile.
 */
export function nextStep(
  effect: Effect,
  { error, hint }: FailedAttempt,
  history: History,
  options: { readonly tries: number; readonly random: () => number },
): { readonly delay: number; readonly history: History } | undefined {
  if (hint === 'skewed' && !history.skewed) return { delay: 0, history: { ...history, skewed: true } };
  if (hint === 'stale' && !history.stale && effect !== 'write') {
    return { delay: 0, history: { ...history, stale: true } };
  }
  const tries = history.tries + 1;
  const harmless = hint === 'unsent' || (effect === 'read' && error.retryable && hint !== 'final');
  if (!harmless || tries >= options.tries) return undefined;
  return { delay: backoff(tries, options.random()), history: { ...history, tries } };
}

/**
 * Half of the delay is fixed and half is random: functions that were throttled together do not come back together, and
 * none of them at once. Doubles with each try. Milliseconds.
 */
function backoff(tries: number, random: number): number {
  const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (tries - 1));
  return (delay / 2) * (1 + random);
}
