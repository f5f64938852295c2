import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { HEAVY } from '../fuzz/bodies.ts';
import { signCall, urlEvent } from '../functions/api/bench.ts';
import { deployApi } from '../functions/api/deployed.ts';
import type { Deployed } from '../functions/api/deployed.ts';

const run = promisify(execFile);

const STARTS = 5;
const WARM_REQUESTS = 3000;

export interface Bundled {
  readonly bundleKb: number;
  /** ms from the start of the process to its first answer, with the key read from COS; the fastest of a few. */
  readonly coldMs: number;
  /** The same for a process that does nothing. */
  readonly emptyMs: number;
  readonly coldMb: number;
  readonly warmMb: number;
  /**
   * The most memory over all documents that are built to need much. Without the pages of the node binary, as a
   * container counts.
   */
  readonly heavyMb: number;
  readonly emptyMb: number;
  readonly warmRequests: number;
}

/** Loads the deployed function, asks it once, then many times, and reports the size of the process. */
const SCRIPT = `
const [entry, event, count] = process.argv.slice(2);
const mb = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
const log = console.log;
console.log = () => {};
(async () => {
  const found = { emptyMb: mb() };
  const { main_handler } = require(entry);
  const ask = async () => {
    const answer = await main_handler(JSON.parse(event), { request_id: 'run', time_limit_in_ms: 30000 });
    if (answer.statusCode !== 404) throw new Error(answer.body);
  };
  await ask();
  found.ms = performance.now();
  found.coldMb = mb();
  for (let i = 0; i < Number(count); i += 1) await ask();
  found.warmMb = mb();
  log(JSON.stringify(found));
  process.exit(0);
})();
`;
const EMPTY = 'console.log(JSON.stringify({ ms: performance.now() }))';

/** The deployed form of the function in processes of its own, on a local cloud. */
export async function runBundled(memoryLimit: number): Promise<Bundled> {
  const deployed = await deployApi();
  const { folder, size, environment: env } = deployed;
  try {
    await writeFile(join(folder, 'ask.cjs'), SCRIPT);
    await writeFile(join(folder, 'empty.cjs'), EMPTY);
    const event = JSON.stringify(urlEvent(signCall({ method: 'GET' }, Date.now())));
    const start = async (script: string, args: readonly string[]) => {
      const { stdout } = await run(process.execPath, [join(folder, script), ...args], { env });
      return JSON.parse(stdout) as Record<'ms' | 'emptyMb' | 'coldMb' | 'warmMb', number>;
    };
    const ask = (count: number) => start('ask.cjs', [join(folder, 'api', 'index.js'), event, String(count)]);
    const cold: number[] = [];
    const empty: number[] = [];
    for (let i = 0; i < STARTS; i += 1) {
      cold.push((await ask(0)).ms);
      empty.push((await start('empty.cjs', [])).ms);
    }
    const { emptyMb, coldMb, warmMb } = await ask(WARM_REQUESTS);
    return {
      bundleKb: Math.round(size / 100) / 10,
      coldMs: Math.round(Math.min(...cold)),
      emptyMs: Math.round(Math.min(...empty)),
      coldMb,
      warmMb,
      heavyMb: await heaviest(deployed, memoryLimit),
      emptyMb,
      warmRequests: WARM_REQUESTS,
    };
  } finally {
    await deployed.close();
  }
}

/** MB at the most; infinite where the platform would end the process for its memory. */
async function heaviest(deployed: Deployed, memoryLimit: number): Promise<number> {
  const instance = deployed.start(memoryLimit);
  let most = 0;
  for (const document of HEAVY) {
    const { kind, memoryBytes } = await instance.call({ method: 'PUT', body: document() });
    most = Math.max(most, kind === 'returned' ? memoryBytes : Number.POSITIVE_INFINITY);
  }
  instance.kill();
  return Math.round(most / 2 ** 20);
}
