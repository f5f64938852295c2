import { createAppends } from './appending.ts';
import { createBuckets } from './buckets.ts';
import { createLifecycle } from './lifecycle.ts';
import { createListings } from './listings.ts';
import { createMultipart } from './multipart.ts';
import { createLocks } from './locks.ts';
import { replicateNatively } from './native-replication.ts';
import { createObjects } from './objects.ts';
import { createSettings } from './settings/configure.ts';
import { createSymlinks } from './symlinks.ts';
import type { Core } from './calls.ts';
import { createWorld } from './core-world.ts';
import type { CoreOptions } from './core-world.ts';

/** An empty COS of its own. The same calls with the same clock and randomness give the same answers, IDs included. */
export function createCore(options: CoreOptions): Core {
  const world = createWorld(options);
  replicateNatively(world);
  return {
    switches: world.switches,
    ...createBuckets(world),
    ...createSettings(world),
    ...createLifecycle(world),
    ...createObjects(world),
    ...createAppends(world),
    ...createSymlinks(world),
    ...createLocks(world),
    ...createListings(world),
    ...createMultipart(world),
    onEvent: world.onEvent,
  };
}
