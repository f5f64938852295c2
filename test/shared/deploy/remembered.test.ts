import { cp, mkdir, mkdtemp, readFile, readdir, realpath, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const REMEMBERED = fileURLToPath(new URL('../../../shared/deploy/remembered.mjs', import.meta.url));
const LONG_AGO = new Date('2026-01-01T00:00:00Z');

interface Memory {
  lookUp(): string | undefined;
  keep(result: object): string;
}
type Remembered = (script: { entry: string; maker: string; cwd: string }) => Memory;

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'remembered-test-')));
  await mkdir(join(root, 'shared', 'deploy'), { recursive: true });
  await cp(REMEMBERED, join(root, 'shared', 'deploy', 'remembered.mjs'));
  await utimes(join(root, 'shared', 'deploy', 'remembered.mjs'), LONG_AGO, LONG_AGO);
  const files = ['package.json', 'package-lock.json', 'tsconfig.json', 'maker.mjs', 'tool/entry.ts', 'part.ts'];
  for (const file of files) await write(file, `first ${file}`);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(file: string, text: string, time = LONG_AGO): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
  await utimes(join(root, file), time, time);
}

/** As another process finds it. */
async function memoryOf(entry = join(root, 'tool', 'entry.ts')): Promise<Memory> {
  const url = pathToFileURL(join(root, 'shared', 'deploy', 'remembered.mjs')).href;
  const { remembered } = (await import(url)) as { remembered: Remembered };
  return remembered({ entry, maker: join(root, 'maker.mjs'), cwd: join(root, 'tool') });
}

/** The answer of esbuild for a script made of the two files and of code that a plugin has made. */
const result = (text: string): object => ({
  outputFiles: [{ text }],
  metafile: { inputs: { 'entry.ts': {}, '../part.ts': {}, '<stdin>': {}, 'package:zod': {} } },
});

it('a script is remembered while everything that went into it stays as it is', async () => {
  expect((await memoryOf()).lookUp()).toBeUndefined();
  expect((await memoryOf()).keep(result('made'))).toBe('made');
  expect((await memoryOf()).lookUp()).toBe('made');
});

it.each(['part.ts', 'tool/entry.ts', 'maker.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'])(
  'a script is made again after a change of %s that keeps its size and its time',
  async (file) => {
    (await memoryOf()).keep(result('made'));
    await write(file, `other ${file}`);
    expect((await memoryOf()).lookUp()).toBeUndefined();
  },
);

it('a script is made again when one of its files is gone', async () => {
  (await memoryOf()).keep(result('made'));
  await rm(join(root, 'part.ts'));
  expect((await memoryOf()).lookUp()).toBeUndefined();
});

it('a script is made again in a clone that was moved, because it may know its folder', async () => {
  (await memoryOf()).keep(result('made'));
  const moved = `${root}-moved`;
  await rename(root, moved);
  root = moved;
  expect((await memoryOf()).lookUp()).toBeUndefined();
});

it('a script is not remembered when a file changed while it was made', async () => {
  const memory = await memoryOf();
  await write('part.ts', 'changed', new Date());
  expect(memory.keep(result('made'))).toBe('made');
  expect((await memoryOf()).lookUp()).toBeUndefined();
});

it.each([
  { name: 'is damaged', damage: (text: string) => text.replace('made', 'mad!') },
  { name: 'is cut short', damage: (text: string) => text.slice(0, -20) },
])('a script is made again when what is remembered $name', async ({ damage }) => {
  (await memoryOf()).keep(result('made'));
  const folder = join(root, '.build', 'scripts');
  const [file = ''] = await readdir(folder);
  await writeFile(join(folder, file), damage(await readFile(join(folder, file), 'utf8')));
  expect((await memoryOf()).lookUp()).toBeUndefined();
});

it('a clone that cannot be written makes its scripts each time', async () => {
  await writeFile(join(root, '.build'), 'a file in the place of the folder');
  expect((await memoryOf()).keep(result('made'))).toBe('made');
  expect((await memoryOf()).lookUp()).toBeUndefined();
});

it('a script of a file outside of the clone is not remembered', async () => {
  const outside = await memoryOf(join(dirname(root), 'entry.ts'));
  outside.keep(result('made'));
  expect((await memoryOf(join(dirname(root), 'entry.ts'))).lookUp()).toBeUndefined();
  expect(await readdir(root)).not.toContain('.build');
});
