import { parentPort, workerData } from 'node:worker_threads';
import type { Kind } from './kinds.ts';
import { worldOf } from './seeds.ts';
import { runWorld } from './world.ts';

/** Every `step`-th world from `first` on; posts the result of each. */
async function runAll(): Promise<void> {
  const { first, end, step, kind } = workerData as { first: number; end: number; step: number; kind?: Kind };
  // Refusals and lost answers are thrown by the thousand without a reader. The main thread reports a world that fails.
  Error.stackTraceLimit = 0;
  for (let seed = first; seed < end; seed += step) {
    const { violations } = await runWorld(worldOf(seed, kind));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
    parentPort?.postMessage({ seed, violations });
  }
}

void runAll();
