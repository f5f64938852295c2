import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { bundleFunction } from '../../shared/deploy/functions/bundle.ts';
import type { BenchOptions, BenchResult, Figure } from './types.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/**
 * kB of each function as it is deployed, at most: a library that comes in by mistake is over it, a feature is not. The
 * console page is part of `api`.
 */
const LIMITS = { replicate: 169, task: 175, schedule: 170, scan: 218, api: 378 } as const;

/** How large the functions are as they are deployed: a cold instance fetches and reads all of it. */
export async function benchSize(_options: BenchOptions): Promise<BenchResult> {
  const output = await mkdtemp(join(tmpdir(), 'bench-size-'));
  try {
    const sizes: Record<string, { kB: number; compressedKB: number }> = {};
    for (const name of Object.keys(LIMITS)) {
      const { size } = await bundleFunction(name, { root: ROOT, output, runtime: 'Nodejs20.19' });
      const code = await readFile(join(output, name, 'index.js'));
      sizes[name] = { kB: Math.round(size / 1000), compressedKB: Math.round(gzipSync(code).length / 1000) };
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
        ([name, { kB, compressedKB }]) => `${name.padEnd(10)}${kB} kB, ${compressedKB} kB compressed`,
      ),
    };
  } finally {
    await rm(output, { recursive: true });
  }
}
