import { fork, spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './command.ts';

const WARM = fileURLToPath(new URL('warm-cli.mjs', import.meta.url));
const cliOf = (folder: string): string => join(folder, 'node_modules', 'serverless', 'bin', 'serverless.js');

/** The real CLI in one process for all commands, which run one after the other. */
export interface WarmCli {
  run(args: readonly string[]): Promise<Outcome>;
  /** Ends the process; without one that is nothing. */
  close(): Promise<void>;
}

/** `folder` is that of serverless.yml. The process starts with the first command. */
export function warmCli(folder: string, env: NodeJS.ProcessEnv): WarmCli {
  let child: ChildProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const runNow = (args: readonly string[]): Promise<Outcome> => {
    child ??= fork(WARM, [cliOf(folder)], {
      cwd: folder,
      env,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const running = child;
    return new Promise((resolve, reject) => {
      const dead = (status: number | null): void => {
        child = undefined;
        reject(new Error(`the process of serverless ${args.join(' ')} ended with ${status}`));
      };
      running.once('exit', dead);
      running.once('message', (outcome) => {
        running.off('exit', dead);
        resolve(outcome as Outcome);
      });
      running.send(args);
    });
  };
  return {
    run: (args) => {
      const outcome = last.then(() => runNow(args));
      last = outcome.catch(() => undefined);
      return outcome;
    },
    close: async () => {
      await last;
      if (child === undefined) return;
      const ended = new Promise((resolve) => child?.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
}

/** The real CLI in a process of its own, as a user runs it. */
export function coldCli(folder: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  const child = spawn(process.execPath, [cliOf(folder), ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, ...output }));
  });
}
