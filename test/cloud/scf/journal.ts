import type { Pool } from './pool.ts';
import { keyOf } from './registry.ts';
import type { Counters, FunctionCounters, FunctionId, Invocation } from './types.ts';

/** How many finished runs of a function are kept for inspection. */
const KEPT = 500;

/** The record so far: sums per function and the latest runs. */
export interface Journal {
  record(invocation: Invocation): void;
  dropped(id: FunctionId): void;
  readonly logs: (id: FunctionId) => readonly Invocation[];
  readonly listen: (listener: (invocation: Invocation) => void) => () => void;
  counters(pools: Iterable<Pool>, delayed: number): Counters;
}

export function createJournal(): Journal {
  const sums = new Map<string, FunctionCounters>();
  const latest = new Map<string, Invocation[]>();
  const listeners = new Set<(invocation: Invocation) => void>();

  function add(id: FunctionId, more: Partial<FunctionCounters>): void {
    const zero: FunctionCounters = { invocations: 0, errors: 0, coldStarts: 0, retries: 0, dropped: 0 };
    const before = sums.get(keyOf(id)) ?? zero;
    sums.set(keyOf(id), {
      invocations: before.invocations + (more.invocations ?? 0),
      errors: before.errors + (more.errors ?? 0),
      coldStarts: before.coldStarts + (more.coldStarts ?? 0),
      retries: before.retries + (more.retries ?? 0),
      dropped: before.dropped + (more.dropped ?? 0),
    });
  }

  return {
    record(invocation) {
      const { id, status, coldStartMs, retry } = invocation;
      add(id, {
        invocations: 1,
        errors: status === 200 ? 0 : 1,
        coldStarts: coldStartMs === undefined ? 0 : 1,
        retries: retry > 0 ? 1 : 0,
      });
      const kept = latest.get(keyOf(id)) ?? [];
      kept.push(invocation);
      if (kept.length > 2 * KEPT) kept.splice(0, KEPT);
      latest.set(keyOf(id), kept);
      for (const listener of listeners) listener(invocation);
    },
    dropped: (id) => add(id, { dropped: 1 }),
    logs: (id) => (latest.get(keyOf(id)) ?? []).slice(-KEPT).toReversed(),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    counters(pools, delayed) {
      const total = { queued: 0, running: 0, instances: 0 };
      for (const pool of pools) {
        total.queued += pool.queued;
        total.running += pool.running;
        total.instances += pool.size;
      }
      return { ...total, delayed, functions: Object.fromEntries(sums) };
    },
  };
}
