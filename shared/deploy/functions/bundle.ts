import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { build } from 'esbuild';
import { DeployError } from '../error.ts';
import { pagePlugin } from './page.ts';
import { zip } from './zip.ts';

/**
 * index.js is read as CommonJS or ESM by the nearest package.json, so one goes along: the one of a parent folder must not
 * decide.
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
  const entry = path.join(options.root, 'functions', name, 'index.ts');
  await stat(entry).catch((cause: unknown) => {
    throw new DeployError(
      `functions/${name}/index.ts does not exist, but a handler in serverless.yml points there.`,
      'NO_ENTRY',
      cause,
    );
  });
  const code = await compile(entry, options);
  const zipPath = path.join(options.output, `${name}.zip`);
  await store(name, options.output, code).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeployError(
      `The code cannot be written to ${options.output}: ${reason}. Make that folder writable, or package into another one: "npx serverless package --package DIR", then "npx serverless deploy --package DIR".`,
      'PACKAGE_FOLDER',
      cause,
    );
  });
  return { name, size: code.byteLength, zipPath };
}

async function store(name: string, output: string, code: Uint8Array): Promise<void> {
  const folder = path.join(output, name);
  await mkdir(folder, { recursive: true });
  await replaceFile(path.join(folder, 'index.js'), code);
  await replaceFile(path.join(folder, 'package.json'), Buffer.from(PACKAGE));
  const packed = zip({ 'index.js': code, 'package.json': Buffer.from(PACKAGE) });
  await replaceFile(path.join(output, `${name}.zip`), packed.bytes);
}

async function compile(entry: string, options: BundleOptions): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [entry],
    absWorkingDir: options.root,
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: options.runtime.replace(/^Nodejs/, 'node'),
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
    plugins: [pagePlugin(options.root)],
  }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeployError(`${path.relative(options.root, entry)} does not compile: ${reason}`, 'BUNDLE_FAILED', cause);
  });
  const [file] = result.outputFiles;
  if (file === undefined) throw new DeployError(`esbuild gave no output for ${entry}.`, 'BUNDLE_FAILED');
  return file.contents;
}

/** Two deployments may package at once, and neither may read the half-written file of the other. */
async function replaceFile(target: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${target}.${process.pid}.tmp`;
  await writeFile(temporary, bytes);
  await rename(temporary, target);
}
