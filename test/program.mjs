// Runs a program of this project: its TypeScript and all its imports become one script in memory. Translating some 200
// files one by one during loading takes each command a second more, and twice the CPU.
import { readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inputsOf, remembered } from '../shared/deploy/remembered.mjs';

const ROOT = dirname(import.meta.dirname);
const OWN_CODE = /\.tsx?$/;
const OF_A_PACKAGE = /^[^./]/;
/** Packages that are ES modules alone: part of the script. */
const ES_MODULES = /^(@middy\/core|@noble\/hashes|mime|preact)(\/|$)/;

/**
 * A package, or a module of Node, is loaded where the program first reaches it, and not by a command that only shows
 * its help.
 */
const loadedLate = {
  name: 'packages',
  setup(bundler) {
    bundler.onResolve({ filter: OF_A_PACKAGE }, ({ path, namespace }) => {
      if (namespace === 'package') return { path, external: true };
      return ES_MODULES.test(path) ? undefined : { path, namespace: 'package' };
    });
    bundler.onLoad({ filter: /.*/, namespace: 'package' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** Each file knows its own folder, as when it is loaded by itself. */
const inTheirPlaces = {
  name: 'places',
  setup(bundler) {
    bundler.onLoad({ filter: OWN_CODE }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const own = JSON.stringify(pathToFileURL(path).href);
      const folder = JSON.stringify(dirname(path));
      const contents = text.replaceAll('import.meta.url', own).replaceAll('import.meta.dirname', folder);
      return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
    });
  },
};

async function make(entry, folder, script, memory) {
  const { build, stop } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    stdin: { contents: `import ${JSON.stringify(`./${basename(entry)}`)};`, resolveDir: folder },
    absWorkingDir: folder,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // A script cannot wait at its top level, a function can.
    banner: { js: 'module.exports = (async () => {' },
    footer: { js: '})();' },
    // The package says that its files have no side effects, but a program consists of side effects.
    ignoreAnnotations: true,
    plugins: [loadedLate, inTheirPlaces],
    sourcemap: 'inline',
    sourcesContent: false,
    outfile: script,
    logLevel: 'error',
  });
  void stop();
  return memory.keep(outputFiles[0].text, inputsOf(metafile, folder));
}

/** Resolves once the program has run to the end of its file. */
export async function runProgram(entry) {
  const folder = dirname(entry);
  /** It is never written; its name says where it looks for packages. */
  const script = join(folder, `${basename(entry, '.ts')}.cjs`);
  const memory = remembered({ root: ROOT, name: relative(ROOT, entry), makers: [fileURLToPath(import.meta.url)] });
  const text = memory.lookUp() ?? (await make(entry, folder, script, memory));
  process.setSourceMapsEnabled(true);
  const program = new Module(script);
  program.filename = script;
  program.paths = createRequire(entry).resolve.paths('x');
  // The way in which Node runs a script of its own, with source maps and `import()`.
  // oxlint-disable-next-line no-underscore-dangle
  program._compile(text, script);
  await program.exports;
}
