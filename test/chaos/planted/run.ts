import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleOf } from '../bundle.ts';
import type { Kind } from '../kinds.ts';
import { worldOf } from '../seeds.ts';
import { runWorld } from '../world.ts';
import { edited, fileOf, findMarks } from './marks.ts';
import type { Mistake, Noticer } from './mistake.ts';
import { MISTAKES } from './mistakes.ts';

/**
 * `npm run test:planted`: shows that the simulation and the tests can fail. Each mistake is made in a copy of the
 * project. Over that copy the worlds of its kind run until one fails, or the tests of the file that it names run.
 * Arguments: parts of names, or rules (`P7`); without any, all mistakes are made.
 */

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
/** The files that the simulation and the tests need. */
const COPIED = ['shared', 'functions', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts', 'serverless.yml'];
/** ms for all worlds of one mistake, because some mistakes make worlds that go on for ever. */
const LONGEST_MS = 300_000;

type Outcome =
  | { readonly kind: 'caught'; readonly by: string; readonly text: string }
  | { readonly kind: 'missed'; readonly why: string };

const children = new Set<ChildProcess>();
/** The exit status of an interrupted run. */
let interrupted: number | undefined;
const goesOn = (): boolean => interrupted === undefined;

const missed = (why: string): Outcome => ({ kind: 'missed', why });

/** A copy of the project, in which one mistake after the other is made and taken back. */
interface Copy {
  readonly folder: string;
  /** The file of each mark. */
  readonly marks: ReadonlyMap<string, string>;
}

async function makeCopy(folder: string): Promise<Copy> {
  await mkdir(folder);
  for (const name of COPIED) await cp(join(ROOT, name), join(folder, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return { folder, marks: await findMarks(folder) };
}

/**
 * Keeps the text of each file that it changes in `before`. Throws when the place of an edit is missing, because a mistake that is
 * not made proves nothing.
 */
async function plant({ folder, marks }: Copy, { edits }: Mistake, before: Map<string, string>): Promise<void> {
  for (const edit of edits) {
    const path = join(folder, fileOf(marks, edit));
    const text = await readFile(path, 'utf8');
    if (!before.has(path)) before.set(path, text);
    await writeFile(path, edited(text, edit));
  }
}

/** The program that shows the mistake in that folder, and its arguments. */
async function programOf(folder: string, noticer: Noticer): Promise<readonly string[]> {
  if ('file' in noticer) return ['node_modules/vitest/vitest.mjs', 'run', noticer.file];
  await writeFile(join(folder, 'run.mjs'), await bundleOf(join(folder, 'test/chaos/run.ts'), 'esm'));
  const { kind, worlds, seed } = noticer;
  const range = ['--seed', String(seed), '--runs', String(worlds)];
  return ['run.mjs', '--first', '--kind', kind, ...range, '--attempts', '0', '--workers', '1'];
}

/** The output of that program on stdout and stderr. */
async function run(folder: string, noticer: Noticer): Promise<string> {
  const child = spawn(process.execPath, await programOf(folder, noticer), {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
    env: { ...process.env, NO_COLOR: '1' },
  });
  children.add(child);
  // An interrupt may come while the copy is made.
  if (!goesOn()) child.kill('SIGKILL');
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (_, signal) => {
      children.delete(child);
      resolve(signal === null ? said : `${said}ended by ${signal}`);
    });
  });
}

async function judge(copy: Copy, mistake: Mistake): Promise<Outcome> {
  const { noticer } = mistake;
  const before = new Map<string, string>();
  try {
    await plant(copy, mistake, before);
    const said = await run(copy.folder, noticer).catch((error: unknown) => `it cannot be bundled: ${String(error)}`);
    return await ('file' in noticer ? ofTests(noticer, said) : ofWorlds(noticer, said));
  } catch (error) {
    return missed(error instanceof Error ? error.message : String(error));
  } finally {
    for (const [path, text] of before) await writeFile(path, text);
  }
}

function ofTests({ file }: Extract<Noticer, { readonly file: string }>, said: string): Outcome {
  const [, test] = /^ *FAIL +\S+ > (.*)$/m.exec(said) ?? [];
  if (test !== undefined) return { kind: 'caught', by: file, text: test };
  const all = /^ *Tests +\d+ passed/m.test(said);
  return missed(all ? `all tests of ${file} pass` : `the tests did not run:\n${said.slice(-2000)}`);
}

async function ofWorlds({ kind, worlds }: Extract<Noticer, { readonly kind: Kind }>, said: string): Promise<Outcome> {
  const [, world, invariant, text] = /^world (\d+): (\S+) violated: (.*)$/m.exec(said) ?? [];
  if (world === undefined || invariant === undefined || text === undefined) {
    const all = new RegExp(`^${worlds} worlds, 0 failed$`, 'm').test(said);
    return missed(all ? `none of ${worlds} ${kind} worlds fails` : `the simulation did not run:\n${said.slice(-2000)}`);
  }
  // A world that also fails without the mistake proves nothing.
  const { violations } = await runWorld(worldOf(Number(world), kind));
  if (violations.length > 0) return missed(`${kind} world ${world} also fails without the mistake`);
  return { kind: 'caught', by: `${invariant} in ${kind} world ${world}`, text };
}

async function tryOne(copy: Copy, mistake: Mistake): Promise<boolean> {
  const started = performance.now();
  const outcome = await judge(copy, mistake);
  if (!goesOn()) return false;
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  if (outcome.kind === 'missed') console.log(`MISSED (${seconds}): ${mistake.name}\n    ${outcome.why}`);
  else {
    console.log(`caught by ${outcome.by} (${seconds}): ${mistake.name}\n    ${outcome.text}`);
  }
  return outcome.kind === 'caught';
}

async function tryAll(folder: string, mistakes: readonly Mistake[]): Promise<number> {
  const queue = [...mistakes];
  let caught = 0;
  const lane = async (number: number): Promise<void> => {
    const copy = await makeCopy(join(folder, String(number)));
    for (let next = queue.shift(); next !== undefined && goesOn(); next = queue.shift())
      if (await tryOne(copy, next)) caught += 1;
  };
  await Promise.all(Array.from({ length: availableParallelism() }, (_, number) => lane(number)));
  return mistakes.length - caught;
}

const wanted = process.argv.slice(2);
const breaks = ({ edits }: Mistake, rule: string): boolean =>
  edits.some((edit) => 'mark' in edit && /^P\d+/.exec(edit.mark)?.[0] === rule);
const mistakes = MISTAKES.filter(
  (one) => wanted.length === 0 || wanted.some((word) => one.name.includes(word) || breaks(one, word)),
);
const folder = await mkdtemp(join(tmpdir(), 'cos-replication-planted-'));
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  process.once(signal, () => {
    interrupted = status;
    for (const child of children) child.kill('SIGKILL');
  });
try {
  const missing = await tryAll(folder, mistakes);
  if (goesOn()) console.log(`${mistakes.length} mistakes, ${missing} missed`);
  process.exitCode = interrupted ?? (missing === 0 && mistakes.length > 0 ? 0 : 1);
} finally {
  await rm(folder, { recursive: true, force: true });
}
