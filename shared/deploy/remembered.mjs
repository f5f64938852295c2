// Texts made of source files, remembered in `.build/scripts`: making one takes more than most of the commands that need it.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';

/** They decide, beside the files of a text themselves, how it is made. */
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'shared/deploy/remembered.mjs'];

const hashOf = (bytes) => createHash('sha256').update(bytes).digest('base64');

/** By path from `root`; undefined when one is missing. */
function hashesOf(root, paths) {
  try {
    return Object.fromEntries(paths.map((path) => [path, hashOf(readFileSync(join(root, path)))]));
  } catch {
    return undefined;
  }
}

/** The text, if it was made in the same circumstances from files that all have the same content today. */
function recall(root, file, expected) {
  try {
    const { circumstances, files, text, sum } = JSON.parse(readFileSync(file, 'utf8'));
    if (circumstances !== expected || sum !== hashOf(text)) return undefined;
    const now = hashesOf(root, Object.keys(files));
    return now !== undefined && Object.entries(files).every(([path, hash]) => now[path] === hash) ? text : undefined;
  } catch {
    return undefined; // Not made yet, or a file of another version.
  }
}

/** ms that a file system's clock may be behind. */
const CLOCK_MS = 1_000;

/** Whether none of the files may have been written since then: the text may come from what stood there before. */
function areOlder(root, paths, time) {
  return paths.every((path) => statSync(join(root, path)).mtimeMs < time - CLOCK_MS);
}

/** Two commands may do so at once, and neither may read a half-written file of the other. */
function store(file, kept) {
  const temporary = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(temporary, JSON.stringify(kept));
    renameSync(temporary, file);
  } catch {
    // The clone cannot be written; then the text is made each time.
  }
}

/**
 * A memory for a text that is made of files. It holds as long as no byte of all that went into the text has changed.
 *
 * - `root`: absolute path of the clone.
 * - `name`: names the text, as a path below `root`. A text of a file outside of the clone is never remembered.
 * - `makers`: absolute paths of the files whose code makes it.
 * - `circumstances`: all else that decides how it is made.
 * - `lookUp`: the text of the last time, or undefined.
 * - `keep`: stores a text that was made of these files (absolute paths) since `remembered` was called, and returns it.
 */
export function remembered({ root, name, makers, circumstances = '' }) {
  const begun = Date.now();
  const isOwn = !name.startsWith('..') && !isAbsolute(name);
  const file = join(root, '.build', 'scripts', `${name.replaceAll(/[/\\]/g, '-')}.json`);
  // A text may know the folder of the clone, which may have been moved.
  const all = [process.version, root, circumstances].join(' ');
  return {
    lookUp: () => (isOwn ? recall(root, file, all) : undefined),
    keep(text, inputs) {
      const paths = [...SETTINGS, ...[...makers, ...inputs].map((path) => relative(root, path))];
      const files = isOwn ? hashesOf(root, paths) : undefined;
      if (files !== undefined && areOlder(root, paths, begun))
        store(file, { circumstances: all, files, sum: hashOf(text), text });
      return text;
    },
  };
}

/** Absolute paths of the files in a metafile of esbuild, whose paths begin at `cwd`. */
export function inputsOf(metafile, cwd) {
  // The others are made by plugins of the maker.
  const inputs = Object.keys(metafile.inputs).filter((path) => !/^(package:|<)/.test(path));
  return inputs.map((path) => resolve(cwd, path));
}
