import type { Observation } from './observe.ts';

export interface Patience {
  /** ms without any change before the wait is given up. */
  readonly quietFor: number;
  /** ms since any moment, never going back. */
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

const SHORTEST_PAUSE = 250;
/** Looking takes longer the more there is to list, so it must stay a fraction of the work that it watches. */
const PAUSE_PER_LOOK = 3;
/** A person watches: a first look may take long, and the numbers must not stop after it. */
const LONGEST_PAUSE = 2_000;

/** The same promise, which rejects with the reason as soon as the signal is aborted. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The sign of progress that must change for the wait to continue. */
function stateOf(observation: Observation): string {
  const { source, destination, mismatches } = observation;
  const count = (listing: Observation['source']): number =>
    [...listing.values()].reduce((sum, entries) => sum + entries.length, 0);
  return `${count(source)} ${count(destination)} ${mismatches.length}`;
}

/**
 * Looks again and again until both sides agree, and returns the last look. It gives up, with the disagreement in the
 * result, only when nothing at all has changed for a while. The whole wait has no limit.
 */
export async function awaitAgreement(
  observe: () => Promise<Observation>,
  patience: Patience,
  options: { signal: AbortSignal; onLook: (observation: Observation) => void },
): Promise<Observation> {
  let state = '';
  let changed = patience.now();
  for (;;) {
    options.signal.throwIfAborted();
    const begun = patience.now();
    const observation = await observe();
    options.onLook(observation);
    if (observation.mismatches.length === 0) return observation;
    const now = patience.now();
    const next = stateOf(observation);
    if (next !== state) {
      state = next;
      changed = now;
    } else if (now - changed >= patience.quietFor) return observation;
    const pause = Math.min(LONGEST_PAUSE, Math.max(SHORTEST_PAUSE, (now - begun) * PAUSE_PER_LOOK));
    await patience.sleep(pause, options.signal);
  }
}
