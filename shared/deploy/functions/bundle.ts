import { mkdir, realpath, rename, stat, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { build, version } from 'esbuild';
import { DeployError } from '../error.ts';
import { inputsOf, remembered, type Memory } from '../remembered.mjs';
import { pagePlugin } from './page.ts';
import { zip } from './zip.ts';

/**
 * The nearest package.json decides whether index.js is CommonJS or ESM, so one is included: that of a parent folder
 * must not decide.
 */
const PACKAGE = '{"type":"commonjs"}';
/** Folder of the functions, relative to that of serverless.yml. */
const FUNCTIONS = 'functions';
/** Files of this folder whose code decides over the bytes of a zip. */
const MAKERS = ['bundle.ts', 'page.ts', 'zip.ts'];

interface Made {
  readonly code: string;
  /** In base64. */
  readonly zip: string;
}

/** By name. */
type AllMade = Readonly<Record<string, Made>>;

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
  const bundle = (await bundleFunctions([name], options)).get(name);
  if (bundle === undefined) throw new DeployError(`functions/${name} was not bundled.`, 'BUNDLE_FAILED');
  return bundle;
}

/**
 * `bundleFunction` for several functions, by name. They are compiled together, so that shared modules are read once,
 * which takes less than half of the CPU. If no byte has changed since the last time, nothing is compiled: a deployment
 * to a further region uploads the same zips.
 */
export async function bundleFunctions(
  names: readonly string[],
  options: BundleOptions,
): Promise<ReadonlyMap<string, Bundle>> {
  const distinct = [...new Set(names)];
  const memory = await memoryOf(distinct, options);
  const kept = memory.lookUp();
  const all = kept === undefined ? await makeAll(distinct, options, memory) : (JSON.parse(kept) as AllMade);
  const bundles = new Map<string, Bundle>();
  for (const [name, made] of Object.entries(all)) bundles.set(name, await store(name, options.output, made));
  return bundles;
}

/** The memory of these functions' zips. It belongs to the clone that the folder of functions is in. */
async function memoryOf(names: readonly string[], options: BundleOptions): Promise<Memory> {
  const folder = path.join(options.root, FUNCTIONS);
  const root = path.dirname(await realpath(folder).catch(() => folder));
  return remembered({
    root,
    name: path.join(FUNCTIONS, names.join('+')),
    makers: MAKERS.map((file) => path.join(root, 'shared', 'deploy', 'functions', file)),
    circumstances: `${version} ${options.runtime}`,
  });
}

async function makeAll(names: readonly string[], options: BundleOptions, memory: Memory): Promise<AllMade> {
  const together = await compileAll(names, options).catch(() => undefined);
  const all: Record<string, Made> = {};
  for (const name of names) {
    // If they do not compile together, the first one that does not compile alone is named in the error.
    const code = together?.codes.get(name) ?? (await compile(name, options));
    const { bytes } = zip({ 'index.js': code, 'package.json': Buffer.from(PACKAGE) });
    all[name] = { code: Buffer.from(code).toString(), zip: Buffer.from(bytes).toString('base64') };
  }
  if (together !== undefined) memory.keep(JSON.stringify(all), together.inputs);
  return all;
}

/** Throws `DeployError` when the folder cannot be written. */
async function store(name: string, output: string, made: Made): Promise<Bundle> {
  const code = Buffer.from(made.code);
  const zipPath = path.join(output, `${name}.zip`);
  const folder = path.join(output, name);
  try {
    await mkdir(folder, { recursive: true });
    await replaceFile(path.join(folder, 'index.js'), code);
    await replaceFile(path.join(folder, 'package.json'), Buffer.from(PACKAGE));
    await replaceFile(zipPath, Buffer.from(made.zip, 'base64'));
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

const entryOf = (name: string, root: string): string => path.join(root, FUNCTIONS, name, 'index.ts');

async function compile(name: string, options: BundleOptions): Promise<Uint8Array> {
  const entry = entryOf(name, options.root);
  await stat(entry).catch((cause: unknown) => {
    throw new DeployError(
      `functions/${name}/index.ts does not exist, but a handler in serverless.yml points there.`,
      'NO_ENTRY',
      cause,
    );
  });
  const { codes } = await compileAll([name], options).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeployError(`${path.relative(options.root, entry)} does not compile: ${reason}`, 'BUNDLE_FAILED', cause);
  });
  const code = codes.get(name);
  if (code === undefined) throw new DeployError(`esbuild gave no output for ${entry}.`, 'BUNDLE_FAILED');
  return code;
}

interface Compiled {
  /** By name. Each holds the same bytes as if it were compiled alone. */
  readonly codes: ReadonlyMap<string, Uint8Array>;
  /** Absolute paths of all files that they were made of. */
  readonly inputs: readonly string[];
}

async function compileAll(names: readonly string[], { root, runtime }: BundleOptions): Promise<Compiled> {
  const ofPage = new Set<string>();
  // It is never written; its path only shows which output belongs to which name.
  const outdir = path.join(root, 'bundles');
  const { outputFiles, metafile } = await build({
    entryPoints: names.map((name) => ({ in: entryOf(name, root), out: name })),
    outdir,
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: runtime.replace(/^Nodejs/, 'node'),
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
    plugins: [pagePlugin(root, ofPage)],
  });
  const found = new Map(outputFiles.map((file) => [file.path, file.contents]));
  const codes = new Map<string, Uint8Array>();
  for (const name of names) {
    const code = found.get(path.join(outdir, `${name}.js`));
    if (code !== undefined) codes.set(name, code);
  }
  return { codes, inputs: [...inputsOf(metafile, root), ...ofPage] };
}

/** Two deployments may package at once, and neither may read a half-written file of the other. */
async function replaceFile(target: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${target}.${process.pid}.tmp`;
  await writeFile(temporary, bytes);
  await rename(temporary, target);
}
