import type { Habits } from '../deeds.ts';
import { CALM, type Weather } from '../faulty.ts';
import type { Kind } from '../kinds.ts';
import type { Sketch } from '../mix.ts';
import type { Shape } from '../topology.ts';
import type { Variation } from './variation.ts';

const lagging =
  (twoWay: boolean): Variation =>
  (world, { random, between }) => {
    const lag = { listingLag: [5_000, 30_000][between(0, 1)] as number };
    const lagAt = ([undefined, 'sources', 'destinations'] as const)[between(0, 2)];
    const pace = [200, 3000][between(0, 1)] as number;
    const habits: Habits = { ...world.habits, deeds: between(3, 10), keys: 1, pace, copyBack: 0, foreignCopy: 0 };
    const mail = random() < 0.5 ? { ...world.mail, withVersionId: 0 } : world.mail;
    const shape: Shape = twoWay ? 'two-way' : ((['one-way', 'one-way', 'ring'] as const)[between(0, 2)] as Shape);
    const tagged = !twoWay && random() < 0.4;
    return { ...world, ...lag, lagAt, shape, mail, habits, tagged };
  };

/** `only`: the requests that come late. */
const late =
  (only?: Weather['only']): Variation =>
  (world, { random, between }) => {
    const habits: Habits = { deeds: between(2, 8), keys: 1, pace: 20_000, put: 1, remove: 1 };
    const mail = { ...world.mail, lost: 0, late: 0 };
    const weather = { ...CALM, late: only === undefined ? 0.3 : 0.6, only };
    if (only === 'deletions' && random() < 0.5)
      return { ...takenBack({ ...world, mail, habits, listingLag: 0 }), weather };
    return { ...world, weather, mail, habits, listingLag: 0 };
  };

/**
 * A deletion is undone while its DELETE is on its way. Events that come twice and late start runs that find nothing but
 * the record of the killed run.
 */
const takenBack = (world: Sketch): Sketch => ({
  ...world,
  mail: { ...world.mail, doubled: 1, late: 0.6, latest: 240_000 },
  habits: { ...world.habits, deeds: 3, script: ['put', 'remove', 'undelete'] },
});

const orphaned: Variation = (world, { between }) => {
  const weather: Weather = { ...CALM, killed: 0.5, copying: 840_000, only: 'copies' };
  const pace = [60_000, 300_000, 600_000][between(0, 2)] as number;
  const habits: Habits = { deeds: between(2, 6), keys: 1, pace, put: 5, remove: 1 };
  return { ...world, weather, habits, listingLag: 0, scans: false };
};

/** Worlds whose faults are special. */
export const BY_FAULTS = {
  lagging: lagging(false),
  'two-way-lag': lagging(true),
  'slow-copies': (world, { random, between }) => {
    const copying = [80_000, 300_000, 840_000][between(0, 2)] as number;
    const killed = random() < 0.5 ? 0.1 : 0;
    const pace = [3000, 60_000, 300_000][between(0, 2)] as number;
    const habits: Habits = {
      deeds: between(2, 8),
      keys: 1,
      pace,
      put: 5,
      remove: 2,
      undelete: random() < 0.5 ? 1 : 0,
    };
    return { ...world, weather: { ...CALM, killed, copying, only: 'copies' }, habits, listingLag: 0 };
  },
  'orphaned-copies': orphaned,
  'awaited-copies': (world, dice) => ({ ...orphaned(world, dice), awaited: true }),
  'state-outage': (world, { between }) => {
    const from = between(0, 60_000);
    const outages = [{ at: 'state' as const, from, until: from + between(30_000, 240_000) }];
    const pace = [1000, 20_000][between(0, 1)] as number;
    return {
      ...world,
      outages,
      habits: { ...world.habits, deeds: between(3, 12), pace, copyBack: 0, foreignCopy: 0 },
    };
  },
  behind: (world, { random, between }) => {
    const shape: Shape = (['one-way', 'one-way', 'fan-out', 'two-way'] as const)[between(0, 3)] as Shape;
    // Before the first scan has ended, or after it.
    const from = random() < 0.4 ? between(0, 30_000) : between(4, 8) * 60_000;
    const until = from + between(4, 30) * 60_000;
    const again = random() < 0.3 ? [{ at: 'destinations' as const, from: until + 90_000, until: until + 600_000 }] : [];
    const outages = [{ at: 'destinations' as const, from, until }, ...again];
    const calm = random() < 0.6;
    const mail = { ...world.mail, ...(calm ? { lost: 0 } : {}), late: 0.2, latest: 60_000 };
    const habits: Habits = {
      deeds: between(8, 24),
      keys: between(3, 6),
      pace: [20_000, 60_000][between(0, 1)] as number,
      put: 8,
      remove: random() < 0.5 ? 2 : 0,
      undelete: random() < 0.3 ? 1 : 0,
      removeVersion: random() < 0.3 ? 1 : 0,
      ...(shape !== 'two-way' && random() < 0.2 ? { archivePut: 2, restore: 2 } : {}),
    };
    return {
      ...world,
      shape,
      weather: calm ? CALM : world.weather,
      mail,
      outages,
      habits,
      crowdedFrom: between(2, 4),
      scans: true,
      listingLag: calm ? 0 : world.listingLag,
    };
  },
  skewed: (world) => ({
    ...world,
    skew: 300_000,
    listingLag: 0,
    habits: { ...world.habits, foreignCopy: 0, copyBack: 0 },
  }),
  'late-requests': late(),
  'late-deletions': late('deletions'),
  'late-copies': late('copies'),
} satisfies Partial<Record<Kind, Variation>>;
