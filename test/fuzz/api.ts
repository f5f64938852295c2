import { parseArgs } from 'node:util';

import { drawInput } from './inputs.ts';
import { createDraw } from './random.ts';
import { createTarget } from './target.ts';

/**
 * Sends drawn events to the API function, in a process whose memory is bounded by its parent. Prints one JSON line for
 * every thousand inputs, so that a hang is seen, and a last one with the counts. `--only N` runs one input alone.
 */

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);

/** Inputs between two that are built to take long. */
const HEAVY_EVERY = 2000;
/** Inputs after which buckets and function start afresh, so that stored data does not add up. */
const RENEW_EVERY = 10_000;
const SHOWN = 2000;

const say = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

let failed = 0;
let peak = 0;
const statuses: Record<string, number> = {};
let target = await createTarget();

const renew = async (): Promise<void> => {
  for (const [status, count] of target.statuses) statuses[status] = (statuses[status] ?? 0) + count;
  await target.close();
  target = await createTarget();
};

const first = values.only === undefined ? 0 : Number(values.only);
const end = values.only === undefined ? runs : first + 1;
for (let index = first; index < end; index += 1) {
  const input = drawInput(createDraw(Math.imul(seed, 0x9e3779b1) ^ index), index % HEAVY_EVERY === 0);
  let flaw: string | undefined;
  try {
    flaw = await target.judge(input);
  } catch (error) {
    flaw = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  if (flaw !== undefined) {
    failed += 1;
    say({ failed: index, flaw, event: JSON.stringify(input.event)?.slice(0, SHOWN) });
  }
  // Measuring the memory takes longer than a small input.
  if (index % HEAVY_EVERY === 0 || index % 64 === 0) peak = Math.max(peak, process.memoryUsage.rss());
  if (index % 1000 === 999) say({ done: index + 1 });
  if (index % RENEW_EVERY === RENEW_EVERY - 1) await renew();
}
await renew();
say({ runs: end - first, failures: failed, statuses, peakMb: Math.round(peak / 2 ** 20) });
await target.close();
