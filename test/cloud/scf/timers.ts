import { parseCron } from './cron.ts';

export interface Timers {
  /** Calls `fire` whenever the schedule says so, until `stop`. */
  start(key: object, cron: string, fire: (scheduled: number) => void): void;
  stop(key: object): void;
  close(): void;
}

/** The longest time that setTimeout accepts, in ms. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** `scale` shortens (or stretches) the waiting, not the schedule; 0 waits for ever. */
export function createTimers({ now, scale }: { readonly now: () => number; readonly scale: number }): Timers {
  const waiting = new Map<object, NodeJS.Timeout>();

  function schedule(key: object, cron: ReturnType<typeof parseCron>, from: number, fire: (at: number) => void): void {
    const next = cron.next(from);
    if (next === undefined || scale === 0) return;
    // On the true clock the wait is measured again each time, or the delays would add up.
    const wait = scale === 1 ? next - now() : (next - from) * scale;
    wake(key, Math.max(wait, 0), () => {
      schedule(key, cron, scale === 1 ? Math.max(next, now()) : next, fire);
      fire(next);
    });
  }

  function wake(key: object, ms: number, then: () => void): void {
    const step = Math.min(Math.ceil(ms), LONGEST_WAIT);
    const timeout = setTimeout(() => (ms > step ? wake(key, ms - step, then) : then()), step);
    timeout.unref();
    waiting.set(key, timeout);
  }

  return {
    start: (key, cron, fire) => schedule(key, parseCron(cron), now(), fire),
    stop(key) {
      clearTimeout(waiting.get(key));
      waiting.delete(key);
    },
    close() {
      for (const timeout of waiting.values()) clearTimeout(timeout);
      waiting.clear();
    },
  };
}
