import { calmWorld } from '../chaos/calm.ts';
import { lagsOf } from '../chaos/invariants.ts';
import { topologyOf } from '../chaos/topology.ts';
import type { WorldOptions } from '../chaos/options.ts';
import { runWorld } from '../chaos/world.ts';
import { round } from './middle.ts';
import type { BenchResult } from './types.ts';

const OVERWRITES = 300;
/** ms between two versions: twenty a second. */
const PACE_MS = 50;
const SEEDS = [1, 2, 3];

/**
 * One key that is written twenty times a second, in the simulated world in virtual time: the cost of a version, and how
 * long it takes to arrive. A request takes 2 to 62 ms there, an event 20 to 520 ms.
 */
export async function benchHot(): Promise<BenchResult> {
  const named = await measure(1);
  const unnamed = await measure(0);
  return {
    ok: true,
    figures: { named, unnamed },
    lines: [lineOf('events name their version', named), lineOf('events name none', unnamed)],
    limited: [
      { name: 'requests a version of a hot key', value: named.requests, most: 6, kind: 'count' },
      { name: 'copies a version of a hot key', value: named.copies, most: 1.1, kind: 'count' },
      { name: 'lag of a hot key, p99, in s', value: named.p99, most: 5, kind: 'count' },
    ],
  };
}

interface Hot {
  readonly requests: number;
  readonly copies: number;
  /** s. */
  readonly p50: number;
  readonly p99: number;
}

async function measure(withVersionId: number): Promise<Hot> {
  let [requests, copies] = [0, 0];
  const lags: number[] = [];
  for (const seed of SEEDS) {
    const world = await runWorld(worldOfHot(seed, withVersionId));
    if (world.violations.length > 0) throw new Error(JSON.stringify(world.violations[0]));
    requests += world.requests;
    copies += world.ledger.copies;
    lags.push(...lagsOf(world.ledger).values());
  }
  const versions = OVERWRITES * SEEDS.length;
  const at = (share: number): number =>
    (lags.toSorted((a, b) => a - b)[Math.ceil(share * lags.length) - 1] ?? 0) / 1000;
  return {
    requests: round(requests / versions),
    copies: round(copies / versions),
    p50: round(at(0.5)),
    p99: round(at(0.99)),
  };
}

const worldOfHot = (seed: number, withVersionId: number): WorldOptions => {
  const site = topologyOf('one-way').deployments[0]?.source ?? { bucket: '', region: '' };
  const deeds = Array.from({ length: OVERWRITES }, (_, i) => ({
    at: i * PACE_MS,
    name: 'put' as const,
    site,
    key: 'a',
    dice: seed * OVERWRITES + i,
  }));
  // Under such a load an instance is hardly ever new.
  return { ...calmWorld(seed, deeds, withVersionId), warm: 0.98 };
};

const lineOf = (name: string, { requests, copies, p50, p99 }: Hot): string =>
  `${name.padEnd(28)}${requests} requests and ${copies} copies a version, lag p50 ${p50} s, p99 ${p99} s`;
