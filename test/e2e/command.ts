import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from '../cloud/job/cli.ts';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A command of the project as a child process, with a temporary folder of its own that must be empty in the end. */
export interface Command {
  readonly pid: number;
  /** Resolves with the output so far once it matches; rejects when the command ends first. */
  said(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Outcome>;
  /** Files left in its temporary folder. */
  leftFiles(): Promise<string[]>;
}

/** Runs `file` as the npm scripts do. */
export async function startCommand(file: string, args: readonly string[]): Promise<Command> {
  const temporary = await mkdtemp(join(tmpdir(), 'command-test-'));
  const child = spawn(process.execPath, [join(ROOT, 'test', 'bootstrap.mjs'), file, ...args], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: temporary, INIT_CWD: ROOT },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => void (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => void (text.stderr += chunk));
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, ...text }));
  });
  return {
    pid: child.pid ?? 0,
    said: (stream, pattern) =>
      waitFor(
        child,
        () => text[stream],
        stream,
        pattern,
        () => text.stderr,
      ),
    kill: (signal) => void child.kill(signal),
    ended,
    async leftFiles() {
      const left = await readdir(temporary);
      await rm(temporary, { recursive: true, force: true });
      return left;
    },
  };
}

function waitFor(
  child: ChildProcess,
  text: () => string,
  stream: 'stdout' | 'stderr',
  pattern: RegExp,
  blame: () => string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (pattern.test(text())) resolve(text());
    };
    child[stream]?.on('data', look);
    child.once('close', (status) => reject(new Error(`ended with ${status} before ${pattern}:\n${blame()}`)));
    look();
  });
}

/** The parent of every process of this machine. */
function parents(): Map<number, number> {
  if (existsSync('/proc/self/stat')) {
    const entries = readdirSync('/proc').flatMap((name): [number, number][] => {
      if (!/^\d+$/.test(name)) return [];
      try {
        // The second field is the name in brackets and may hold anything. State and parent follow it.
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return state === 'Z' ? [] : [[Number(name), Number(parent)]];
      } catch {
        return []; // It has ended.
      }
    });
    return new Map(entries);
  }
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return new Map(lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]));
}

/** The process and all its descendants. */
export function familyOf(pid: number): number[] {
  const all = [...parents()];
  const family = new Set([pid]);
  for (let before = 0; before !== family.size;) {
    before = family.size;
    for (const [child, parent] of all) if (family.has(parent)) family.add(child);
  }
  return [...family];
}

/** The members of `pids` that are still running. */
export function stillRunning(pids: readonly number[]): number[] {
  const running = parents();
  return pids.filter((pid) => running.has(pid));
}
