import { cp, mkdir, mkdtemp, readFile, readdir, realpath, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inputsOf, remembered } from '../../../shared/deploy/remembered.mjs';

const REMEMBERED = fileURLToPath(new URL('../../../shared/deploy/remembered.mjs', import.meta.url));
const LONG_AGO = new Date('2026-01-01T00:00:00Z');

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

const memoryOf = (name = 'tool/entry.ts', circumstances?: string) =>
  remembered({ root, name, makers: [join(root, 'maker.mjs')], ...(circumstances && { circumstances }) });

const INPUTS = ['tool/entry.ts', 'part.ts'];

function keep(memory = memoryOf()): string {
  return memory.keep(
    'made',
    INPUTS.map((file) => join(root, file)),
  );
}

it('a script is remembered while everything that went into it stays as it is', async () => {
  expect(memoryOf().lookUp()).toBeUndefined();
  expect(keep()).toBe('made');
  expect(memoryOf().lookUp()).toBe('made');
});

it.each(['part.ts', 'tool/entry.ts', 'maker.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'])(
  'a script is made again after a change of %s that keeps its size and its time',
  async (file) => {
    keep();
    await write(file, `other ${file}`);
    expect(memoryOf().lookUp()).toBeUndefined();
  },
);

it('a script is made again when one of its files is gone', async () => {
  keep();
  await rm(join(root, 'part.ts'));
  expect(memoryOf().lookUp()).toBeUndefined();
});

it('a script is made again in a clone that was moved, because it may know its folder', async () => {
  keep();
  const moved = `${root}-moved`;
  await rename(root, moved);
  root = moved;
  expect(memoryOf().lookUp()).toBeUndefined();
});

it('a script is not remembered when a file changed while it was made', async () => {
  const memory = memoryOf();
  await write('part.ts', 'changed', new Date());
  expect(keep(memory)).toBe('made');
  expect(memoryOf().lookUp()).toBeUndefined();
});

it.each([
  { name: 'is damaged', damage: (text: string) => text.replace('made', 'mad!') },
  { name: 'is cut short', damage: (text: string) => text.slice(0, -20) },
])('a script is made again when what is remembered $name', async ({ damage }) => {
  keep();
  const folder = join(root, '.build', 'scripts');
  const [file = ''] = await readdir(folder);
  await writeFile(join(folder, file), damage(await readFile(join(folder, file), 'utf8')));
  expect(memoryOf().lookUp()).toBeUndefined();
});

it('a clone that cannot be written makes its scripts each time', async () => {
  await writeFile(join(root, '.build'), 'a file in the place of the folder');
  expect(keep()).toBe('made');
  expect(memoryOf().lookUp()).toBeUndefined();
});

it('a script is made again in other circumstances', () => {
  keep(memoryOf('tool/entry.ts', 'one'));
  expect(memoryOf('tool/entry.ts', 'one').lookUp()).toBe('made');
  expect(memoryOf('tool/entry.ts', 'two').lookUp()).toBeUndefined();
});

it.each(['../entry.ts', '/entry.ts'])(
  'a script of a file outside of the clone is not remembered (%s)',
  async (name) => {
    keep(memoryOf(name));
    expect(memoryOf(name).lookUp()).toBeUndefined();
    expect(await readdir(root)).not.toContain('.build');
  },
);

it('the files of a script are those that no plugin has made', () => {
  const inputs = { 'entry.ts': {}, '../part.ts': {}, '<stdin>': {}, 'package:zod': {} };
  expect(inputsOf({ inputs }, join(root, 'tool'))).toEqual(INPUTS.map((file) => join(root, file)));
});
