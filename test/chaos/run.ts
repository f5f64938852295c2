import { parseArgs } from 'node:util';
import { worldOf } from './seeds.ts';
import { runWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1000' },
    verbose: { type: 'boolean', default: false },
  },
});
const first = Number(values.seed);
const runs = values.runs === undefined ? 1 : Number(values.runs);
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(runs) || runs < 1) {
  console.error('Usage: npm run test:chaos -- [--seed N] [--runs N] [--verbose]');
  process.exit(2);
}

const SHOWN = 5;
let failed = 0;
for (let seed = first; seed < first + runs; seed += 1) {
  const { violations, lines } = await runWorld(worldOf(seed));
  if (violations.length > 0) failed += 1;
  if (values.verbose || (violations.length > 0 && failed <= SHOWN)) {
    console.log(lines.join('\n'));
    for (const { invariant, text } of violations) console.log(`${invariant} violated in world ${seed}: ${text}`);
  } else if (violations.length > 0)
    console.log(`world ${seed} failed: ${violations[0]?.invariant} ${violations[0]?.text}`);
}
console.log(`${runs} worlds, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
