import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
