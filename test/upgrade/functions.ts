import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { bundleFunctions } from '../../shared/deploy/functions/bundle.ts';
import { artifactOf, zip } from '../../shared/deploy/functions/zip.ts';
import type { Artifact } from '../../shared/deploy/types.ts';
import { ROOT } from '../e2e/command.ts';

const FUNCTIONS = ['replicate', 'task', 'scan', 'schedule', 'api'] as const;
const RUNTIME = 'Nodejs20.19';
/** The console page is most of the API's code, and no other function depends on it. */
const PAGE = /"[^"\n]{20000,}"|`[^`]{20000,}`/g;

/** The functions of a release, by the names of their bundles. */
export type Functions = Readonly<Record<string, Artifact>>;

let all: Promise<Functions> | undefined;

/** Bundles the functions of this folder, once for all test files of this process. */
export function bundleAll(): Promise<Functions> {
  all ??= bundled(async (zipPath) => artifactOf(await readFile(zipPath)));
  return all;
}

/** The code of this folder's functions in one compressed file, without the console page. */
export async function packFunctions(): Promise<Uint8Array> {
  const code = await bundled(async (_, file) => (await readFile(file, 'utf8')).replaceAll(PAGE, '""'));
  // The functions share most of their code, so the compression window must cover all of them.
  const params = { [constants.BROTLI_PARAM_LGWIN]: 24 };
  return brotliCompressSync(JSON.stringify(code), { params });
}

/** Reads the files that `packFunctions` has kept. */
export async function readFunctions(file: URL): Promise<Functions> {
  const code = JSON.parse(brotliDecompressSync(await readFile(file)).toString()) as Record<string, string>;
  return Object.fromEntries(Object.entries(code).map(([name, text]) => [name, zip({ 'index.js': Buffer.from(text) })]));
}

async function bundled<T>(read: (zipPath: string, file: string) => Promise<T>): Promise<Record<string, T>> {
  const output = await mkdtemp(join(tmpdir(), 'functions-'));
  try {
    const found: Record<string, T> = {};
    for (const [name, { zipPath }] of await bundleFunctions(FUNCTIONS, { root: ROOT, output, runtime: RUNTIME })) {
      found[name] = await read(zipPath, join(output, name, 'index.js'));
    }
    return found;
  } finally {
    await rm(output, { recursive: true });
  }
}
