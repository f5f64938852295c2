import type { Effect } from './calls.ts';
import type { CosError } from './errors.ts';

/**
 * A fact that the error alone does not show. `unsent`: no connection came about; `stale`: a connection that had been
 * used before was reset; `skewed`: refused because of our clock, which has been set since; `final`: no further try has
 * a chance.
 */
export interface FailedAttempt {
  readonly ok: false;
  readonly error: CosError;
  readonly hint: 'unsent' | 'stale' | 'skewed' | 'final' | undefined;
}

export type Attempt<T> = { readonly ok: true; readonly value: T } | FailedAttempt;

export interface History {
  /** Tries that count. The two kinds below come on top, once each. */
  readonly tries: number;
  readonly stale: boolean;
  readonly skewed: boolean;
}

const FIRST_DELAY = 100;
const LONGEST_DELAY = 5_000;

/**
 * The ms after which to try again; undefined: give up.
 *
 * - A dead keep-alive connection (a thawed instance finds all of them dead) and a wrong clock say nothing about the
 * server, so one further try follows at once.
 * - If nothing was sent, any call may be tried again.
 * - Reads are tried again after every failure that may pass.
 * - Writes are not, even refused ones: only the caller knows of other writes in the meantime, so it decides.
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
 * Delay in ms, doubled with each try. Half of it is random, so that functions that were throttled together do not come
 * back together; the other half is fixed, so that none comes back at once.
 */
function backoff(tries: number, random: number): number {
  const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (tries - 1));
  return (delay / 2) * (1 + random);
}
