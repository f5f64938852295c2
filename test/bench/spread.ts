import { BACKUP, RULE, scanDeployment, type ScanDeployment, SOURCE, STATE } from '../deployment/index.ts';
import type { ScanSettings } from '../../shared/scan/index.ts';
import { round } from './middle.ts';
import type { BenchOptions, BenchResult, Figure } from './types.ts';

const RUN_MS = 900_000;
const AT_ONCE = 16;
const RANGES = [1, 4, AT_ONCE, 2 * AT_ONCE];
const EXISTING = [{ ...RULE, existing: 'All' as const, start: Date.UTC(2026, 0, 2) }];
const DAY = 86_400_000;

/**
 * How the work of a scan is divided: names of which 99 of 100 share one prefix, one key with very many versions, more
 * functions the larger the bucket is, and runs that end before their limit where COS is slow. In virtual time.
 */
export async function benchSpread({ quick }: BenchOptions): Promise<BenchResult> {
  const size = quick ? 1500 : 5000;
  const deep = quick ? 1200 : 5000;
  const rangeEntries = size / 20;
  const skewed = await scanned({ rangeEntries }, skewedKeys(size));
  const largest = Math.max(...skewed.entries);
  const counts: number[] = [];
  for (const ranges of RANGES) counts.push((await scanned({ rangeEntries: 20 }, plainKeys(20 * ranges))).atWork);
  const history = await scanned({ rangeEntries }, [...plainKeys(2 * rangeEntries), ['deep', deep]], 40);
  const slow = await scanned({ rangeEntries: size, rangesAtOnce: 1 }, plainKeys(size), 1200);
  const limited: Figure[] = [
    {
      name: 'spread: entries of the largest range over those asked for, 99 of 100 names with one prefix',
      value: round(largest / rangeEntries),
      kind: 'count',
      most: 1.05,
    },
    {
      name: `spread: ranges that hold a key of ${deep} versions`,
      value: history.entries.filter((entries) => entries > 2 * rangeEntries).length,
      kind: 'count',
      most: 1,
    },
    {
      name: `spread: functions at work at most, of ${AT_ONCE} that may be`,
      value: Math.max(...counts),
      kind: 'count',
      most: AT_ONCE,
    },
    {
      name: `spread: functions missing at ${RANGES.join(', ')} ranges`,
      value: counts.reduce((sum, count, i) => sum + Math.max(0, Math.min(RANGES[i] ?? 0, AT_ONCE) - count), 0),
      kind: 'count',
      most: 0,
    },
    {
      name: 'spread: longest run of a scan over its limit',
      value: round(Math.max(slow.longest, history.longest) / RUN_MS),
      kind: 'count',
      most: 1,
    },
    {
      name: 'spread: versions lost',
      value: skewed.lost + history.lost + slow.lost,
      kind: 'count',
      most: 0,
    },
    {
      name: 'spread: versions copied twice',
      value: skewed.twice + history.twice + slow.twice,
      kind: 'count',
      most: 0,
    },
  ];
  return {
    // Otherwise no run left work to the next one, and the figures mean nothing.
    ok: slow.runs > 3,
    figures: { skewed, counts, history, slow },
    limited,
    lines: [
      `${counts.join(', ')} functions at work on ${RANGES.join(', ')} ranges; ${slow.runs} runs where COS is slow, ` +
        `${history.runs} for a key of ${deep} versions`,
    ],
  };
}

type Keys = readonly (readonly [key: string, versions: number])[];

const nameOf = (n: number): string => String(n).padStart(7, '0');
const plainKeys = (count: number): Keys => Array.from({ length: count }, (_, i) => [`k${nameOf(i)}`, 1]);
/** One of a hundred has a name of its own; all others share a long prefix. */
const skewedKeys = (count: number): Keys =>
  Array.from({ length: count }, (_, i) => [i % 100 === 0 ? `${i % 7}/${i}` : `logs/2026/01/01/host/${nameOf(i)}`, 1]);

interface Scanned {
  /** Of each range. */
  readonly entries: readonly number[];
  readonly atWork: number;
  readonly runs: number;
  /** ms. */
  readonly longest: number;
  readonly lost: number;
  readonly twice: number;
}

/** Scans a bucket with these keys until everything is replicated and looked at again. `latency`: ms of each request. */
async function scanned(settings: Partial<ScanSettings>, keys: Keys, latency = 0): Promise<Scanned> {
  const world = await scanDeployment(EXISTING, { rangesAtOnce: AT_ONCE, ...settings });
  for (const [key, versions] of keys) for (let i = 0; i < versions; i += 1) world.put('x', {}, undefined, key);
  world.clock.ms += 3 * DAY;
  let atWork = 0;
  world.onRequest(() => {
    world.clock.ms += latency;
    // Time passes with each run, so work that waits for its turn would count as lost.
    if (latency === 0) atWork = Math.max(atWork, notesOf(world));
  });
  let [runs, longest] = [0, 0];
  for (let minutes = 0; (await world.store.scan())?.state !== 'ended'; minutes += 1) {
    if (minutes > 3000) throw new Error('the scan did not end');
    world.clock.ms += 60_000;
    await world.keep();
    for (let event = world.scansStarted.shift(); event !== undefined; event = world.scansStarted.shift()) {
      const began = world.clock.ms;
      await world.run(event.key, RUN_MS);
      runs += 1;
      longest = Math.max(longest, world.clock.ms - began);
    }
  }
  const scan = await world.store.scan();
  if (scan === undefined) throw new Error('there is no scan');
  const ranges = await world.store.readRanges(scan.id, await world.store.doneRanges(scan.id));
  return { entries: ranges.map(({ entries }) => entries), atWork, runs, longest, ...compare(world, keys) };
}

const notesOf = ({ core }: ScanDeployment): number =>
  core.listObjects(STATE.bucket, STATE.region, { prefix: 'scans/' }).entries.length;

function compare(world: ScanDeployment, keys: Keys): { readonly lost: number; readonly twice: number } {
  const countOf = ({ bucket, region }: typeof SOURCE, key: string): number => {
    let count = 0;
    for (let from: object | undefined = {}; from !== undefined;) {
      const page: ReturnType<typeof world.core.listVersions> = world.core.listVersions(bucket, region, {
        prefix: key,
        ...from,
      });
      count += page.entries.filter((entry) => entry.key === key).length;
      const { nextKeyMarker: keyMarker = '', nextVersionIdMarker: versionIdMarker = '' } = page;
      from = page.truncated ? { keyMarker, versionIdMarker } : undefined;
    }
    return count;
  };
  let [lost, twice] = [0, 0];
  for (const [key, versions] of keys) {
    const count = countOf(BACKUP, key);
    lost += Math.max(0, versions - count);
    twice += Math.max(0, count - versions);
  }
  return { lost, twice };
}
