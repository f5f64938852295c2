import { BACKUP, pacedDeployment, SOURCE, START, wholeBucket, type PacedDeployment } from '../deployment/index.ts';
import { round } from './middle.ts';
import type { BenchOptions, BenchResult, Figure } from './types.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** Requests a second that COS takes for a bucket outside of mainland China. */
const PER_SECOND = 3000;
/** ms between two uploads. */
const EVERY_MS = 20;
/** One of this many uploads is to an existing key. */
const OVERWRITES = 5;
const RANGES = 20;
/** Some of the keys that users write to at the same time wait minutes for the second look of the scan. */
const NEARLY = 0.99;

/**
 * Users write while everything from before the rule is copied: the lag of their versions over that without copies. With
 * the quotas of the deployment, and buckets that refuse more requests than COS takes; a second time with buckets that
 * take far fewer.
 */
export async function benchBeside({ quick, large }: BenchOptions): Promise<BenchResult> {
  const existing = quick ? 4000 : large ? 100_000 : 20_000;
  const busy = await measured(existing, PER_SECOND);
  const scarce = await measured(quick ? existing : existing / 5, PER_SECOND / 3);
  const calm = await measured(0, PER_SECOND, busy.live);
  const worlds = [busy, scarce];
  const limited: Figure[] = [
    {
      name: `beside: lag of live versions at p99 while ${existing} existing ones are copied, over that without`,
      value: round(busy.p99 / calm.p99),
      kind: 'count',
      most: 1.5,
    },
    {
      name: 'beside: the same where buckets take a third of the requests',
      value: round(scarce.p99 / calm.p99),
      kind: 'count',
      most: 1.5,
    },
    {
      name: 'beside: requests of scans that were refused, of 100, where buckets take a third',
      value: round((100 * scarce.refused) / scarce.requests),
      kind: 'count',
      most: 5,
    },
    { name: 'beside: versions lost', value: worlds.reduce((sum, one) => sum + one.lost, 0), kind: 'count', most: 0 },
    {
      name: 'beside: versions too many',
      value: worlds.reduce((sum, one) => sum + one.twice, 0),
      kind: 'count',
      most: 0,
    },
    { name: 'beside: runs cut off', value: worlds.reduce((sum, one) => sum + one.killed, 0), kind: 'count', most: 0 },
  ];
  return {
    // Otherwise nothing was refused, or a backfill and live work never met, and the figures mean nothing.
    ok: scarce.refused > 0 && busy.live > 50 && busy.atWork > 10,
    figures: { busy, scarce, calm },
    limited,
    lines: [
      `lag of ${busy.live} live versions p50 ${busy.p50}, p99 ${busy.p99} ms beside ${Math.round(existing / busy.seconds)} copies a second; ` +
        `${calm.p50}, ${calm.p99} ms alone; ${scarce.p50}, ${scarce.p99} ms beside ${Math.round(scarce.existing / scarce.seconds)} where COS refuses`,
    ],
  };
}

interface Beside {
  readonly existing: number;
  /** Versions that users wrote at the same time. */
  readonly live: number;
  /** ms. */
  readonly p50: number;
  readonly p99: number;
  /** Seconds until nearly all existing versions had a replica. */
  readonly seconds: number;
  /** The most instances of `scan` that ran at the same time. */
  readonly atWork: number;
  /** Of scans alone. */
  readonly requests: number;
  readonly refused: number;
  readonly lost: number;
  readonly twice: number;
  readonly killed: number;
}

/** Without existing objects this many live versions are written; otherwise as many as there is time for. */
async function measured(existing: number, perSecond: number, asked = 0): Promise<Beside> {
  const start = START + DAY;
  const rule = wholeBucket(BACKUP, { start, deleteMarkersSince: start, ...(existing > 0 ? { existing: 'All' } : {}) });
  // Enough ranges for every instance of the function to have one.
  let copied = 0;
  const old = new Set<string>();
  const world = await pacedDeployment({
    rules: [rule],
    scan: { rangeEntries: Math.max(1, existing / RANGES) },
    perSecond,
    onArrival: (id) => void (copied += old.has(id) ? 1 : 0),
  });
  const { scheduler } = world;
  for (let i = 0; i < existing; i += 1) old.add(world.put(oldKey(i), true).versionId);
  scheduler.now = start + HOUR;
  if (existing > 0) world.begin();
  let [atWork, copiedAt, begunAt] = [0, 0, 0];
  const live: { readonly key: string; readonly id: string; readonly at: number }[] = [];
  const goesOn = (): boolean => (existing > 0 ? copied < NEARLY * existing : live.length < asked);
  const tick = (): void => {
    atWork = Math.max(atWork, world.scanning());
    copiedAt = scheduler.now;
    if (!goesOn()) return;
    if (atWork > 0 || existing === 0) {
      begunAt ||= scheduler.now;
      const key = liveKey(live.length, existing);
      const at = scheduler.now;
      live.push({ key, at, id: world.put(key).versionId });
    }
    scheduler.after(EVERY_MS, tick);
  };
  tick();
  let ended = false;
  const look = async (): Promise<void> => {
    const scan = await world.store.scan();
    ended = !goesOn() && scheduler.now > copiedAt + HOUR && (existing === 0 || scan?.state === 'ended');
    scheduler.after(60_000, () => void look());
  };
  await look();
  await scheduler.runUntil(() => ended || scheduler.now > start + DAY);
  const lags = live.map(({ id, at }) => (world.arrived.get(id) ?? Number.POSITIVE_INFINITY) - at);
  const part = (share: number): number =>
    Math.round(lags.toSorted((a, b) => a - b)[Math.ceil(share * lags.length) - 1] ?? Number.POSITIVE_INFINITY);
  const keys = new Set([...Array.from(old, (_, i) => oldKey(i)), ...live.map(({ key }) => key)]);
  return {
    existing,
    live: live.length,
    p50: part(0.5),
    p99: part(0.99),
    seconds: round((copiedAt - begunAt) / 1000),
    atWork,
    requests: world.requests.scan,
    refused: world.refused.scan,
    killed: world.killed(),
    ...compare(world, keys),
  };
}

const oldKey = (n: number): string => `k${String(n).padStart(7, '0')}`;
/** Spread over the existing keys, some of them under an existing key. */
function liveKey(n: number, existing: number): string {
  const spread = oldKey((n * 7919) % Math.max(existing, 10_000));
  return n % OVERWRITES === 0 && existing > 0 ? oldKey((n * 7919) % existing) : `${spread}-new`;
}

function compare(world: PacedDeployment, keys: ReadonlySet<string>): { readonly lost: number; readonly twice: number } {
  let [lost, twice] = [0, 0];
  for (const key of keys) {
    const [written, found] = [SOURCE, BACKUP].map((place) => world.versions(place, key).length) as [number, number];
    lost += Math.max(0, written - found);
    twice += Math.max(0, found - written);
  }
  return { lost, twice };
}
