import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { build } from 'esbuild';
import { DeployError } from '../error.ts';
import { pagePlugin } from './page.ts';
import { zip } from './zip.ts';

/**
 * The nearest package.json decides whether index.js is CommonJS or ESM, so one is included: that of a parent folder
 * must not decide.
 */
const PACKAGE = '{"type":"commonjs"}';

export interface Bundle {
  readonly name: string;
  /** Bytes of index.js, minified. */
  readonly size: number;
  /** Absolute path of the zip. */
  readonly zipPath: string;
}

export interface BundleOptions {
  /** Folder of serverless.yml. */
  readonly root: string;
  /** Folder for `<name>.zip` and `<name>/index.js`. */
  readonly output: string;
  /** `Nodejs20.19` */
  readonly runtime: string;
}

/** Bundles `functions/<name>/index.ts` into one CommonJS file and zips it. Throws `DeployError` when it does not compile. */
export async function bundleFunction(name: string, options: BundleOptions): Promise<Bundle> {
  return store(name, options.output, await compile(name, options));
}

/**
 * `bundleFunction` for several functions, by name. They are compiled together, so that shared modules are read once,
 * which takes less than half of the CPU.
 */
export async function bundleFunctions(
  names: readonly string[],
  options: BundleOptions,
): Promise<ReadonlyMap<string, Bundle>> {
  const distinct = [...new Set(names)];
  const codes = await compileAll(distinct, options).catch(() => new Map<string, Uint8Array>());
  const bundles = new Map<string, Bundle>();
  for (const name of distinct) {
    // If they do not compile together, the first one that does not compile alone is named in the error.
    const code = codes.get(name) ?? (await compile(name, options));
    bundles.set(name, await store(name, options.output, code));
  }
  return bundles;
}

/** Throws `DeployError` when the folder cannot be written. */
async function store(name: string, output: string, code: Uint8Array): Promise<Bundle> {
  const zipPath = path.join(output, `${name}.zip`);
  const folder = path.join(output, name);
  try {
    await mkdir(folder, { recursive: true });
    await replaceFile(path.join(folder, 'index.js'), code);
    await replaceFile(path.join(folder, 'package.json'), Buffer.from(PACKAGE));
    await replaceFile(zipPath, zip({ 'index.js': code, 'package.json': Buffer.from(PACKAGE) }).bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeployError(
      `The code cannot be written to ${output}: ${reason}. Make that folder writable, or package into another one: "npx serverless package --package DIR", then "npx serverless deploy --package DIR".`,
      'PACKAGE_FOLDER',
      cause,
    );
  }
  return { name, size: code.byteLength, zipPath };
}

const entryOf = (name: string, root: string): string => path.join(root, 'functions', name, 'index.ts');

async function compile(name: string, options: BundleOptions): Promise<Uint8Array> {
  const entry = entryOf(name, options.root);
  await stat(entry).catch((cause: unknown) => {
    throw new DeployError(
      `functions/${name}/index.ts does not exist, but a handler in serverless.yml points there.`,
      'NO_ENTRY',
      cause,
    );
  });
  const codes = await compileAll([name], options).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeployError(`${path.relative(options.root, entry)} does not compile: ${reason}`, 'BUNDLE_FAILED', cause);
  });
  const code = codes.get(name);
  if (code === undefined) throw new DeployError(`esbuild gave no output for ${entry}.`, 'BUNDLE_FAILED');
  return code;
}

/** By name. Each holds the same bytes as if it were compiled alone. */
async function compileAll(
  names: readonly string[],
  { root, runtime }: BundleOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  // It is never written; its path only shows which output belongs to which name.
  const outdir = path.join(root, 'bundles');
  const { outputFiles } = await build({
    entryPoints: names.map((name) => ({ in: entryOf(name, root), out: name })),
    outdir,
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: runtime.replace(/^Nodejs/, 'node'),
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
    plugins: [pagePlugin(root)],
  });
  const found = new Map(outputFiles.map((file) => [file.path, file.contents]));
  return new Map(
    names.flatMap((name) => {
      const code = found.get(path.join(outdir, `${name}.js`));
      return code === undefined ? [] : [[name, code]];
    }),
  );
}

/** Two deployments may package at once, and neither may read a half-written file of the other. */
async function replaceFile(target: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${target}.${process.pid}.tmp`;
  await writeFile(temporary, bytes);
  await rename(temporary, target);
}
