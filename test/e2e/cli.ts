import { fork, spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './command.ts';

const WARM = fileURLToPath(new URL('warm-cli.mjs', import.meta.url));
const cliOf = (folder: string): string => join(folder, 'node_modules', 'serverless', 'bin', 'serverless.js');

/** One command, in the form that `warm-cli.mjs` takes. */
interface Command {
  readonly cli: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly args: readonly string[];
}

/** The real CLI in a process that runs already. */
export interface WarmCli {
  run(args: readonly string[]): Promise<Outcome>;
  /** Resolves when no command of any project runs. */
  close(): Promise<void>;
}

/**
 * One process for all test files of this process, because a start costs more than ten commands. It ends with this
 * process.
 */
let child: ChildProcess | undefined;
let last: Promise<unknown> = Promise.resolve();

function startChild(): ChildProcess {
  const started = fork(WARM, [], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  started.once('exit', () => {
    if (child === started) child = undefined;
  });
  started.unref();
  return started;
}

function runNow(command: Command): Promise<Outcome> {
  const running = (child ??= startChild());
  running.channel?.ref();
  return new Promise<Outcome>((resolve, reject) => {
    const dead = (status: number | null): void => {
      reject(new Error(`the process of serverless ${command.args.join(' ')} ended with ${status}`));
    };
    running.once('exit', dead);
    running.once('message', (outcome) => {
      running.off('exit', dead);
      resolve(outcome as Outcome);
    });
    running.send(command);
  }).finally(() => running.channel?.unref());
}

/** `folder` has the serverless.yml. Commands of all folders run one after the other. */
export function warmCli(folder: string, env: NodeJS.ProcessEnv): WarmCli {
  return {
    run: (args) => {
      const outcome = last.then(() => runNow({ cli: cliOf(folder), folder, env, args }));
      last = outcome.catch(() => undefined);
      return outcome;
    },
    close: async () => void (await last),
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
