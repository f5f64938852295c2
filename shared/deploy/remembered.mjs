// Scripts made of TypeScript, remembered in `.build/scripts`: making one takes more than most of the commands that run it.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** They decide, beside the files of a script themselves, how it is made. */
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'shared/deploy/remembered.mjs'];

const hashOf = (bytes) => createHash('sha256').update(bytes).digest('base64');

/** By path; undefined when one is missing. */
function hashesOf(paths) {
  try {
    return Object.fromEntries(paths.map((path) => [path, hashOf(readFileSync(join(ROOT, path)))]));
  } catch {
    return undefined;
  }
}

/** Beside the files: a script may know the folder of the clone, which may have been moved. */
const CIRCUMSTANCES = `${process.version} ${ROOT}`;

/** The text, if it was made in the same circumstances from files that all have the same content today. */
function recall(file) {
  try {
    const { circumstances, files, text, sum } = JSON.parse(readFileSync(file, 'utf8'));
    if (circumstances !== CIRCUMSTANCES || sum !== hashOf(text)) return undefined;
    const now = hashesOf(Object.keys(files));
    return now !== undefined && Object.entries(files).every(([path, hash]) => now[path] === hash) ? text : undefined;
  } catch {
    return undefined; // Not made yet, or a file of another version.
  }
}

/** ms that a file system's clock may be behind. */
const CLOCK_MS = 1_000;

/** Whether none of the files may have been written since then: the script may come from what stood there before. */
function areOlder(paths, time) {
  return paths.every((path) => statSync(join(ROOT, path)).mtimeMs < time - CLOCK_MS);
}

/** Two commands may do so at once, and neither may read a half-written file of the other. */
function store(file, kept) {
  const temporary = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(temporary, JSON.stringify(kept));
    renameSync(temporary, file);
  } catch {
    // The clone cannot be written; then the script is made each time.
  }
}

/**
 * What a maker of scripts makes of an entry file, from the last time if no byte of what went into it has changed.
 *
 * - `entry`: absolute path. A file outside of this clone is never remembered.
 * - `maker`: absolute path of the file whose code makes it.
 * - `lookUp`: the text of the last time, or undefined.
 * - `keep(result)`: stores the result of esbuild with `metafile`, whose paths are relative to `cwd`; returns its text.
 */
export function remembered({ entry, maker, cwd }) {
  const name = relative(ROOT, entry);
  const begun = Date.now();
  const isOwn = !name.startsWith('..') && name !== entry;
  const file = join(ROOT, '.build', 'scripts', `${name.replaceAll(/[/\\]/g, '-')}.json`);
  return {
    lookUp: () => (isOwn ? recall(file) : undefined),
    keep({ outputFiles, metafile }) {
      const { text } = outputFiles[0];
      // The others are made by plugins of the maker.
      const inputs = Object.keys(metafile.inputs).filter((path) => !/^(package:|<)/.test(path));
      const paths = [...inputs.map((path) => relative(ROOT, resolve(cwd, path))), ...SETTINGS, relative(ROOT, maker)];
      const files = isOwn ? hashesOf(paths) : undefined;
      if (files !== undefined && areOlder(paths, begun))
        store(file, { circumstances: CIRCUMSTANCES, files, sum: hashOf(text), text });
      return text;
    },
  };
}
