// The serverless CLI loads plugins from .cjs or .mjs only, and on newer versions of Node by `require`, which refuses a
// top-level await: so the TypeScript is made into one script and loaded synchronously. To translate its 150 files one by one
// takes a second, which is most of the time of a short command.
import { buildSync } from 'esbuild';
import { createRequire, Module } from 'node:module';
import { fileURLToPath } from 'node:url';

/** It is never written: its name tells where it looks for packages. */
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
// The way in which Node runs a script of its own, with source maps and `import()`.
// oxlint-disable-next-line no-underscore-dangle
plugin._compile(outputFiles[0].text, script);

export default plugin.exports.default;
