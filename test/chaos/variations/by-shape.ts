import { INLINE_BYTES } from '../calm.ts';
import { RULE_DEEDS, type Habits } from '../deeds.ts';
import type { Kind } from '../kinds.ts';
import type { Shape } from '../topology.ts';
import type { Variation } from './variation.ts';

const shaped =
  (shape: Shape): Variation =>
  (world, { between }) => ({ ...world, shape, habits: { ...world.habits, deeds: between(2, 10), copyBack: 0 } });

/** Worlds whose sites, rules and sizes are special. */
export const BY_SHAPE = {
  'one-way': (world) => world,
  watched: (world, { random, between }) => {
    const shape: Shape = (['one-way', 'one-way', 'fan-out', 'two-way'] as const)[between(0, 3)] ?? 'one-way';
    const pace = [3000, 60_000, 300_000][between(0, 2)] as number;
    const habits: Habits = { ...world.habits, deeds: between(2, 8), pace, copyBack: 0 };
    return { ...world, shape, habits, scans: random() < 0.5, watched: true };
  },
  granted: (world, { random, between }) => {
    const shape: Shape = (['one-way', 'one-way', 'fan-out', 'two-way', 'chain'] as const)[between(0, 4)] ?? 'one-way';
    const pace = [200, 3000, 60_000][between(0, 2)] as number;
    const habits: Habits = { ...world.habits, deeds: between(3, 12), pace, copyBack: 0 };
    const large = random() < 0.3;
    const kms = random() < 0.5;
    return { ...world, shape, habits, large, kms, granting: true, replicaAcl: random() < 0.7 };
  },
  paused: (world, { between }) => {
    const outages = [{ at: 'destinations' as const, from: 0, until: between(60_000, 600_000) }];
    const pace = [3000, 60_000][between(0, 1)] as number;
    const habits: Habits = { deeds: between(4, 12), keys: 2, pace, put: 6, remove: 2, disable: 3, enable: 3 };
    return { ...world, outages, habits, listingLag: 0 };
  },
  'fan-out': shaped('fan-out'),
  chain: shaped('chain'),
  'two-way': shaped('two-way'),
  ring: shaped('ring'),
  mesh: (world, { between }) => ({
    ...world,
    shape: 'mesh',
    habits: { ...world.habits, deeds: between(2, 6), keys: 1, copyBack: 0 },
  }),
  rules: (world, { random, between }) => {
    const changes = Object.fromEntries(RULE_DEEDS.filter(() => random() < 0.5).map((name) => [name, 3]));
    const shape: Shape = random() < 0.3 ? 'fan-out' : 'one-way';
    const pace = [1000, 20_000, 30 * 60_000][between(0, 2)] as number;
    const habits = { ...world.habits, deeds: between(4, 16), pace, ...changes };
    return { ...world, shape, later: true, tagged: random() < 0.3, habits };
  },
  parts: (world, { random, between }) => {
    const weather = { ...world.weather, copying: random() < 0.5 ? between(1000, 30_000) : undefined };
    const inlineBytes = random() < 0.5 ? 2 * 2 ** 20 : INLINE_BYTES;
    const changes = random() < 0.2 ? { dropRules: 1, addRules: 1 } : {};
    const habits = { ...world.habits, ...changes, deeds: between(2, 10), foreignUpload: 1 };
    return { ...world, large: true, inlineBytes, tagged: random() < 0.2, weather, habits };
  },
} satisfies Partial<Record<Kind, Variation>>;
