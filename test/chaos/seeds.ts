import { CALM } from './faulty.ts';
import { seeded } from './scheduler.ts';
import type { WorldOptions } from './world.ts';

/** What kind of world a seed means: from quiet ones, in which nothing fails, to storms. */
export function worldOf(seed: number): WorldOptions {
  const random = seeded(seed ^ 0x5bd1e995);
  const chance = (p: number): boolean => random() < p;
  const rate = (most: number): number => (chance(0.5) ? random() * most : 0);
  const stormy = chance(0.6);
  const crowded = chance(0.5);
  const pruning = chance(0.4);
  const listingLag = chance(0.15) ? 5_000 : 0;
  return {
    seed,
    weather: stormy
      ? { refused: rate(0.1), answerLost: rate(0.05), late: rate(0.05), vanished: rate(0.03), killed: rate(0.03) }
      : CALM,
    mail: {
      lost: stormy ? rate(0.3) : 0,
      doubled: rate(0.4),
      late: rate(0.4),
      withVersionId: [0, 1, random()][Math.floor(random() * 3)] ?? 0,
    },
    habits: {
      deeds: 3 + Math.floor(random() * 15),
      keys: 1 + Math.floor(random() * 3),
      pace: [200, 3000, 60_000][Math.floor(random() * 3)] ?? 200,
      put: 10,
      putSame: chance(0.3) ? 5 : 0,
      multipart: chance(0.3) ? 3 : 0,
      remove: chance(0.6) ? 4 : 0,
      removeVersion: pruning ? 2 : 0,
      undelete: pruning ? 2 : 0,
      suspend: chance(0.15) ? 1 : 0,
      foreignPut: crowded ? 2 : 0,
      // What is copied in the very seconds that a listing lacks cannot be told from ours: a known limit.
      foreignCopy: crowded && listingLag === 0 ? 2 : 0,
      foreignDelete: crowded ? 2 : 0,
      expire: crowded ? 2 : 0,
    },
    skew: chance(0.3) ? 5_000 : 0,
    listingLag,
    markerOn404: chance(0.5),
  };
}
