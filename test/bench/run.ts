import { parseArgs } from 'node:util';

import { benchApi } from './api.ts';
import { benchBackfill } from './backfill.ts';
import { benchBeside } from './beside.ts';
import { benchCost } from './cost.ts';
import { benchDeep } from './deep.ts';
import { benchEngine } from './engine.ts';
import { benchGrowth } from './growth.ts';
import { benchHot } from './hot.ts';
import { benchLarge } from './large.ts';
import { benchListing } from './listing.ts';
import { benchLive } from './live.ts';
import { benchOutage } from './outage.ts';
import { benchPeers } from './peers.ts';
import { benchScan } from './scan.ts';
import { benchUnremembered } from './unremembered.ts';
import { benchSize } from './size.ts';
import { benchSpread } from './spread.ts';
import { writePlots } from './plots.ts';
import { HEADROOM, isOver } from './types.ts';
import type { Bench, BenchResult, Figure } from './types.ts';

/**
 * `npm run bench -- [NAME …] [--json] [--quick | --large] [--plots FOLDER]`: runs the named benchmarks, or all of them.
 * Each compares itself with a floor or a peer in the same run, because machines differ. `--quick` is for a build: the
 * benchmarks that take seconds, ratios within twice their limit, and `N passed, N failed` on the last line. `--large`
 * takes the sizes that the product is made for.
 */
const BENCHES: Readonly<Record<string, Bench>> = {
  bundle: benchSize,
  listing: benchListing,
  engine: benchEngine,
  growth: benchGrowth,
  hot: benchHot,
  large: benchLarge,
  scan: benchScan,
  unremembered: benchUnremembered,
  spread: benchSpread,
  deep: benchDeep,
  backfill: benchBackfill,
  beside: benchBeside,
  outage: benchOutage,
  live: benchLive,
  cost: benchCost,
  peers: benchPeers,
  api: benchApi,
};
const QUICK = [
  'bundle',
  'listing',
  'engine',
  'growth',
  'hot',
  'large',
  'scan',
  'unremembered',
  'spread',
  'deep',
  'backfill',
  'beside',
  'outage',
  'live',
  'cost',
];

function read() {
  try {
    const { values, positionals } = parseArgs({
      options: {
        json: { type: 'boolean' },
        quick: { type: 'boolean' },
        large: { type: 'boolean' },
        plots: { type: 'string' },
      },
      allowPositionals: true,
    });
    if (!positionals.every((one) => Object.hasOwn(BENCHES, one))) return undefined;
    if (values.quick === true && values.large === true) return undefined;
    const all = values.quick === true ? QUICK : Object.keys(BENCHES);
    return { ...values, names: positionals.length === 0 ? all : positionals };
  } catch {
    return undefined;
  }
}

const asked = read();
if (asked === undefined) {
  console.error(
    `Usage: npm run bench -- [${Object.keys(BENCHES).join(' | ')}] [--json] [--quick | --large] [--plots FOLDER]`,
  );
  process.exit(2);
}
const options = { quick: asked.quick === true, large: asked.large === true };
const say = (line: string): void => {
  if (asked.json !== true) console.log(line);
};
const results: Record<string, BenchResult> = {};
let failed = 0;
let passed = 0;
for (const name of asked.names) {
  const bench = BENCHES[name] as Bench;
  say(name);
  const result = await bench(options);
  results[name] = result;
  for (const line of result.lines) say(`  ${line}`);
  const over = (result.limited ?? []).filter((figure) => isOver(figure, options));
  for (const figure of result.limited ?? []) say(`  ${verdict(figure, over.includes(figure))}`);
  // A benchmark without such limits judges itself, as a whole.
  failed += over.length + (result.ok ? 0 : 1);
  passed += (result.limited ?? []).length - over.length + (result.ok ? 1 : 0);
}
if (asked.json === true) console.log(JSON.stringify(results));
if (asked.plots !== undefined) await writePlots(asked.plots, results);
if (asked.json !== true) console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function verdict({ name, value, most, kind }: Figure, isTooMuch: boolean): string {
  const limit = options.quick && kind === 'ratio' ? most * HEADROOM : most;
  return `${isTooMuch ? 'OVER' : 'ok  '} ${name}: ${value}, at most ${limit}`;
}
