import { INLINE_BYTES } from './calm.ts';
import { mayHappen } from './deeds.ts';
import { CALM } from './faulty.ts';
import { topologyOf, type Shape } from './topology.ts';
import type { WorldOptions } from './options.ts';

export interface ShrinkOptions {
  /** Whether a world still fails. */
  readonly fails: (options: WorldOptions) => Promise<boolean>;
  /** Worlds tried at most. */
  readonly attempts: number;
  readonly progress: (tried: number, smallest: WorldOptions) => void;
}

/** Another luck for a smaller world, because leaving out a deed also shifts all later dice of the network. */
const LUCKS = 3;

/**
 * The smallest failing world near a failing one: greedily with fewer deeds, fewer kinds of faults, a simpler shape,
 * fewer keys. Each step is tried with the same luck first, then with others.
 */
export async function shrink(world: WorldOptions, { fails, attempts, progress }: ShrinkOptions): Promise<WorldOptions> {
  let smallest = world;
  let tried = 0;
  const mayTry = (): boolean => tried < attempts;
  const accept = async (candidate: WorldOptions): Promise<boolean> => {
    for (let luck = 0; luck < LUCKS && mayTry(); luck += 1) {
      const option = { ...candidate, seed: candidate.seed + luck * 1_000_003 };
      tried += 1;
      const failed = await fails(option);
      if (failed) smallest = option;
      progress(tried, smallest);
      if (failed) return true;
    }
    return false;
  };
  for (let better = true; better && mayTry();) {
    better = await fewerDeeds(() => smallest, accept);
    for (const simpler of SIMPLER) {
      const candidate = simpler(smallest);
      if (JSON.stringify(candidate) !== JSON.stringify(smallest) && (await accept(candidate))) better = true;
    }
  }
  return smallest;
}

type Accept = (candidate: WorldOptions) => Promise<boolean>;

/** Halves first, then quarters, down to single deeds. */
async function fewerDeeds(current: () => WorldOptions, accept: Accept): Promise<boolean> {
  let better = false;
  for (let size = Math.ceil(current().deeds.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < current().deeds.length;) {
      const world = current();
      const deeds = [...world.deeds.slice(0, from), ...world.deeds.slice(from + size)];
      if (deeds.length > 0 && (await accept({ ...world, deeds }))) better = true;
      else from += size;
    }
  }
  return better;
}

type Simpler = (world: WorldOptions) => WorldOptions;

const weatherWithout =
  (name: Exclude<keyof WorldOptions['weather'], 'only' | 'copying'>): Simpler =>
  (world) => ({ ...world, weather: { ...world.weather, [name]: 0 } });

const SIMPLER: readonly Simpler[] = [
  (world) => ({ ...world, weather: CALM }),
  (world) => ({ ...world, mail: { ...world.mail, lost: 0, doubled: 0, late: 0 } }),
  ...(Object.keys(CALM) as (keyof typeof CALM)[]).map((name) => weatherWithout(name as 'late')),
  (world) => ({ ...world, weather: { ...world.weather, copying: undefined } }),
  (world) => ({ ...world, mail: { ...world.mail, lost: 0 } }),
  (world) => ({ ...world, mail: { ...world.mail, doubled: 0 } }),
  (world) => ({ ...world, mail: { ...world.mail, late: 0 } }),
  (world) => ({ ...world, mail: { ...world.mail, withVersionId: 1 } }),
  (world) => ({ ...world, skew: 0 }),
  (world) => ({ ...world, listingLag: 0 }),
  (world) => ({ ...world, lagAt: undefined }),
  (world) => ({ ...world, outages: undefined }),
  (world) => ({ ...world, longestPage: 1000 }),
  (world) => ({ ...world, scans: false }),
  (world) => ({ ...world, large: false, inlineBytes: INLINE_BYTES }),
  (world) => ({ ...world, tagged: false }),
  (world) => ({ ...world, granting: undefined, replicaAcl: undefined }),
  (world) => ({ ...world, kms: undefined }),
  (world) => ({ ...world, later: false }),
  (world) => ({ ...world, deeds: world.deeds.map((deed) => ({ ...deed, key: 'a' })) }),
  (world) => ({ ...world, deeds: world.deeds.map((deed, i) => ({ ...deed, at: i * 1000 })) }),
  fewerSites,
];

/** A mesh becomes two-way, two links become one; deeds at a removed site are left out. */
function fewerSites(world: WorldOptions): WorldOptions {
  const shape = SMALLER[world.shape];
  if (shape === undefined) return world;
  const topology = topologyOf(shape);
  return { ...world, shape, deeds: world.deeds.filter(({ name, site }) => mayHappen(name, topology, site)) };
}

const SMALLER: Partial<Record<Shape, Shape>> = {
  mesh: 'two-way',
  ring: 'two-way',
  chain: 'one-way',
  'fan-out': 'one-way',
};
