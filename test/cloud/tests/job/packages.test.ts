import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const LOADER = fileURLToPath(new URL('../../job/packages.cjs', import.meta.url));
/** So many that the file is written. */
const MODULES = 30;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'packages-test-'));
  mkdirSync(join(root, 'test', 'cloud', 'job'), { recursive: true });
  cpSync(LOADER, join(root, 'test', 'cloud', 'job', 'packages.cjs'));
  write('node_modules/.package-lock.json', '{}');
  for (let n = 0; n < MODULES; n += 1) write(`node_modules/many/part${n}.js`, `module.exports = ${n};`);
  const parts = Array.from({ length: MODULES }, (_, n) => `require('./part${n}')`).join(', ');
  write('node_modules/many/index.js', `exports.sum = [${parts}].reduce((a, b) => a + b); exports.text = '漢字 é';`);
  write('node_modules/new/package.json', '{"name":"new","type":"module","exports":"./index.js"}');
  write('node_modules/new/index.js', 'export const isNew = true;');
  write('node_modules/many/late.js', `module.exports = () => import('new').then(({ isNew }) => isNew);`);
  write(
    'main.js',
    `const many = require('many');
     require('many/late')().then((late) => {
       console.log(JSON.stringify([many.sum, many.text, late, require.resolve('many/part1').length > 0]));
     });`,
  );
});
afterEach(() => rmSync(root, { recursive: true }));

const sum = (MODULES * (MODULES - 1)) / 2;
const kept = (): boolean => existsSync(join(root, '.build', 'packages'));

/** `time` of the change in s: a file with the time and size of before seems unchanged. */
function write(name: string, text: string, time = 1): void {
  const file = join(root, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  utimesSync(file, time, time);
}

function run(): unknown {
  const args = ['--require', join(root, 'test', 'cloud', 'job', 'packages.cjs'), join(root, 'main.js')];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

it('packages are loaded from one file, with the same result', () => {
  expect(run()).toEqual([sum, '漢字 é', true, true]);
  expect(kept()).toBe(true);
  write('node_modules/many/part1.js', 'module.exports = 9;');
  expect(run()).toEqual([sum, '漢字 é', true, true]);
});

it('a changed package is loaded as it is now', () => {
  run();
  write('node_modules/many/part1.js', 'module.exports = 9;', 2);
  expect(run()).toEqual([sum + 8, '漢字 é', true, true]);
});

it.each([
  { what: 'of another installation', spoil: () => write('node_modules/.package-lock.json', '{"packages":{}}') },
  { what: 'cut off', spoil: () => write('.build/packages', 'cut') },
])('a file that is $what is not used, and written again', ({ spoil }) => {
  run();
  spoil();
  expect(run()).toEqual([sum, '漢字 é', true, true]);
  write('node_modules/many/part1.js', 'module.exports = 9;');
  expect(run()).toEqual([sum, '漢字 é', true, true]);
});

it('nothing is kept of an installation that has not finished', () => {
  rmSync(join(root, 'node_modules/.package-lock.json'));
  expect(run()).toEqual([sum, '漢字 é', true, true]);
  expect(kept()).toBe(false);
});
