import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { runInNewContext } from 'node:vm';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';
import type { BuildOptions, Plugin } from 'esbuild';
import type { Page } from '../../../functions/api/console/page.ts';
import type { Texts } from '../../../functions/api/console/text/table.ts';
import { DeployError } from '../error.ts';
import { inputsOf } from '../remembered.mjs';

/** Folder of the page's source, relative to that of serverless.yml. */
const FOLDER = path.join('functions', 'api', 'console');
/** The module that holds the page in a bundle; in the source it is empty. */
const HOLDER = /[\\/]functions[\\/]api[\\/]console[\\/]page\.ts$/;
/** The module with the texts in both languages, a third of the page's source. */
const TEXTS = /[\\/]console[\\/]text[\\/]table\.ts$/;

/**
 * Bundles the console page into one HTML text without any external reference. Its policy names the hashes of its one
 * script and one style. Nothing else can run or be loaded, whatever gets into the page.
 *
 * `root` is the folder of serverless.yml. The absolute paths of all files that the page is made of are added to `used`.
 * Throws `DeployError` when the page does not compile.
 */
export async function buildPage(root: string, used = new Set<string>()): Promise<Page> {
  const folder = path.join(root, FOLDER);
  const frame = path.join(folder, 'index.html');
  used.add(frame);
  const [template, script, style] = await Promise.all([
    readFile(frame, 'utf8'),
    compile(path.join(folder, 'main.tsx'), root, used),
    compile(path.join(folder, 'style.css'), root, used),
  ]);
  const html = template
    .replaceAll(/>\s+</g, '><')
    .replace('<!-- style -->', () => `<style>${style}</style>`)
    .replace('<!-- script -->', () => `<script type="module">${script}</script>`);
  return { html, policy: policyOf(script, style), etag: `"${digest(html).slice(0, 22)}"` };
}

/**
 * Puts the page into the bundle of the function that serves it. It is deflated, because every cold start reads the
 * bundle and few serve the page. `root` and `used` are those of `buildPage`.
 */
export function pagePlugin(root: string, used: Set<string>): Plugin {
  return {
    name: 'console-page',
    setup: (bundle) => {
      bundle.onLoad({ filter: HOLDER }, async ({ path: file }) => ({
        contents: packPage(await buildPage(root, used)),
        loader: 'js',
        resolveDir: path.dirname(file),
      }));
    },
  };
}

function packPage({ html, ...told }: Page): string {
  const packed = deflateRawSync(html, { level: 9, memLevel: 9 }).toString('base64');
  return [
    `import { unpackPage } from './unpack.ts';`,
    `export const PAGE = unpackPage(${JSON.stringify(told)}, '${packed}');`,
  ].join('\n');
}

function policyOf(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src 'sha256-${digest(script)}'`,
    `style-src 'sha256-${digest(style)}'`,
    "connect-src 'self'",
    // For the icon, which is part of the page.
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types xml',
  ].join('; ');
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64');

/** Puts in the texts in the form that `unpackTexts` reads. */
function textPlugin(root: string, used: Set<string>): Plugin {
  return {
    name: 'console-texts',
    setup: (bundle) => {
      bundle.onLoad({ filter: TEXTS }, async ({ path: file }) => {
        const code = await bundleOf(file, root, used, { format: 'iife', globalName: 'table' });
        const texts = Object.entries(runInNewContext(`${code};table.TEXTS`) as Texts);
        const lists = [0, 1].map((language) => texts.map(([, both]) => both[language] ?? ''));
        const lines = [...texts.map(([name]) => name), ...lists.flat()];
        if (lines.some((line) => line.includes('\n'))) throw new Error('a text of the console page holds a line end');
        const packed = deflateRawSync(lines.join('\n'), { level: 9, memLevel: 9 }).toString('base64');
        const contents = `import { unpackTexts } from './unpack.ts';\nexport const TEXTS = await unpackTexts('${packed}');`;
        return { contents, loader: 'js', resolveDir: path.dirname(file) };
      });
    },
  };
}

async function compile(entry: string, root: string, used: Set<string>): Promise<string> {
  return bundleOf(entry, root, used, { plugins: [textPlugin(root, used)] });
}

async function bundleOf(entry: string, root: string, used: Set<string>, options: BuildOptions): Promise<string> {
  const result = await build({
    entryPoints: [entry],
    absWorkingDir: root,
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
    ...options,
    write: false,
    metafile: true,
  }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeployError(`${path.relative(root, entry)} does not compile: ${reason}`, 'BUNDLE_FAILED', cause);
  });
  for (const input of inputsOf(result.metafile, root)) used.add(input);
  const [file] = result.outputFiles;
  if (file === undefined) throw new DeployError(`esbuild gave no output for ${entry}.`, 'BUNDLE_FAILED');
  return file.text.trim();
}
