// The serverless CLI loads plugins only from .cjs or .mjs, and on newer versions of Node with `require`, which refuses a
// top-level await. So the TypeScript is bundled into one script and loaded synchronously. Translating its 150 files one by
// one would take a second, which is most of the time of a short command.
import { buildSync } from 'esbuild';
import { createRequire, Module } from 'node:module';
import { fileURLToPath } from 'node:url';

/** It is never written; its path determines where it looks for packages. */
const script = fileURLToPath(new URL('./plugin.cjs', import.meta.url));
const { outputFiles } = buildSync({
  entryPoints: [fileURLToPath(new URL('./index.ts', import.meta.url))],
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  sourcemap: 'inline',
  outfile: script,
});
process.setSourceMapsEnabled(true);
const plugin = new Module(script);
plugin.filename = script;
plugin.paths = createRequire(import.meta.url).resolve.paths('x');
// Runs the script as Node runs one of its own, with source maps and `import()`.
// oxlint-disable-next-line no-underscore-dangle
plugin._compile(outputFiles[0].text, script);

export default plugin.exports.default;
