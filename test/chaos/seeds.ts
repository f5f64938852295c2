import { CALM, type Weather } from './faulty.ts';
import { seeded } from './scheduler.ts';
import { NO_HABITS } from './users.ts';
import type { WorldOptions } from './world.ts';

/** A little of everything, or a lot of one thing: many faults at once hide what each of them does alone. */
function storm(random: () => number): Weather {
  const rate = (most: number): number => (random() < 0.5 ? random() * most : 0);
  const single = (['answerLost', 'late', 'killed'] as const)[Math.floor(random() * 6)];
  if (single !== undefined) return { ...CALM, [single]: 0.05 + random() * 0.25 };
  return { refused: rate(0.1), answerLost: rate(0.05), late: rate(0.05), vanished: rate(0.03), killed: rate(0.03) };
}

/** What kind of world a seed means: from quiet ones, in which nothing fails, to storms. */
export function worldOf(seed: number): WorldOptions {
  const world = mixedWorld(seed);
  return seed % 10 === 0 ? lateWorld(world) : world;
}

/** Few uploads and deletions of one key, minutes apart, and requests that land when nobody expects them any more. */
function lateWorld(world: WorldOptions): WorldOptions {
  const { put, remove, ...none } = NO_HABITS;
  const habits = { ...none, deeds: 2 + (world.seed % 7), keys: 1, pace: 20_000, put: put + 1, remove: remove + 1 };
  const mail = { ...world.mail, lost: 0, late: 0 };
  return { ...world, weather: { ...CALM, late: 0.3 }, mail, habits, listingLag: 0 };
}

function mixedWorld(seed: number): WorldOptions {
  const random = seeded(seed ^ 0x5bd1e995);
  const chance = (p: number): boolean => random() < p;
  const rate = (most: number): number => (chance(0.5) ? random() * most : 0);
  // Storms hide what single lost events do, and every third world is one in which nothing fails at all.
  const kind = (['calm', 'lossy', 'storm'] as const)[Math.floor(random() * 3)] ?? 'calm';
  const stormy = kind === 'storm';
  const crowded = chance(0.5);
  const pruning = chance(0.4);
  const listingLag = chance(0.15) ? 5_000 : 0;
  return {
    seed,
    weather: stormy ? storm(random) : CALM,
    mail: {
      lost: kind === 'calm' ? 0 : rate(0.4),
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
