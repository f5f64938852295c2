import { access, constants, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { count } from './counts.ts';
import type { SourceFile } from './types.ts';
import { wrap } from './wrap.ts';

/** A file that cannot become an object, and why; reported to the user, never dropped in silence. */
export interface LeftOut {
  readonly path: string;
  readonly reason: string;
}

export interface Selection {
  /** In the order of their keys. */
  readonly files: readonly SourceFile[];
  readonly leftOut: readonly LeftOut[];
}

/** The named folder cannot be used. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
}

const MAX_KEY_BYTES = 850;
const MAX_OBJECT = 5 * 1024 ** 3;

/**
 * The files of an installed clone: the project's own files, and packages with a thousand small files, deep folders,
 * names with unusual characters and a few files of several megabytes.
 */
const OWN_PARTS = ['functions', 'shared', 'test', 'README.md', 'package.json', 'package-lock.json', 'LICENSE'];
const PACKAGES = ['zod', 'prettier', 'json-refs'].map((name) => join('node_modules', name));

const byKey = (a: SourceFile, b: SourceFile): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

function refusal(key: string, size: number): string | undefined {
  if (key.includes('\uFFFD')) return 'its name is not UTF-8';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `its name is longer than ${MAX_KEY_BYTES} bytes`;
  if (size > MAX_OBJECT) return 'it is larger than 5 GB';
  return undefined;
}

async function addFile(path: string, key: string, into: { files: SourceFile[]; leftOut: LeftOut[] }): Promise<void> {
  try {
    const { size } = await stat(path);
    const reason = refusal(key, size);
    if (reason === undefined) await access(path, constants.R_OK);
    if (reason === undefined) into.files.push({ path, key, size });
    else into.leftOut.push({ path, reason });
  } catch (error) {
    into.leftOut.push({ path, reason: error instanceof Error ? error.message : String(error) });
  }
}

/** Regular files below `folder`. Links are named and not followed, because a link to a parent would never end. */
async function walk(folder: string, prefix: string, into: { files: SourceFile[]; leftOut: LeftOut[] }): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const key = prefix + entry.name;
    if (entry.isFile()) await addFile(path, key, into);
    else if (entry.isDirectory()) {
      await walk(path, `${key}/`, into).catch((error: unknown) => {
        into.leftOut.push({ path, reason: error instanceof Error ? error.message : String(error) });
      });
    } else {
      const reason = entry.isSymbolicLink() ? 'it is a symbolic link, which is not followed' : 'it is no regular file';
      into.leftOut.push({ path, reason });
    }
  }
}

/** The files of a folder that the user named. Throws `FolderError` with a message for the user. */
export async function filesOfFolder(folder: string): Promise<Selection> {
  const into = { files: [] as SourceFile[], leftOut: [] as LeftOut[] };
  const info = await stat(folder).catch((cause: unknown) => {
    throw new FolderError(`there is no folder ${folder}`, { cause });
  });
  if (!info.isDirectory()) throw new FolderError(`${folder} is not a folder`);
  await walk(folder, '', into).catch((cause: unknown) => {
    throw new FolderError(`${folder} cannot be read`, { cause });
  });
  if (into.files.length === 0) throw new FolderError(`${folder} holds no file that can be uploaded`);
  return { files: into.files.sort(byKey), leftOut: into.leftOut };
}

/** The files of the job when no folder is named. `root` is the root of the clone. */
export async function filesOfClone(root: string): Promise<Selection> {
  const into = { files: [] as SourceFile[], leftOut: [] as LeftOut[] };
  for (const part of [...OWN_PARTS, ...PACKAGES]) {
    const path = join(root, part);
    const key = part.replaceAll('\\', '/');
    const info = await stat(path);
    if (info.isDirectory()) await walk(path, `${key}/`, into);
    else await addFile(path, key, into);
  }
  return { files: into.files.sort(byKey), leftOut: into.leftOut };
}

const MOST_NAMED = 10;

/** The lines about the files that are left out: the first ones by name, the rest by number. */
export function describeLeftOut(leftOut: readonly LeftOut[]): string[] {
  const named = leftOut.slice(0, MOST_NAMED);
  const lines = named.flatMap(({ path, reason }) => wrap([`Left out: ${path}`, ...`(${reason})`.split(' ')]));
  const rest = leftOut.length - named.length;
  return rest === 0 ? lines : [...lines, `Left out: ${count(rest)} more`];
}
