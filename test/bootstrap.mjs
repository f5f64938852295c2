// node test/bootstrap.mjs FILE.ts [arguments]
//
// Every npm script starts here, even on a clone where nothing is installed. So this file is plain JavaScript without a
// dependency, and its syntax is old enough for an old Node to reach the message below. It installs the missing packages
// and then runs FILE.ts in this same process, so that signals arrive where the clean-up is.
import { spawn } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const OLDEST_NODE = [20, 19];
/** Errors of a folder that is read-only, somebody else's, or taken by a file. */
const UNWRITABLE = ['EACCES', 'EROFS', 'EPERM', 'EEXIST', 'ENOTDIR'];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Names the process that is installing: two `npm ci` at once remove each other's files. */
const lock = join(root, '.build', 'installing');

function say(text) {
  process.stderr.write(`${text}\n`);
}

function isOldNode(version) {
  const [major, minor] = version.split('.').map(Number);
  return major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
}

/** The packages of a lock file; undefined when the file is missing or cannot be read (an interrupted installation). */
function packagesOf(path) {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** npm writes node_modules/.package-lock.json last, so it lists the packages of a finished installation. */
function isInstalled() {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  if (wanted === undefined) throw new Error('package-lock.json is missing or damaged');
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (present === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = present[path];
    // Optional packages may be missing: some are for other platforms.
    if (found === undefined) return entry.optional === true || entry.devOptional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** The lock appears with its content, or not at all. */
function takeLock() {
  const own = `${lock}.${process.pid}`;
  mkdirSync(dirname(lock), { recursive: true });
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own);
  }
}

/** Whether the process that held the lock has ended. */
function isAbandoned() {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

async function installOnce() {
  for (let told = false; !takeLock();) {
    if (isAbandoned()) rmSync(lock, { force: true });
    else {
      if (!told) say('Another command is installing the dependencies; waiting for it …');
      told = true;
      await new Promise((done) => setTimeout(done, 200));
    }
  }
  try {
    if (!isInstalled()) await install();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Runs `npm ci` with all its output on stderr: stdout belongs to the command. */
function install() {
  say('Installing dependencies (npm ci) …');
  const npm = process.env.npm_execpath;
  const [command, first] = npm && /\.c?js$/.test(npm) ? [process.execPath, [npm]] : ['npm', []];
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--no-json', '--loglevel=error'];
  const child = spawn(command, [...first, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  let interrupted;
  const forward = (signal) => {
    interrupted = signal;
    child.kill(signal);
  };
  process.on('SIGINT', forward).on('SIGTERM', forward).on('SIGHUP', forward);
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code) => {
      process.off('SIGINT', forward).off('SIGTERM', forward).off('SIGHUP', forward);
      if (interrupted !== undefined)
        failed(Object.assign(new Error('Interrupted.'), { status: interrupted === 'SIGINT' ? 130 : 143 }));
      else if (code === 0) done();
      else failed(new Error(`npm ci ended with status ${code}; its messages are above`));
    });
  });
}

async function main() {
  if (isOldNode(process.versions.node)) {
    say(`Node.js ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`);
    process.exit(1);
  }
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined) {
    say('usage: node test/bootstrap.mjs FILE.ts [arguments]');
    process.exit(2);
  }
  if (!isInstalled()) {
    await installOnce().catch((error) => {
      if (!UNWRITABLE.includes(error.code)) throw error;
      say(`The dependencies are not installed, and ${root} cannot be written (${error.code}).`);
      say('Run "npm ci" there as a user with write access, or clone the repository into a folder of your own.');
      process.exit(1);
    });
  }
  const entry = resolve(root, file);
  process.argv = [process.argv[0], entry, ...args];
  if (entry.endsWith('.ts')) await (await import('./program.mjs')).runProgram(entry);
  else await import(pathToFileURL(entry).href);
}

main().catch((error) => {
  say(error && error.status === undefined && error.stack ? error.stack : error.message);
  process.exit(error.status === undefined ? 1 : error.status);
});
