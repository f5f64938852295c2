import { newRange } from '../../shared/scan/new-range.ts';
import { SCAN_DEFAULTS } from '../../shared/scan/index.ts';
import { walkRange } from '../../shared/scan/walk.ts';
import { beginVerify, runVerify, verifyDepsOf } from '../../shared/verify/index.ts';
import { BACKUP, MeasuredDeployment, SOURCE, STATE } from '../deployment/index.ts';
import { beginScan } from './begin-scan.ts';
import { cpuOf, heldBytes, round } from './middle.ts';
import { keyOf, Mirror } from './mirror.ts';
import type { BenchOptions, BenchResult, Figure } from './types.ts';

const RUN_MS = 900_000;
const PAIR = { source: SOURCE, destination: BACKUP };
/** Memory is measured once in this many pages. */
const SAMPLED = 20;

interface Looked {
  readonly versions: number;
  /** Microseconds for each version. */
  readonly cpu: number;
  readonly listings: number;
  readonly sources: number;
  readonly replicas: number;
  /** Versions that were found replicated. */
  readonly found: number;
  /** MB that were held in the middle, beyond those before the start. */
  readonly held: number;
}

/**
 * Looks at a pair without a ledger: a scan, which asks for each replica, and a verification, which asks for both sides
 * of each version. Neither may hold more or take longer for each version, however many there are.
 */
export async function benchUnremembered({ quick, large }: BenchOptions): Promise<BenchResult> {
  const few = quick ? 4000 : 20_000;
  const many = large ? 1_000_000 : quick ? 20_000 : 100_000;
  const kinds = [
    { name: 'a scan with nothing remembered', look: scanned, sources: 0, most: 12 },
    { name: 'a verification', look: verified, sources: 1, most: 6 },
  ] as const;
  const limited: Figure[] = [];
  const figures: Record<string, unknown> = {};
  const lines: string[] = [];
  for (const { name, look, sources, most } of kinds) {
    await look(few);
    const [less, more] = [await look(few), await look(many)];
    figures[name] = { less, more };
    lines.push(
      `${name}: ${round(less.cpu)} and ${round(more.cpu)} us of CPU a version at ${few} and ${many} on each side, ` +
        `${round(less.held)} and ${round(more.held)} MB held`,
    );
    const count = (what: string, value: number, limit: number): void =>
      void limited.push({ name: `unremembered: ${what} of ${name}`, value, kind: 'count', most: limit });
    count('HEADs a replica', more.replicas / many, 1);
    count('HEADs a version at the source', more.sources / many, sources);
    count('listing requests per 1,000 versions on each side', round((more.listings / many) * 1000), 3);
    count('versions not found replicated', many - more.found, 0);
    count(`MB held at ${many} versions`, round(more.held), most);
    limited.push({
      name: `unremembered: CPU a version of ${name} at ${many} versions over that at ${few}`,
      value: round(more.cpu / less.cpu),
      kind: 'ratio',
      most: 1.25,
    });
  }
  return { ok: true, figures, lines, limited };
}

/** In ranges of the deployed length. */
async function scanned(versions: number): Promise<Looked> {
  const { world, mirror, held } = await pairOf(versions);
  const { deps, store, scan } = await beginScan(world, PAIR);
  const size = SCAN_DEFAULTS.rangeEntries;
  let found = 0;
  const cpu = await cpuOf(async () => {
    for (let first = 0; first < versions; first += size) {
      const after = first === 0 ? null : keyOf(first - 1);
      const upTo = first + size >= versions ? null : keyOf(first + size - 1);
      const range = { ...newRange(scan.id, first / size, { after, upTo, expected: size }), salt: 'salt' };
      if (!(await walkRange({ deps, store, scan, deadline: world.now + RUN_MS }, range)))
        throw new Error('a range was not done');
      const done = await store.range(scan.id, range.number);
      for (const { replicated } of Object.values(done?.counts.rules ?? {})) found += replicated[0];
    }
  });
  await world.close();
  return { versions, cpu: cpu / versions, ...mirror.requests, found, held: held() };
}

/** In one range, as if the pair had never been scanned. */
async function verified(versions: number): Promise<Looked> {
  const { world, mirror, held } = await pairOf(versions);
  const { engine } = world;
  const deps = verifyDepsOf({ engine, sleep: async () => undefined });
  const ruleSet = await engine.rules.getFresh(SOURCE);
  if (ruleSet === undefined) throw new Error('no rules');
  const store = await beginVerify(deps.state, {
    source: SOURCE,
    pairs: [PAIR],
    ruleSet,
    prefix: '',
    upTo: world.now,
    deep: false,
    started: world.now,
    owner: 'bench',
  });
  const { entries } = world.core.listObjects(STATE.bucket, STATE.region, { prefix: 'scans/' });
  const cpu = await cpuOf(async () => {
    for (const { key } of entries) await runVerify(deps, key, world.now + RUN_MS);
  });
  const [range] = await store.ranges(1);
  if (range === undefined || range.done === null) throw new Error('the verification was not done');
  const { digests, replicas } = range.sums;
  const found = digests.source === digests.destination ? replicas.versions[0] : 0;
  await world.close();
  return { versions, cpu: cpu / versions, ...mirror.requests, found, held: held() };
}

async function pairOf(versions: number) {
  const world = new MeasuredDeployment({ markerTold: true });
  const mirror = new Mirror(versions);
  // The listed entries have settled long ago, and younger rules cover them as existing objects.
  await world.begin();
  const { listVersions, headObject } = mirror;
  Object.assign(world.cos, { listVersions, headObject });
  const before = heldBytes();
  let held = 0;
  mirror.beforePage = () => {
    const { listings } = mirror.requests;
    if (listings % SAMPLED === 0) held = Math.max(held, heldBytes() - before);
  };
  return { world, mirror, held: () => held / 1e6 };
}
