import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeLeftOut, filesOfClone, filesOfFolder, FolderError } from '../../job/files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('filesOfFolder', () => {
  it('takes regular files at any depth, in the order of their keys, and names links without following them', async () => {
    const root = join(folder, 'good');
    await mkdir(join(root, 'b', 'c'), { recursive: true });
    await writeFile(join(root, 'z.txt'), 'abc');
    await writeFile(join(root, 'b', 'c', 'ü +.txt'), '');
    await symlink(root, join(root, 'b', 'loop'));
    const { files, leftOut } = await filesOfFolder(root);
    expect(files).toEqual([
      { path: join(root, 'b', 'c', 'ü +.txt'), key: 'b/c/ü +.txt', size: 0 },
      { path: join(root, 'z.txt'), key: 'z.txt', size: 3 },
    ]);
    expect(leftOut).toEqual([
      { path: join(root, 'b', 'loop'), reason: 'it is a symbolic link, which is not followed' },
    ]);
    expect(describeLeftOut(leftOut).join(' ').replace(/ +/g, ' ')).toBe(
      `Left out: ${join(root, 'b', 'loop')} (it is a symbolic link, which is not followed)`,
    );
  });

  it('names a few of many files that are left out, and counts the others', () => {
    const lines = describeLeftOut(Array.from({ length: 1_234 }, (_, n) => ({ path: `/f${n}`, reason: 'no' })));
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('Left out: 1,224 more');
  });

  it('ends each line about them before column 80, and leaves a longer path whole', () => {
    const reason = 'it is a symbolic link, which is not followed';
    const short = describeLeftOut([{ path: '/home/somebody/photos/2026/link to the best', reason }]);
    expect(short).toEqual([
      'Left out: /home/somebody/photos/2026/link to the best (it is a symbolic link,',
      '  which is not followed)',
    ]);
    const path = `/${'p'.repeat(100)}`;
    expect(describeLeftOut([{ path, reason }])).toEqual([`Left out: ${path}`, `  (${reason})`]);
    expect(describeLeftOut([{ path: '/a', reason }])).toEqual([`Left out: /a (${reason})`]);
  });

  it('names a file that it cannot take', async () => {
    const root = join(folder, 'long');
    const deep = join(root, ...Array.from({ length: 4 }, () => 'd'.repeat(240)));
    await mkdir(deep, { recursive: true });
    await writeFile(join(deep, 'a'), 'a');
    await writeFile(join(root, 'ok'), 'a');
    const { files, leftOut } = await filesOfFolder(root);
    expect(files.map(({ key }) => key)).toEqual(['ok']);
    expect(leftOut).toEqual([{ path: join(deep, 'a'), reason: expect.stringContaining('850 bytes') as string }]);
  });

  it('refuses a folder that is missing, empty or no folder', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(filesOfFolder(join(folder, 'missing'))).rejects.toThrow(FolderError);
    await expect(filesOfFolder(empty)).rejects.toThrow('holds no file');
    await expect(filesOfFolder(file)).rejects.toThrow('is not a folder');
  });
});

describe('filesOfClone', () => {
  it('finds a thousand files and more, some of them large', async () => {
    const { files, leftOut } = await filesOfClone(
      dirname(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))),
    );
    expect(files.length).toBeGreaterThan(1_000);
    expect(files.filter(({ size }) => size > 1_000_000).length).toBeGreaterThan(1);
    // npm makes links to the commands of a package.
    expect(leftOut.filter(({ path }) => !path.includes('/.bin/'))).toEqual([]);
  });
});
