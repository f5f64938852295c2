import type { Habits } from '../deeds.ts';
import { CALM, type Weather } from '../faulty.ts';
import type { Kind } from '../kinds.ts';
import type { Shape } from '../topology.ts';
import type { Variation } from './variation.ts';

const bursts =
  (errorIn200: number): Variation =>
  (world, { random, between, half }) => {
    const pace = [200, 3000, 20_000][between(0, 2)] as number;
    const rare = { remove: half(3), undelete: half(2), foreignDelete: half(2) };
    const habits: Habits = { deeds: between(4, 10), keys: 1, pace, put: 10, putSame: half(10), ...rare };
    const copying = random() < 0.6 ? between(500, 30_000) : undefined;
    const weather = { ...CALM, copying, errorIn200 };
    const mail = { ...world.mail, lost: 0, late: half(0.5), latest: 60_000 };
    return { ...world, weather, mail, habits, listingLag: 0 };
  };

/** Worlds whose users are special. */
export const BY_USERS = {
  bursts: bursts(0),
  'failed-copies': bursts(0.3),
  'hot-key': (world, { between, half }) => {
    const pace = [20, 60, 300][between(0, 2)] as number;
    const habits: Habits = { deeds: between(15, 60), keys: 1, pace, put: 10, putSame: half(3), remove: half(1) };
    const single = ([undefined, undefined, 'killed', 'answerLost', 'late'] as const)[between(0, 4)];
    const weather = single === undefined ? CALM : { ...CALM, [single]: 0.02 };
    const mail = { ...world.mail, lost: 0, late: half(0.1), latest: 30_000 };
    const listingLag = half(half(5_000));
    const isCalm = single === undefined && mail.late === 0 && listingLag === 0;
    const prompt = isCalm && pace > 20 ? 15_000 : undefined;
    return { ...world, shape: 'one-way', weather, mail, habits, listingLag, skew: half(5_000), prompt };
  },
  unnamed: (world, { random, between }) => {
    const pace = [200, 1000][between(0, 1)] as number;
    const habits: Habits = { deeds: between(3, 8), keys: 1, pace, put: 1, putSame: 10 };
    const mail = { ...world.mail, lost: 0, late: 0.5, latest: 20_000, withVersionId: random() < 0.5 ? 0 : 0.5 };
    return { ...world, weather: CALM, mail, habits, listingLag: 0, skew: 0, scans: false };
  },
  crowded: (world, { between }) => {
    const copies = { put: 6, foreignCopy: 5, foreignPut: 1, expire: 5 };
    const pace = [3000, 60_000, 20 * 60_000][between(0, 2)] as number;
    const habits: Habits = { deeds: between(5, 14), keys: 1, pace, ...copies };
    return { ...world, weather: CALM, mail: { ...world.mail, lost: 0, late: 0.5 }, habits, listingLag: 0 };
  },
  malice: (world, { random, between }) => {
    const pace = [1000, 20_000, 5 * 60_000][between(0, 2)] as number;
    const shape: Shape = random() < 0.6 ? 'one-way' : random() < 0.5 ? 'two-way' : 'chain';
    const honest = { put: 6, remove: 2, foreignPut: 1, removeVersion: random() < 0.3 ? 1 : 0 };
    const habits: Habits = { deeds: between(4, 14), keys: 1, pace, ...honest, forge: 4, foreignForge: 5 };
    const mail = { ...world.mail, lost: 0, late: 0.5 };
    return { ...world, shape, weather: CALM, mail, habits, listingLag: 0, skew: 0 };
  },
  lifecycle: (world, { random, between }) => {
    const pace = [5 * 60_000, 30 * 60_000, 3 * 3_600_000][between(0, 2)] as number;
    const writes = { put: 8, putSame: 1, remove: 3, undelete: 1, removeVersion: 1 };
    const habits: Habits = { deeds: between(5, 18), keys: between(1, 3), pace, ...writes, age: 4, ageSource: 3 };
    const algorithm = (['AES256', 'SM4', 'cos/kms'] as const)[between(0, 2)] ?? 'AES256';
    const shape: Shape = random() < 0.3 ? 'fan-out' : 'one-way';
    // A storm of many hours makes more work than any world needs.
    const weather = pace > 5 * 60_000 ? CALM : world.weather;
    return {
      ...world,
      shape,
      weather,
      habits,
      encryption: random() < 0.7 ? algorithm : undefined,
      locked: random() < 0.3,
    };
  },
  'two-way-deletions': (world, { random, between }) => {
    const pace = [60_000, 300_000][between(0, 1)] as number;
    const script = random() < 0.2 ? { script: ['put', 'remove', 'remove', 'undelete'] as const } : {};
    const habits: Habits = { deeds: between(3, 8), keys: 1, pace, put: 3, remove: 3, undelete: 2, ...script };
    const weather: Weather = { ...CALM, killed: random() < 0.5 ? 0.4 : 0, only: 'deletions' };
    return { ...world, shape: 'two-way', weather, habits, listingLag: 0 };
  },
  'close-deletions': (world, { random, between, half }) => {
    const shape: Shape = (['two-way', 'two-way', 'mesh'] as const)[between(0, 2)] ?? 'two-way';
    const pace = [3000, 20_000][between(0, 1)] as number;
    const habits: Habits = { deeds: between(3, 7), keys: 1, pace, put: 4, remove: 4, undelete: half(2) };
    const fates = { late: 0.3, answerLost: 0.1, vanished: random() < 0.3 ? 0.2 : 0 };
    const weather: Weather = { ...CALM, ...fates, killed: random() < 0.3 ? 0.3 : 0, only: 'deletions' };
    return { ...world, shape, weather, habits, listingLag: 0 };
  },
  archived: (world, { random, between }) => {
    const listingLag = random() < 0.5 ? 5_000 : 0;
    const pace = [200, 3000, 60_000][between(0, 2)] as number;
    const habits: Habits = { deeds: between(3, 10), keys: 1, pace, put: 4, archivePut: 4, restore: 4, remove: 1 };
    return { ...world, habits, listingLag };
  },
  sealed: (world, { random, between }) => {
    const shape: Shape = (['one-way', 'one-way', 'fan-out', 'two-way', 'chain'] as const)[between(0, 4)] ?? 'one-way';
    const listingLag = random() < 0.3 ? 5_000 : 0;
    const pace = [200, 3000, 60_000][between(0, 2)] as number;
    const rest = { put: 5, remove: 2, undelete: random() < 0.3 ? 1 : 0, foreignSealed: 1 };
    const habits: Habits = { deeds: between(3, 12), keys: between(1, 2), pace, ...rest, sealedPut: 4 };
    return { ...world, shape, habits, listingLag, tagged: shape !== 'two-way' && random() < 0.2 };
  },
  'changed-in-place': (world, { random, between }) => {
    const shape: Shape = (['one-way', 'one-way', 'fan-out', 'two-way', 'chain'] as const)[between(0, 4)] ?? 'one-way';
    const pace = [3000, 60_000, 300_000][between(0, 2)] as number;
    const rest = { put: 5, remove: random() < 0.3 ? 1 : 0, foreignPut: random() < 0.3 ? 1 : 0 };
    const habits: Habits = { deeds: between(4, 14), keys: between(1, 2), pace, ...rest, retag: 4, regrant: 4 };
    const comparedBy = random() < 0.5 ? 'scan' : 'reattempt';
    return {
      ...world,
      shape,
      habits,
      granting: true,
      replicaAcl: random() < 0.7,
      large: random() < 0.2,
      tagged: shape !== 'two-way' && random() < 0.3,
      comparedBy,
    };
  },
  emptied: (world, { between }) => {
    const pace = [60_000, 20 * 60_000][between(0, 1)] as number;
    const habits: Habits = { deeds: between(4, 12), keys: 1, pace, put: 4, remove: 4, expireAll: 5, undelete: 1 };
    return { ...world, habits, listingLag: 0 };
  },
  suspended: (world, { random, between }) => {
    const pace = [1000, 20_000, 60_000][between(0, 2)] as number;
    const rest = { put: 8, remove: 2, suspendThere: 3, foreignPut: 0 };
    const weather = { ...world.weather, copying: random() < 0.5 ? 10_000 : undefined };
    return { ...world, weather, habits: { deeds: between(4, 14), keys: 1, pace, ...rest }, listingLag: 0 };
  },
  rewritten: (world, { between }) => {
    const pace = [3000, 60_000, 20 * 60_000][between(0, 2)] as number;
    const habits: Habits = { deeds: between(4, 12), keys: 1, pace, put: 4, rewrite: 4, expire: 4, remove: 1 };
    return { ...world, habits, listingLag: 0 };
  },
} satisfies Partial<Record<Kind, Variation>>;
