import { INLINE_BYTES } from './calm.ts';
import type { Habits } from './deeds.ts';
import { CALM, type Weather } from './faulty.ts';
import type { Mail } from './mail.ts';
import type { WorldOptions } from './options.ts';

/** The properties of a world, from which its deeds are made. */
export type Sketch = Omit<WorldOptions, 'deeds'> & { readonly habits: Habits };

/** A little of everything, or a lot of one thing: many faults at once hide the effect of each. */
function storm(random: () => number): Weather {
  const rate = (most: number): number => (random() < 0.5 ? random() * most : 0);
  const single = (['answerLost', 'late', 'killed', 'cutOff', 'errorIn200'] as const)[Math.floor(random() * 10)];
  if (single !== undefined) return { ...CALM, [single]: 0.05 + random() * 0.25 };
  return {
    refused: rate(0.1),
    answerLost: rate(0.05),
    late: rate(0.05),
    vanished: rate(0.03),
    cutOff: rate(0.05),
    errorIn200: rate(0.05),
    killed: rate(0.03),
  };
}

/** A world of the ordinary mix, from which the kinds depart. */
export function mixedWorld(seed: number, random: () => number): Sketch {
  const chance = (p: number): boolean => random() < p;
  const rate = (most: number): number => (chance(0.5) ? random() * most : 0);
  // Storms hide the effect of single lost events, so nothing fails in every third world.
  const sky = (['calm', 'lossy', 'storm'] as const)[Math.floor(random() * 3)] ?? 'calm';
  const crowded = chance(0.5);
  const pruning = chance(0.4);
  const listingLag = chance(0.15) ? 5_000 : 0;
  const mail: Mail = {
    lost: sky === 'calm' ? 0 : rate(0.4),
    doubled: rate(0.4),
    late: rate(0.4),
    latest: 600_000,
    withVersionId: [0, 1, random()][Math.floor(random() * 3)] ?? 0,
  };
  return {
    seed,
    shape: 'one-way',
    weather: sky === 'storm' ? storm(random) : CALM,
    mail,
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
      copyBack: chance(0.2) && listingLag === 0 ? 2 : 0,
      suspend: chance(0.15) ? 1 : 0,
      foreignPut: crowded ? 2 : 0,
      // A copy from the seconds that a listing lacks looks like ours: a known limit.
      foreignCopy: crowded && listingLag === 0 ? 2 : 0,
      foreignDelete: crowded ? 2 : 0,
      expire: crowded ? 2 : 0,
    },
    skew: chance(0.3) ? 5_000 : 0,
    listingLag,
    longestPage: chance(0.3) ? 1 + Math.floor(random() * 3) : 1000,
    markerOn404: chance(0.5),
    tagged: false,
    later: false,
    large: false,
    inlineBytes: INLINE_BYTES,
    scans: seed % 3 !== 0,
  };
}
