import { BACKUP, pacedDeployment, SOURCE, START, wholeBucket, type PacedDeployment } from '../deployment/index.ts';
import { cpuOf, round } from './middle.ts';
import type { BenchOptions, BenchResult, Figure } from './types.ts';

const DAY = 86_400_000;
const PER_SECOND = 3000;
const KEY = 'deep';

interface Deep {
  readonly versions: number;
  /** Microseconds of CPU for each version, the local cloud included. */
  readonly cpu: number;
  /** Requests of all functions for each version. */
  readonly requests: number;
  readonly runs: number;
  readonly killed: number;
  /** Hours until a scan has brought all versions and looked at them again. */
  readonly hours: number;
  readonly lost: number;
  readonly twice: number;
}

/**
 * A key with very many versions that are older than its rule. It is a range of its own, and its versions are copied one
 * after the other. A run that must end leaves the rest to the next one. In virtual time, with the limits of the
 * deployed functions.
 */
export async function benchDeep({ quick, large }: BenchOptions): Promise<BenchResult> {
  const [less, more] = large ? [20_000, 100_000] : quick ? [1000, 4000] : [5000, 20_000];
  await measured(less / 5);
  const [few, many] = [await measured(less), await measured(more)];
  const limited: Figure[] = [
    {
      name: `deep: requests a version of a key with ${more}`,
      value: round(many.requests),
      kind: 'count',
      // The next run asks again for each existing replica.
      most: large ? 8 : quick ? 3.5 : 4.5,
    },
    {
      name: `deep: CPU a version of a key with ${more} over that with ${less}`,
      value: round(many.cpu / few.cpu),
      kind: 'ratio',
      most: 2.2,
    },
    { name: 'deep: runs cut off', value: few.killed + many.killed, kind: 'count', most: 0 },
    { name: 'deep: versions lost', value: few.lost + many.lost, kind: 'count', most: 0 },
    { name: 'deep: versions too many', value: few.twice + many.twice, kind: 'count', most: 0 },
  ];
  return {
    ok: true,
    figures: { few, many },
    limited,
    lines: [few, many].map(
      ({ versions, cpu, requests, runs, hours }) =>
        `${versions} versions: ${round(requests)} requests and ${round(cpu / 1000)} ms of CPU a version, ${runs} runs, ${round(hours)} h`,
    ),
  };
}

async function measured(versions: number): Promise<Deep> {
  const start = START + DAY;
  const rule = wholeBucket(BACKUP, { start, deleteMarkersSince: start, existing: 'All' });
  const world = await pacedDeployment({ rules: [rule], perSecond: PER_SECOND });
  const { scheduler } = world;
  for (let i = 0; i < versions; i += 1) {
    world.put(KEY, true);
    scheduler.now += 1;
  }
  scheduler.now = start + DAY;
  const begun = scheduler.now;
  world.begin();
  let ended = false;
  const look = async (): Promise<void> => {
    ended = (await world.store.scan())?.state === 'ended';
    scheduler.after(60_000, () => void look());
  };
  const cpu = await cpuOf(async () => {
    await look();
    await scheduler.runUntil(() => ended || scheduler.now > begun + 10 * DAY);
  });
  const { scan, task, schedule } = world.requests;
  const [written, found] = [countOf(world, SOURCE), countOf(world, BACKUP)];
  return {
    versions,
    cpu: cpu / versions,
    requests: (scan + task + schedule) / versions,
    runs: world.runs.scan + world.runs.task,
    killed: world.killed(),
    hours: (scheduler.now - begun) / 3_600_000,
    lost: Math.max(0, written - found) + (ended ? 0 : 1),
    twice: Math.max(0, found - written),
  };
}

const countOf = (world: PacedDeployment, place: typeof SOURCE): number => world.versions(place, KEY).length;
