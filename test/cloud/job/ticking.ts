import { setTimeout as sleep } from 'node:timers/promises';

/** The timers of deployed functions. */
export interface Timers {
  /** Fires each of them once. */
  readonly beginMinute: () => void;
  /** Resolves once nothing runs any more. */
  readonly idle: () => Promise<void>;
  /** ms between the end of all that they have started and the next time. */
  readonly restMs: number;
}

/**
 * Fires timers again and again until `signal` is aborted: they are a minute apart, and nobody wants to wait for minutes. It
 * waits for the end of all that they have started, because on a busy machine runs would pile up, each in a process of its own.
 */
export async function keepTicking({ beginMinute, idle, restMs }: Timers, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    beginMinute();
    await idle();
    await sleep(restMs, undefined, { signal }).catch(() => undefined);
  }
}
