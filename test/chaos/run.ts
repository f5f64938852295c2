import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Violation } from './invariants.ts';
import { KINDS } from './kinds.ts';
import { worldOf } from './seeds.ts';
import { shrink } from './shrink.ts';
import { describeViolation, describeWorld } from './tell.ts';
import type { WorldOptions } from './options.ts';
import { runWorld } from './world.ts';

const USAGE = `Usage: npm run test:chaos -- [--seed N] [--runs N] [--kind NAME] [--world JSON] [--first] [--workers N] [--attempts N] [--verbose]
Kinds: ${KINDS.join(', ')}`;
/** Failing worlds that are shrunk and printed in full; the others get one line. */
const TOLD = 2;

interface Outcome {
  readonly seed: number;
  readonly violations: readonly Violation[];
}

function options() {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      runs: { type: 'string' },
      workers: { type: 'string' },
      /** Worlds of one kind only. */
      kind: { type: 'string' },
      /** One world, in the form in which the smallest one is printed. */
      world: { type: 'string' },
      /** Stops at the first world that fails. */
      first: { type: 'boolean', default: false },
      /** Worlds tried while shrinking a failing one; 0: it is printed unshrunk. */
      attempts: { type: 'string', default: '300' },
      verbose: { type: 'boolean', default: false },
    },
  });
  const seed = Number(values.seed ?? 1);
  // A seed alone means this one world.
  const runs = Number(values.runs ?? (values.seed === undefined ? 1000 : 1));
  const workers = Number(values.workers ?? availableParallelism());
  const attempts = Number(values.attempts);
  if (![seed, runs, workers, attempts + 1].every((n) => Number.isSafeInteger(n) && n > 0))
    throw new TypeError('not a whole number');
  const kind = KINDS.find((name) => name === values.kind);
  if (values.kind !== undefined && kind === undefined) throw new TypeError(`there is no kind of world ${values.kind}`);
  const world = values.world === undefined ? undefined : (JSON.parse(values.world) as WorldOptions);
  return { seed, runs, workers, kind, world, attempts, first: values.first, verbose: values.verbose };
}

let parsed: ReturnType<typeof options>;
try {
  parsed = options();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  process.exit(2);
}
const { seed, runs, workers, kind, world, attempts, first, verbose } = parsed;

const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}`);
};

let done = 0;
const failed: Outcome[] = [];
const enough = (): boolean => first && failed.length > 0;
const take = (outcome: Outcome): void => {
  done += 1;
  if (outcome.violations.length > 0) {
    failed.push(outcome);
    const [violation] = outcome.violations;
    if (violation) console.log(`world ${outcome.seed}: ${describeViolation(violation)}`);
  }
  if (done % 50 === 0) progress(`${done}/${runs} worlds, ${failed.length} failed`);
};

async function tell(options: WorldOptions): Promise<readonly Violation[]> {
  const { lines, violations } = await runWorld(options);
  console.log([describeWorld(options), ...lines, ...violations.map(describeViolation)].join('\n'));
  return violations;
}

/** The smallest world that fails like this one, and the commands that show both again. */
async function explain({ seed: failing, violations }: Outcome): Promise<void> {
  const invariant = violations[0]?.invariant;
  const smallest = await shrink(worldOf(failing, kind), {
    attempts,
    fails: async (candidate) => (await runWorld(candidate)).violations.some((one) => one.invariant === invariant),
    progress: (tried, { deeds }) => progress(`shrinking world ${failing}: ${tried} tried, ${deeds.length} deeds left `),
  });
  console.log(`\nThe smallest world found that fails like world ${failing}:`);
  await tell(smallest);
  const again = `--seed ${failing}${kind === undefined ? '' : ` --kind ${kind}`}`;
  console.log(`World ${failing} itself again: npm run test:chaos -- ${again} --verbose`);
  console.log(`This smallest one again: npm run test:chaos -- --world '${JSON.stringify(smallest)}'`);
}

async function inWorkers(): Promise<void> {
  const { bundleOf } = await import('./bundle.ts');
  const code = await bundleOf(fileURLToPath(new URL('./worker.ts', import.meta.url)), 'cjs');
  const lanes = Array.from({ length: workers }, (_, lane) => {
    const workerData = { first: seed + lane, end: seed + runs, step: workers, kind };
    const worker = new Worker(code, { eval: true, workerData });
    return {
      worker,
      ended: new Promise<void>((resolve, reject) => worker.once('exit', () => resolve()).once('error', reject)),
    };
  });
  for (const { worker } of lanes) {
    worker.on('message', (outcome: Outcome) => {
      take(outcome);
      if (enough()) for (const lane of lanes) void lane.worker.terminate();
    });
  }
  await Promise.all(lanes.map(({ ended }) => ended));
}

if (world !== undefined) {
  take({ seed: world.seed, violations: await tell(world) });
} else if (verbose || runs < 20 || workers === 1) {
  for (let i = seed; i < seed + runs && !enough(); i += 1) {
    const options = worldOf(i, kind);
    take({ seed: i, violations: verbose ? await tell(options) : (await runWorld(options)).violations });
  }
} else {
  await inWorkers();
}
if (world === undefined && attempts > 0) for (const outcome of failed.slice(0, TOLD)) await explain(outcome);
if (process.stderr.isTTY) process.stderr.write('\n');
console.log(`${done} worlds, ${failed.length} failed`);
process.exitCode = failed.length > 0 || (world === undefined && done < runs && !first) ? 1 : 0;
