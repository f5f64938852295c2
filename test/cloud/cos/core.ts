import { createBuckets } from './buckets.ts';
import { createListings } from './listings.ts';
import { createMultipart } from './multipart.ts';
import { createObjects } from './objects.ts';
import type { Core } from './types.ts';
import { createWorld } from './world.ts';
import type { CoreOptions } from './world.ts';

/** A COS of its own, empty. The same calls with the same clock and randomness give the same answers, IDs included. */
export function createCore(options: CoreOptions): Core {
  const world = createWorld(options);
  return {
    switches: world.switches,
    ...createBuckets(world),
    ...createObjects(world),
    ...createListings(world),
    ...createMultipart(world),
    onEvent: world.onEvent,
  };
}
