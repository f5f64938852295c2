import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { createKeyStore } from '../../shared/access/index.ts';
import { createCosClient } from '../../shared/cos/index.ts';
import { bundleFunction } from '../../shared/deploy/bundle.ts';
import { startCloud } from '../cloud/index.ts';
import { HEAVY } from '../fuzz/bodies.ts';
import { PAIR, SOURCE, STATE, signCall, urlEvent } from '../functions/api/bench.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const run = promisify(execFile);

const STARTS = 5;
const WARM_REQUESTS = 3000;
/**
 * Garbage counts as memory until it is collected, and with room to spare that is late. So what the worst documents need
 * is measured where there is little room; a process that needed more would die.
 */
const TIGHT = ['--max-old-space-size=48', '--max-semi-space-size=2'];

export interface Bundled {
  readonly bundleKb: number;
  /** ms from the start of the process to its first answer, the key read from COS; the fastest of a few. */
  readonly coldMs: number;
  /** The same for a process that does nothing. */
  readonly emptyMs: number;
  readonly coldMb: number;
  readonly warmMb: number;
  /** Among the documents that are made to take much: entities, depth, hundreds of thousands of elements, 4 MB. */
  readonly heavyMb: number;
  readonly emptyMb: number;
  readonly warmRequests: number;
}

/** Loads what is deployed, asks it once, then many times, and tells how large the process is. */
const SCRIPT = `
const [entry, event, count, ...heavy] = process.argv.slice(2);
const fs = require('node:fs');
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
  found.heavyMb = 0;
  for (const file of heavy) {
    const { statusCode } = await main_handler(JSON.parse(fs.readFileSync(file, 'utf8')), { request_id: 'run', time_limit_in_ms: 30000 });
    if (statusCode < 200 || statusCode >= 500) throw new Error('status ' + statusCode);
    found.heavyMb = Math.max(found.heavyMb, mb());
  }
  log(JSON.stringify(found));
  process.exit(0);
})();
`;
const EMPTY = 'console.log(JSON.stringify({ ms: performance.now() }))';

/** The deployed form of the function in a process of its own, on a local cloud. */
export async function runBundled(): Promise<Bundled> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-api-'));
  const cloud = await startCloud();
  const user = createCosClient({ credentials: () => cloud, endpoint: cloud.endpoint });
  try {
    const { size } = await bundleFunction('api', { root: ROOT, output: folder, runtime: 'Nodejs20.19' });
    cloud.core.createBucket(STATE.bucket, STATE.region);
    const keys = createKeyStore({ cos: user, state: STATE, now: Date.now, random: () => new Uint8Array() });
    await keys.add({ buckets: [], rights: ['read', 'write'], pair: PAIR });
    await writeFile(join(folder, 'ask.cjs'), SCRIPT);
    await writeFile(join(folder, 'empty.cjs'), EMPTY);
    const event = JSON.stringify(urlEvent(signCall({ method: 'GET' }, Date.now())));
    const env = {
      STATE_BUCKET: STATE.bucket,
      TENCENTCLOUD_REGION: STATE.region,
      SOURCES: `${SOURCE.bucket}@${SOURCE.region}`,
      DESTINATIONS: 'backup-1250000000@ap-shanghai',
      COS_ENDPOINT: cloud.endpoint,
      TENCENTCLOUD_SECRETID: cloud.secretId,
      TENCENTCLOUD_SECRETKEY: cloud.secretKey,
    };
    const start = async (script: string, args: readonly string[], flags: readonly string[] = []) => {
      const { stdout } = await run(process.execPath, [...flags, join(folder, script), ...args], { env });
      return JSON.parse(stdout) as Record<'ms' | 'emptyMb' | 'coldMb' | 'warmMb' | 'heavyMb', number>;
    };
    const bundle = join(folder, 'api', 'index.js');
    const ask = (count: number) => start('ask.cjs', [bundle, event, String(count)]);
    const cold: number[] = [];
    const empty: number[] = [];
    for (let i = 0; i < STARTS; i += 1) {
      cold.push((await ask(0)).ms);
      empty.push((await start('empty.cjs', [])).ms);
    }
    const { emptyMb, coldMb, warmMb } = await ask(WARM_REQUESTS);
    const { heavyMb } = await start('ask.cjs', [bundle, event, '0', ...(await writeHeavy(folder))], TIGHT);
    return {
      bundleKb: Math.round(size / 100) / 10,
      coldMs: Math.round(Math.min(...cold)),
      emptyMs: Math.round(Math.min(...empty)),
      coldMb,
      warmMb,
      heavyMb,
      emptyMb,
      warmRequests: WARM_REQUESTS,
    };
  } finally {
    user.close();
    await cloud.close();
    await rm(folder, { recursive: true });
  }
}

/** One event a file, because they are too long for a command line. */
async function writeHeavy(folder: string): Promise<string[]> {
  return Promise.all(
    HEAVY.map(async (document, index) => {
      const file = join(folder, `heavy-${index}.json`);
      await writeFile(file, JSON.stringify(urlEvent(signCall({ method: 'PUT', body: document() }, Date.now()))));
      return file;
    }),
  );
}
