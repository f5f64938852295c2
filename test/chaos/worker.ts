import { parentPort, workerData } from 'node:worker_threads';
import { worldOf } from './seeds.ts';
import { runWorld } from './world.ts';

/** Every `step`-th world from `first` on; posts what each came to. */
const { first, end, step } = workerData as { first: number; end: number; step: number };
for (let seed = first; seed < end; seed += step) {
  const { violations, lines } = await runWorld(worldOf(seed));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
  parentPort?.postMessage({ seed, violations, lines: violations.length > 0 ? lines : [] });
}
