import { createRequire } from 'node:module';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

import { bundleFunction } from '../../shared/deploy/functions/bundle.ts';
import type { BenchOptions, BenchResult, Figure } from './types.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/**
 * kB of each deployed function at most. The limit catches a library that comes in by mistake, and not a feature. The
 * console page is part of `api`.
 */
const LIMITS = { replicate: 168, task: 175, schedule: 157, scan: 217, api: 336 } as const;

const require = createRequire(import.meta.url);
const run = promisify(execFile);
/** Fresh processes for each bundle. The fastest counts, because the machine delays the others. */
const LOADS = 5;
const TIMED =
  'const t = process.cpuUsage(); require(process.argv[1]); const u = process.cpuUsage(t); console.log((u.user + u.system) / 1e3)';
/** CPU of loading a function over that of loading the published official SDK, at most: twice the measured figure. */
const LOAD_LIMIT = 0.5;

/** A function reads these while it is loaded. */
const SETTINGS = {
  TENCENTCLOUD_REGION: 'ap-guangzhou',
  STATE_BUCKET: 'state-1250000000',
  SOURCES: 'source-1250000000@ap-guangzhou',
  DESTINATIONS: 'backup-1250000000@ap-shanghai',
};

/** ms of CPU in which a fresh process loads a file: the code's part of a cold start. */
async function loadMs(file: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < LOADS; i += 1) {
    const { stdout } = await run(process.execPath, ['-e', TIMED, file], { env: { ...process.env, ...SETTINGS } });
    times.push(Number(stdout));
  }
  return Math.min(...times);
}

/** Size of the deployed functions: a cold instance fetches and reads all of it. */
export async function benchSize(_options: BenchOptions): Promise<BenchResult> {
  const output = await mkdtemp(join(tmpdir(), 'bench-size-'));
  try {
    const sizes: Record<string, { kB: number; compressedKB: number; loadMs: number }> = {};
    const empty = join(output, 'empty.js');
    await writeFile(empty, 'exports.main_handler = () => 0;');
    const emptyMs = await loadMs(empty);
    const sdkMs = await loadMs(require.resolve('cos-nodejs-sdk-v5'));
    for (const name of Object.keys(LIMITS)) {
      const { size } = await bundleFunction(name, { root: ROOT, output, runtime: 'Nodejs20.19' });
      const file = join(output, name, 'index.js');
      const compressedKB = Math.round(gzipSync(await readFile(file)).length / 1000);
      sizes[name] = { kB: Math.round(size / 1000), compressedKB, loadMs: await loadMs(file) };
    }
    const limited = Object.entries(LIMITS).flatMap(([name, most]): Figure[] => [
      { name: `size: kB of ${name}`, value: sizes[name]?.kB ?? Number.NaN, kind: 'count', most },
      {
        name: `load: CPU of ${name}, over the official SDK's`,
        value: Number(((sizes[name]?.loadMs ?? Number.NaN) / sdkMs).toFixed(2)),
        kind: 'ratio',
        most: LOAD_LIMIT,
      },
    ]);
    return {
      ok: true,
      figures: sizes,
      limited,
      lines: Object.entries(sizes).map(
        ([name, { kB, compressedKB, loadMs: ms }]) =>
          `${name.padEnd(10)}${kB} kB, ${compressedKB} kB compressed, loaded in ${ms.toFixed(0)} ms of CPU (an empty module in ${emptyMs.toFixed(0)}, the official SDK in ${sdkMs.toFixed(0)})`,
      ),
    };
  } finally {
    await rm(output, { recursive: true });
  }
}
