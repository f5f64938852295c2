import { execFile, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const BOOTSTRAP = join(dirname(fileURLToPath(import.meta.url)), 'bootstrap.mjs');

/** Stands in for npm: installs a tsx that does nothing, and records how it was called. */
const FAKE_NPM = `
  const fs = require('node:fs');
  if (fs.existsSync('npm-runs')) process.exit(9);
  fs.writeFileSync('npm-runs', '');
  process.on('exit', () => fs.rmSync('npm-runs'));
  console.log('npm says', process.argv.slice(2).join(' '));
  if (process.env.NPM_FAILS) process.exit(7);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.env.NPM_TAKES ?? 0));
  fs.mkdirSync('node_modules', { recursive: true });
  fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
`;

const lock = (version: string): string =>
  JSON.stringify({
    packages: {
      '': { name: 'x' },
      'node_modules/needed': { version, integrity: `sha512-${version}` },
      'node_modules/for-another-platform': { version: '1.0.0', optional: true },
    },
  });

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bootstrap-test-'));
  await mkdir(join(root, 'test'));
  await cp(BOOTSTRAP, join(root, 'test', 'bootstrap.mjs'));
  await writeFile(join(root, 'npm.cjs'), FAKE_NPM);
  await writeFile(join(root, 'package-lock.json'), lock('1.0.0'));
  await writeFile(join(root, 'run.mjs'), `console.log(JSON.stringify(process.argv.slice(2)));`);
});
afterEach(() => rm(root, { recursive: true, force: true }));

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], env: Record<string, string> = {}, bootstrap?: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [bootstrap ?? join(root, 'test', 'bootstrap.mjs'), ...args],
      { env: { ...process.env, npm_execpath: join(root, 'npm.cjs'), ...env } },
      (_error, stdout, stderr) => resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('bootstrap', () => {
  it('installs missing packages, reports it on stderr only, and passes the arguments on', async () => {
    const first = await run(['run.mjs', '--json', 'a b']);
    expect(first).toMatchObject({ status: 0, stdout: '["--json","a b"]\n' });
    expect(first.stderr).toContain('npm says ci --ignore-scripts');

    const second = await run(['run.mjs']);
    expect(second).toEqual({ status: 0, stdout: '[]\n', stderr: '' });
  });

  it('installs again when the lock file names another version', async () => {
    await run(['run.mjs']);
    await writeFile(join(root, 'package-lock.json'), lock('2.0.0'));
    expect((await run(['run.mjs'])).stderr).toContain('npm says ci');
    expect(await readFile(join(root, 'node_modules', '.package-lock.json'), 'utf8')).toBe(lock('2.0.0'));
  });

  it('installs again after an interrupted installation', async () => {
    await run(['run.mjs']);
    await writeFile(join(root, 'node_modules', '.package-lock.json'), '{"packa');
    expect((await run(['run.mjs'])).stderr).toContain('npm says ci');
  });

  it('waits for another command that is installing', async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => run(['run.mjs'], { NPM_TAKES: '300' })));
    expect(outcomes.map(({ status, stdout }) => [status, stdout])).toEqual([1, 2, 3].map(() => [0, '[]\n']));
    expect(outcomes.filter(({ stderr }) => stderr.includes('npm says')).length).toBe(1);
  });

  it('does not wait for an installation that was killed', async () => {
    const dead = spawnSync(process.execPath, ['-e', '']);
    await mkdir(join(root, '.build'));
    await writeFile(join(root, '.build', 'installing'), String(dead.pid));
    expect((await run(['run.mjs'])).status).toBe(0);
    expect(await readdir(join(root, '.build'))).toEqual([]);
  });

  it('ends with an error when the installation fails', async () => {
    const { status, stdout, stderr } = await run(['run.mjs'], { NPM_FAILS: '1' });
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('npm ci ended with status 7');
  });

  it('names the next step in a folder that cannot be written', async () => {
    await writeFile(join(root, '.build'), 'a file in the place of the folder');
    const { status, stderr } = await run(['run.mjs']);
    expect(status).toBe(1);
    expect(stderr).toContain(`${root} cannot be written`);
    expect(stderr).toContain('npm ci');
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('runs TypeScript that waits, finds its own folder and reports its own lines', async () => {
    const program = join(root, 'program.ts');
    await writeFile(join(root, 'part.ts'), `export const place: string = import.meta.url;\nexport const more = 1;\n`);
    await writeFile(
      program,
      `import type { Stats } from 'node:fs';
       import { place } from './part.ts';
       const { more } = await import('./part.ts');
       console.log(JSON.stringify([import.meta.url, place, more, process.argv.slice(1)]));
       export const fail = (stats?: Stats): never => {
         throw new Error('as it says ' + String(stats));
       };
       await Promise.resolve();
       fail();`,
    );
    const before = await readdir(root);
    const { status, stdout, stderr } = await run([program, '--json'], {}, BOOTSTRAP);
    const places = [program, join(root, 'part.ts')].map((file) => pathToFileURL(file).href);
    expect(JSON.parse(stdout)).toEqual([...places, 1, [program, '--json']]);
    expect(status).toBe(1);
    expect(stderr).toContain('as it says undefined');
    expect(stderr).toContain(`${program}:6:`);
    expect(await readdir(root)).toEqual(before);
  });

  it('prints its usage', async () => {
    expect(await run([])).toMatchObject({ status: 2, stdout: '' });
  });
});

describe('npm with the settings of the repository', () => {
  const npm = (args: readonly string[]) => {
    const settings = join(dirname(dirname(BOOTSTRAP)), '.npmrc');
    return spawnSync('npm', [...args, '--userconfig', settings], { cwd: root, encoding: 'utf8' });
  };

  it('reports an unknown script', () => {
    writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'x', scripts: {} }));
    expect(npm(['run', 'nope']).stderr).toContain('Missing script: "nope"');
  });

  it('runs no install script', () => {
    const scripts = { preinstall: 'echo ran > ran.txt' };
    writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'x', scripts }));
    expect(npm(['install', '--offline', '--no-audit', '--no-fund']).status).toBe(0);
    expect(existsSync(join(root, 'ran.txt'))).toBe(false);
  });

  it('leaves stdout to the script', () => {
    writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'x', scripts: { start: 'echo {}' } }));
    expect(npm(['start']).stdout).toBe('{}\n');
  });
});
