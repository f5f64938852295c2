import { samePlace } from '../../shared/cos/index.ts';
import { BACKUP, MeasuredDeployment, type Request } from '../deployment/index.ts';

export interface Case {
  readonly name: string;
  readonly requests: number;
  readonly listings: number;
  /** Requests one after the other across regions before the copy begins; undefined: nothing is copied. */
  readonly crossings: number | undefined;
  /** The number in the protocol's table. */
  readonly allowed: { readonly requests: number; readonly listings: number; readonly crossings?: number };
  /** Where the engine knowingly makes more requests than the table: how many more, and for what. */
  readonly more?: { readonly requests: number; readonly listings?: number; readonly why: string } | undefined;
  /**
   * Whether a task was left for the time when listings have settled. It is not counted, because listings do not lag in
   * the table.
   */
  readonly looksAgain: boolean;
}

type Prepare = (world: MeasuredDeployment) => Promise<() => Promise<void>>;

/** A first replica, with no work left. */
async function replicated(world: MeasuredDeployment, key = 'k'): Promise<void> {
  await world.handle(world.put(key, 'first'));
  await world.settle();
}

const CASES: readonly {
  readonly name: string;
  readonly allowed: Case['allowed'];
  readonly more?: Case['more'];
  readonly markerTold?: false;
  readonly prepare: Prepare;
}[] = [
  {
    name: 'new key',
    allowed: { requests: 6, listings: 0, crossings: 1 },
    prepare: async (world) => {
      const event = world.put('k', 'first');
      return () => world.handle(event);
    },
  },
  {
    name: 'in-order overwrite',
    allowed: { requests: 6, listings: 0, crossings: 1 },
    prepare: async (world) => {
      await replicated(world);
      const event = world.put('k', 'second');
      return () => world.handle(event);
    },
  },
  {
    name: 'new key, a 404 does not name a delete marker',
    allowed: { requests: 9, listings: 2 },
    markerTold: false,
    prepare: async (world) => {
      const event = world.put('k', 'first');
      return () => world.handle(event);
    },
  },
  {
    name: 'duplicate event with version ID',
    allowed: { requests: 5, listings: 0 },
    prepare: async (world) => {
      const event = world.put('k', 'first');
      await world.handle(event);
      await world.settle();
      return () => world.handle(event);
    },
  },
  {
    name: 'duplicate event without version ID',
    allowed: { requests: 8, listings: 2 },
    prepare: async (world) => {
      const event = world.put('k', 'first');
      await world.handle(event, false);
      await world.settle();
      return () => world.handle(event, false);
    },
  },
  {
    name: 'delete marker',
    allowed: { requests: 8, listings: 2 },
    prepare: async (world) => {
      await replicated(world);
      const event = world.remove('k');
      return () => world.handle(event);
    },
  },
  {
    name: 'put after delete',
    allowed: { requests: 9, listings: 2 },
    prepare: async (world) => {
      await replicated(world);
      await world.handle(world.remove('k'));
      await world.settle();
      const event = world.put('k', 'again');
      return () => world.handle(event);
    },
  },
  {
    name: 'older version, missing',
    allowed: { requests: 13, listings: 2 },
    more: {
      requests: 2,
      listings: 1,
      why: 'before it removes a replica, a run compares the one that stays with the source; a user may have copied it',
    },
    prepare: async (world) => {
      const older = world.put('k', 'older');
      await world.handle(world.put('k', 'newer'));
      await dropTasks(world);
      return () => world.handle(older);
    },
  },
  {
    name: 'older version, replicated',
    allowed: { requests: 10, listings: 2 },
    prepare: async (world) => {
      const older = world.put('k', 'older');
      await world.handle(older);
      await world.handle(world.put('k', 'newer'));
      await world.settle();
      return () => world.handle(older);
    },
  },
  {
    // One more than a task would take; each event after that takes one, while the key is still taken.
    name: 'taken by another run',
    allowed: { requests: 5, listings: 0 },
    prepare: async (world) => {
      const event = world.put('k', 'first');
      const target = { source: { ...event }, destination: BACKUP, key: 'k' };
      await world.engine.leases.acquire(target, { floor: 0, since: Infinity }, world.now + 60_000);
      return () => world.handle(event);
    },
  },
];

/** Work left for later is not part of a case. */
async function dropTasks(world: MeasuredDeployment): Promise<void> {
  const bucket = 'crr-dev-gz-1250000000';
  for (const { key } of world.core.listObjects(bucket, 'ap-guangzhou', { prefix: 'waiting/' }).entries) {
    world.core.deleteObject(bucket, 'ap-guangzhou', key, undefined, { requestId: 'bench' });
  }
}

/** COS requests of one event, for each case of the protocol. */
export async function countRequests(): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const { name, allowed, more, prepare, markerTold = true } of CASES) {
    const world = new MeasuredDeployment({ markerTold });
    await world.begin();
    const act = await prepare(world);
    world.forget();
    await act();
    const { requests } = world;
    const acted = requests.some((request) => request.name === 'copyObject' || isDeletion(request));
    const looksAgain = acted && requests.some(isDeferral);
    const copied = requests.findIndex((request) => request.name === 'copyObject');
    const before = requests.slice(0, Math.max(0, copied));
    cases.push({
      name,
      requests: requests.length - (looksAgain ? 1 : 0),
      listings: requests.filter((request) => request.name === 'listVersions').length,
      crossings: copied === -1 ? undefined : before.filter(({ place }) => samePlace(place, BACKUP)).length,
      allowed,
      more,
      looksAgain,
    });
    await world.close();
  }
  return cases;
}

const isDeletion = ({ name, place }: Request): boolean => name === 'deleteObject' && samePlace(place, BACKUP);
const isDeferral = ({ name, key }: Request): boolean => name === 'putObject' && String(key).startsWith('waiting/');

export const isWithin = ({ requests, listings, crossings, allowed, more }: Case): boolean =>
  requests <= allowed.requests + (more?.requests ?? 0) &&
  listings <= allowed.listings + (more?.listings ?? 0) &&
  (allowed.crossings === undefined || (crossings !== undefined && crossings <= allowed.crossings));
