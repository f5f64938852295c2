import { parentPort, workerData } from 'node:worker_threads';
import type { Kind } from './kinds.ts';
import { worldOf } from './seeds.ts';
import { runWorld } from './world.ts';

/** Runs every `step`-th world from `first` on, and posts the result of each. */
async function runAll(): Promise<void> {
  const { first, end, step, kind } = workerData as { first: number; end: number; step: number; kind?: Kind };
  // Refusals and lost answers throw thousands of errors that nobody reads. The main thread reports a failing world.
  Error.stackTraceLimit = 0;
  for (let seed = first; seed < end; seed += step) {
    const { violations } = await runWorld(worldOf(seed, kind));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
    parentPort?.postMessage({ seed, violations });
  }
}

void runAll();
