// The serverless CLI loads plugins only from .cjs or .mjs, and on newer versions of Node with `require`, which refuses a
// top-level await. So the TypeScript is bundled into one script and loaded synchronously. Translating its 150 files one by
// one would take a second, which is most of the time of a short command; making the script takes a third of it, so it is
// remembered.
import { createRequire, Module } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputsOf, remembered } from './remembered.mjs';

/** It is never written; its path determines where it looks for packages. */
const script = fileURLToPath(new URL('./plugin.cjs', import.meta.url));
const entry = fileURLToPath(new URL('./index.ts', import.meta.url));
const memory = remembered({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  name: 'shared/deploy/index.ts',
  makers: [fileURLToPath(import.meta.url)],
});

function make() {
  const { buildSync } = createRequire(import.meta.url)('esbuild');
  const { outputFiles, metafile } = buildSync({
    entryPoints: [entry],
    absWorkingDir: dirname(entry),
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    sourcemap: 'inline',
    outfile: script,
  });
  return memory.keep(outputFiles[0].text, inputsOf(metafile, dirname(entry)));
}

process.setSourceMapsEnabled(true);
const plugin = new Module(script);
plugin.filename = script;
plugin.paths = createRequire(import.meta.url).resolve.paths('x');
// Runs the script as Node runs one of its own, with source maps and `import()`.
// oxlint-disable-next-line no-underscore-dangle
plugin._compile(memory.lookUp() ?? make(), script);

export default plugin.exports.default;
