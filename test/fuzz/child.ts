import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface FuzzOptions {
  readonly runs: number;
  readonly seed: number;
  /** Index of the only input to send. */
  readonly only?: string | undefined;
}

export interface FuzzCounts {
  readonly passed: number;
  readonly failed: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Largest resident size of the process, the test code included. */
  readonly peakMb: number;
  readonly flaws: readonly string[];
}

/** MB of heap. The function has 256 MB in all. */
const HEAP = 128;
/** ms without a sign of life. A thousand inputs take about one second. */
const HANG = 120_000;

interface Line {
  readonly failed?: number;
  readonly runs?: number;
  readonly failures?: number;
  readonly statuses?: Record<string, number>;
  readonly peakMb?: number;
}

/** Runs `api.ts` in a child process. A process that dies (out of memory or otherwise) or hangs counts as failed. */
export async function fuzzApi({ runs, seed, only }: FuzzOptions): Promise<FuzzCounts> {
  const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const args = ['--runs', String(runs), '--seed', String(seed), ...(only === undefined ? [] : ['--only', only])];
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${HEAP}`, script('../bootstrap.mjs'), script('api.ts'), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (status, signal) => resolve(status === 0 ? '' : `it ended with ${signal ?? status}`));
  });
  let watchdog: NodeJS.Timeout | undefined;
  const flaws: string[] = [];
  let last: Line = {};
  const alive = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => child.kill('SIGKILL'), HANG);
  };
  alive();
  for await (const text of createInterface({ input: child.stdout })) {
    alive();
    last = JSON.parse(text) as Line;
    if (last.failed !== undefined) flaws.push(text);
  }
  const problem = await ended;
  clearTimeout(watchdog);
  const { runs: done, failures = 0, statuses = {}, peakMb = 0 } = last;
  if (done === undefined) {
    flaws.push(`seed ${seed}: the process did not finish: ${problem}`);
    return { passed: 0, failed: Math.max(1, flaws.length), statuses, peakMb, flaws };
  }
  return { passed: done - failures, failed: failures, statuses, peakMb, flaws };
}
