import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleFunction, bundleFunctions } from '../../../../shared/deploy/functions/bundle.ts';
import { zip } from '../../../../shared/deploy/functions/zip.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'bundle-'));
  await writeFile(path.join(root, 'package.json'), '{"type":"module"}');
});
afterEach(() => rm(root, { recursive: true }));

async function write(name: string, text: string): Promise<void> {
  const file = path.join(root, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

const bundle = (output = '.out') =>
  bundleFunction('hello', { root, output: path.join(root, output), runtime: 'Nodejs20.19' });

const SOURCE = `
  import { name } from '../../shared/name.ts';
  export class Greeting extends Error { override name = 'Greeting'; }
  export const main_handler = async (event: { to: string }) => [name, event.to, new Greeting().name].join(' ');
`;

describe('bundleFunction', () => {
  beforeEach(async () => {
    await write('functions/hello/index.ts', SOURCE);
    await write('shared/name.ts', 'export const name: string = "hello";');
  });

  it('gives one CommonJS file that runs below a folder of ES modules', async () => {
    const { zipPath, size } = await bundle();
    const files = unzipSync(await readFile(zipPath));
    expect(Object.keys(files)).toEqual(['index.js', 'package.json']);
    expect(files['index.js']?.byteLength).toBe(size);
    await write('unpacked/package.json', Buffer.from(files['package.json'] ?? []).toString());
    await write('unpacked/index.js', Buffer.from(files['index.js'] ?? []).toString());
    const load = createRequire(path.join(root, 'unpacked/'));
    const { main_handler } = load('./index.js') as { main_handler: (event: object) => Promise<string> };
    expect(await main_handler({ to: 'world' })).toBe('hello world Greeting');
  });

  it('gives the same bytes for the same code, in any folder', async () => {
    const first = await readFile((await bundle('.one')).zipPath);
    const second = await readFile((await bundle('.two/deeper')).zipPath);
    expect(first.equals(second)).toBe(true);
  });

  it('gives other bytes for other code', async () => {
    const first = await readFile((await bundle()).zipPath);
    await write('shared/name.ts', 'export const name: string = "goodbye";');
    expect(first.equals(await readFile((await bundle()).zipPath))).toBe(false);
  });

  it('names code that does not compile', async () => {
    await write('shared/name.ts', 'export const name = ;');
    await expect(bundle()).rejects.toThrow(/functions\/hello\/index.ts does not compile: .*name.ts:1/s);
  });

  it('names the missing file of a handler', async () => {
    await rm(path.join(root, 'functions'), { recursive: true });
    await expect(bundle()).rejects.toThrow('functions/hello/index.ts does not exist');
  });
});

describe('bundleFunctions', () => {
  const together = (names: readonly string[], output = '.together') =>
    bundleFunctions(names, { root, output: path.join(root, output), runtime: 'Nodejs20.19' });

  beforeEach(async () => {
    await write('functions/hello/index.ts', SOURCE);
    await write('functions/other/index.ts', SOURCE.replace('[name,', '[name, "other",'));
    await write('shared/name.ts', 'export const name: string = "hello";');
  });

  it('gives each function the same bytes as alone', async () => {
    const bundles = await together(['other', 'hello', 'other']);
    expect([...bundles.keys()]).toEqual(['other', 'hello']);
    for (const [name, { zipPath, size }] of bundles) {
      const alone = await bundleFunction(name, { root, output: path.join(root, '.alone'), runtime: 'Nodejs20.19' });
      expect(size).toBe(alone.size);
      expect((await readFile(zipPath)).equals(await readFile(alone.zipPath))).toBe(true);
    }
  });

  it('names the function that does not compile', async () => {
    await write('functions/other/index.ts', 'export const main_handler = ;');
    await expect(together(['hello', 'other'])).rejects.toThrow(/^functions\/other\/index.ts does not compile: /);
  });

  it('names the missing function', async () => {
    await expect(together(['hello', 'nothing'])).rejects.toThrow('functions/nothing/index.ts does not exist');
  });
});

describe('a function that was bundled before', () => {
  const LONG_AGO = new Date('2026-01-01T00:00:00Z');
  const FILES = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'shared/deploy/remembered.mjs',
    ...['bundle.ts', 'page.ts', 'zip.ts'].map((file) => `shared/deploy/functions/${file}`),
    'shared/name.ts',
    'functions/hello/index.ts',
  ];
  const OTHER = Buffer.from('a zip that was kept');

  async function writeLongAgo(name: string, text: string): Promise<void> {
    await write(name, text);
    await utimes(path.join(root, name), LONG_AGO, LONG_AGO);
  }

  /** Puts another zip in the place of the one that was kept, which shows where the next one comes from. */
  async function mark(): Promise<void> {
    const file = path.join(root, '.build', 'scripts', 'functions-hello.json');
    const kept = JSON.parse(await readFile(file, 'utf8')) as object;
    const text = JSON.stringify({ hello: { code: 'code that was kept', zip: OTHER.toString('base64') } });
    const sum = createHash('sha256').update(text).digest('base64');
    await writeFile(file, JSON.stringify({ ...kept, text, sum }));
  }

  const isKept = async (made = bundle()): Promise<boolean> => (await readFile((await made).zipPath)).equals(OTHER);

  beforeEach(async () => {
    for (const name of FILES) await writeLongAgo(name, name.endsWith('.json') ? '{}' : '');
    await writeLongAgo('shared/name.ts', 'export const name: string = "hello";');
    await writeLongAgo('functions/hello/index.ts', SOURCE);
    await bundle();
    await mark();
  });

  it('is not compiled again, also from a folder that only points to the code', async () => {
    expect(await isKept()).toBe(true);
    expect(await readFile(path.join(root, '.out', 'hello', 'index.js'), 'utf8')).toBe('code that was kept');
    const project = path.join(root, 'project');
    await mkdir(project);
    await symlink(path.join(root, 'functions'), path.join(project, 'functions'));
    const output = path.join(project, '.out');
    expect(await isKept(bundleFunction('hello', { root: project, output, runtime: 'Nodejs20.19' }))).toBe(true);
  });

  it.each(FILES)('is compiled again after a change of %s', async (name) => {
    await writeLongAgo(name, `${await readFile(path.join(root, name), 'utf8')} `);
    expect(await isKept()).toBe(false);
  });

  it('is compiled again for another runtime', async () => {
    const output = path.join(root, '.out');
    expect(await isKept(bundleFunction('hello', { root, output, runtime: 'Nodejs18.15' }))).toBe(false);
  });

  it('is compiled together with another one', async () => {
    await write('functions/other/index.ts', SOURCE);
    const bundles = await bundleFunctions(['hello', 'other'], {
      root,
      output: path.join(root, '.out'),
      runtime: 'Nodejs20.19',
    });
    expect((await readFile(bundles.get('hello')?.zipPath ?? '')).equals(OTHER)).toBe(false);
  });
});

describe('zip', () => {
  it('does not depend on the time zone', () => {
    const files = { 'index.js': Buffer.from('exports.x = 1') };
    const before = process.env['TZ'];
    const hashes = ['UTC', 'Asia/Shanghai', 'America/Los_Angeles'].map((zone) => {
      process.env['TZ'] = zone;
      return zip(files).sha256;
    });
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
    expect(new Set(hashes).size).toBe(1);
  });

  it('makes files readable for every user', () => {
    const bytes = Buffer.from(zip({ 'index.js': Buffer.from('x') }).bytes);
    const central = bytes.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    expect(bytes.readUInt32LE(central + 38) >>> 16).toBe(0o100644);
  });

  it('names the next step where the code cannot be written', async () => {
    await write('functions/hello/index.ts', 'export const main_handler = async () => 1;');
    await write('taken', 'a file in the place of the folder');
    await expect(bundle('taken')).rejects.toThrow(/cannot be written to .*taken: .*deploy --package DIR"/);
  });
});
