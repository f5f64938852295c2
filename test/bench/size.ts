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
 * kB of each function as it is deployed, at most: a library that comes in by mistake is over it, a feature is not. The
 * console page is part of `api`.
 */
const LIMITS = { replicate: 165, task: 172, schedule: 156, scan: 212, api: 335 } as const;

const run = promisify(execFile);
/** Fresh processes for each bundle; the quickest counts, because others are held up by the machine. */
const LOADS = 5;
const TIMED =
  'const t = process.hrtime.bigint(); require(process.argv[1]); console.log(Number(process.hrtime.bigint() - t) / 1e6)';

/** A function reads these while it is loaded. */
const SETTINGS = {
  TENCENTCLOUD_REGION: 'ap-guangzhou',
  STATE_BUCKET: 'state-1250000000',
  SOURCES: 'source-1250000000@ap-guangzhou',
  DESTINATIONS: 'backup-1250000000@ap-shanghai',
};

/** ms that a fresh process needs to load a file: the part of a cold start that its code makes. */
async function loadMs(file: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < LOADS; i += 1) {
    const { stdout } = await run(process.execPath, ['-e', TIMED, file], { env: { ...process.env, ...SETTINGS } });
    times.push(Number(stdout));
  }
  return Math.round(Math.min(...times));
}

/** How large the functions are as they are deployed: a cold instance fetches and reads all of it. */
export async function benchSize(_options: BenchOptions): Promise<BenchResult> {
  const output = await mkdtemp(join(tmpdir(), 'bench-size-'));
  try {
    const sizes: Record<string, { kB: number; compressedKB: number; loadMs: number }> = {};
    const empty = join(output, 'empty.js');
    await writeFile(empty, 'exports.main_handler = () => 0;');
    const emptyMs = await loadMs(empty);
    for (const name of Object.keys(LIMITS)) {
      const { size } = await bundleFunction(name, { root: ROOT, output, runtime: 'Nodejs20.19' });
      const file = join(output, name, 'index.js');
      const compressedKB = Math.round(gzipSync(await readFile(file)).length / 1000);
      sizes[name] = { kB: Math.round(size / 1000), compressedKB, loadMs: await loadMs(file) };
    }
    const limited: Figure[] = Object.entries(LIMITS).map(([name, most]) => ({
      name: `size: kB of ${name}`,
      value: sizes[name]?.kB ?? Number.NaN,
      kind: 'count',
      most,
    }));
    return {
      ok: true,
      figures: sizes,
      limited,
      lines: Object.entries(sizes).map(
        ([name, { kB, compressedKB, loadMs: ms }]) =>
          `${name.padEnd(10)}${kB} kB, ${compressedKB} kB compressed, loaded in ${ms} ms (an empty module in ${emptyMs} ms)`,
      ),
    };
  } finally {
    await rm(output, { recursive: true });
  }
}
