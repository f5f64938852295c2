import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Violation } from './invariants.ts';
import { worldOf } from './seeds.ts';
import { runWorld } from './world.ts';

const USAGE = 'Usage: npm run test:chaos -- [--seed N] [--runs N] [--verbose] [--first] [--workers N]';
/** Failing worlds that are told in full; of the others one line is said. */
const TOLD = 3;

interface Outcome {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly lines: readonly string[];
}

function options() {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      runs: { type: 'string' },
      workers: { type: 'string' },
      /** Stops at the first world that fails. */
      first: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
    },
  });
  const seed = Number(values.seed ?? 1);
  // A seed alone means: this one world.
  const runs = Number(values.runs ?? (values.seed === undefined ? 1000 : 1));
  const workers = Number(values.workers ?? availableParallelism());
  if (![seed, runs, workers].every((n) => Number.isSafeInteger(n) && n > 0)) throw new TypeError('not a whole number');
  return { seed, runs, workers, first: values.first, verbose: values.verbose };
}

function tell({ seed, violations, lines }: Outcome, full: boolean): void {
  if (full) console.log(lines.join('\n'));
  for (const { invariant, text } of violations) {
    console.log(`${invariant} violated in world ${seed}: ${text}`);
    if (!full) break;
  }
}

let parsed: ReturnType<typeof options>;
try {
  parsed = options();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  process.exit(2);
}
const { seed, runs, workers, first, verbose } = parsed;

let done = 0;
let failed = 0;
const anyFailed = (): boolean => failed > 0;
const take = (outcome: Outcome): void => {
  done += 1;
  if (outcome.violations.length > 0) failed += 1;
  if (verbose || (outcome.violations.length > 0 && failed <= TOLD)) tell(outcome, true);
  else if (outcome.violations.length > 0) tell(outcome, false);
  if (process.stderr.isTTY && done % 50 === 0) process.stderr.write(`\r${done}/${runs} worlds, ${failed} failed`);
};

if (verbose || runs < 20 || workers === 1) {
  for (let i = seed; i < seed + runs; i += 1) {
    take({ seed: i, ...(await runWorld(worldOf(i))) });
    if (first && anyFailed()) break;
  }
} else {
  const lanes = Array.from({ length: workers }, (_, lane) => {
    const workerData = { first: seed + lane, end: seed + runs, step: workers };
    const worker = new Worker(new URL('./worker.mjs', import.meta.url), { workerData });
    return {
      worker,
      ended: new Promise<void>((resolve, reject) => worker.once('exit', () => resolve()).once('error', reject)),
    };
  });
  for (const { worker } of lanes) {
    worker.on('message', (outcome: Outcome) => {
      take(outcome);
      if (first && anyFailed()) for (const lane of lanes) void lane.worker.terminate();
    });
  }
  await Promise.all(lanes.map(({ ended }) => ended));
}
if (process.stderr.isTTY) process.stderr.write('\n');
console.log(`${done} worlds, ${failed} failed`);
process.exitCode = failed > 0 || (done < runs && !first) ? 1 : 0;
