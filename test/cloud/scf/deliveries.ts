import type { Invocation } from './types.ts';

/** One asynchronous event on its way to a function. */
export interface Delivery {
  /** Repetitions after a failed run, read again after each. Undefined: the function was deleted. */
  settings(): { readonly retries: number; readonly ttl: number } | undefined;
  /** Undefined: given up before it began, because `stale` said so. */
  run(retry: number, stale: () => boolean): Promise<Invocation | undefined>;
  onDropped(): void;
}

export interface Deliveries {
  /** Starts after `delayMs`, in the order of the calls where that is 0. */
  add(delivery: Delivery, delayMs?: number): void;
  /** Counts work that is not a delivery, for `idle`. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Waiting for their time. */
  readonly delayed: number;
  readonly idle: () => Promise<void>;
  /** Forgets all events that wait for their time. */
  close(): void;
}

/** 432: no room in the function's own share; 500: the platform's fault. Neither uses up a retry. */
const NOT_THE_FUNCTIONS_FAULT = new Set([432, 500]);

/**
 * Asynchronous invocation as the platform documents it: a failed run is repeated up to `retries` times, `retryDelayMs`
 * apart; an event that the platform itself could not run is tried again until it is older than its
 * `ttl`; then it is dropped.
 */
export function createDeliveries(options: { readonly now: () => number; readonly retryDelayMs: number }): Deliveries {
  const { now, retryDelayMs } = options;
  const timeouts = new Set<NodeJS.Timeout>();
  let open = 0;
  let closed = false;
  let waiters: (() => void)[] = [];

  function finished(): void {
    open--;
    if (open > 0) return;
    for (const wake of waiters.splice(0)) wake();
  }

  function later(ms: number, then: () => void): void {
    const timeout = setTimeout(() => {
      timeouts.delete(timeout);
      then();
    }, ms);
    timeouts.add(timeout);
  }

  /** The number of the next attempt; undefined when there is none. */
  async function attempt(delivery: Delivery, accepted: number, retry: number): Promise<number | undefined> {
    const tooOld = () => now() - accepted > (delivery.settings()?.ttl ?? 0) * 1000;
    const invocation = delivery.settings() && (await delivery.run(retry, tooOld));
    if (invocation?.status === 200 || closed) return undefined;
    const next = retry + (NOT_THE_FUNCTIONS_FAULT.has(invocation?.status ?? 0) ? 0 : 1);
    if (invocation && next <= (delivery.settings()?.retries ?? -1) && !tooOld()) return next;
    delivery.onDropped();
    return undefined;
  }

  function start(delivery: Delivery, accepted: number, retry: number): void {
    attempt(delivery, accepted, retry).then(
      (next) => (next === undefined ? finished() : later(retryDelayMs, () => start(delivery, accepted, next))),
      (error: unknown) => {
        finished();
        // No failure of a function but a mistake of this program, which must be seen.
        throw error;
      },
    );
  }

  return {
    add(delivery, delayMs = 0) {
      if (closed) return;
      open++;
      if (delayMs > 0) later(delayMs, () => start(delivery, now(), 0));
      else start(delivery, now(), 0);
    },
    async track(work) {
      open++;
      try {
        return await work;
      } finally {
        finished();
      }
    },
    get delayed() {
      return timeouts.size;
    },
    idle: () => (open === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    close() {
      closed = true;
      open -= timeouts.size;
      for (const timeout of timeouts) clearTimeout(timeout);
      timeouts.clear();
      if (open <= 0) for (const wake of waiters.splice(0)) wake();
    },
  };
}
