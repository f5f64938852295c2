import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('cli-process.mjs', import.meta.url));
/** ms until a command that was asked to end is killed. */
const PATIENCE_AFTER_TERM = 5_000;
/** ms for which its children may end later than itself. Longer than this only what nobody has waited for is left of them. */
const PATIENCE_AFTER_EXIT = 1_000;
const SOON = 5;

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliCommand {
  /** The folder of serverless.yml. */
  readonly folder: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Called with each text when it arrives. */
  readonly onText?: ((text: string) => void) | undefined;
  /** When it is aborted, the process is ended, and `run` rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The real CLI in a process that stays, because its start costs more than most of its commands. */
export interface Cli {
  /** Runs commands one after the other, whatever their folder. Rejects when the process has died. */
  run(command: CliCommand): Promise<Outcome>;
  /** Ends the process and all its children, the current command included. Resolves when they have ended. */
  close(): Promise<void>;
}

type Told = { readonly stream: 'stdout' | 'stderr'; readonly text: string } | { readonly status: number };

/** The process starts with the first command, and holds this one only while a command runs. */
export function openCli(): Cli {
  let child: ChildProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function start(): ChildProcess {
    // In a process group of its own, so that ending it also ends its bundler.
    const started = fork(PROGRAM, [], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'], detached: true });
    started.once('exit', () => {
      if (child === started) child = undefined;
    });
    started.unref();
    return started;
  }

  function runNow({ folder, args, env, onText }: CliCommand): Promise<Outcome> {
    const running = (child ??= start());
    running.channel?.ref();
    const said = { stdout: '', stderr: '' };
    return new Promise<Outcome>((resolve, reject) => {
      const listen = (told: Told): void => {
        if ('stream' in told) {
          said[told.stream] += told.text;
          onText?.(told.text);
        } else {
          stopListening();
          resolve({ status: told.status, ...said });
        }
      };
      const die = (status: number | null, signal: string | null): void => {
        stopListening();
        reject(new Error(`the process of serverless ${args.join(' ')} ended with ${signal ?? status}`));
      };
      const stopListening = (): void => {
        running.off('exit', die).off('message', listen as (told: unknown) => void);
      };
      running.once('exit', die).on('message', listen as (told: unknown) => void);
      running.send({ folder, args, env });
    }).finally(() => running.channel?.unref());
  }

  async function close(): Promise<void> {
    if (child !== undefined) await endGroup(child);
  }

  async function runUnlessAborted(command: CliCommand): Promise<Outcome> {
    const { signal } = command;
    signal?.throwIfAborted();
    let closing: Promise<void> | undefined;
    const stop = (): void => void (closing = close());
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await runNow(command);
    } finally {
      signal?.removeEventListener('abort', stop);
      await closing;
      signal?.throwIfAborted();
    }
  }

  return {
    run(command) {
      const outcome = last.then(() => runUnlessAborted(command));
      last = outcome.catch(() => undefined);
      return outcome;
    },
    close,
  };
}

async function endGroup(child: ChildProcess): Promise<void> {
  /** False: it has no process any more. 0 only asks; then a system may refuse to signal what has just ended. */
  const signalGroup = (signal: NodeJS.Signals | 0): boolean => {
    if (child.pid === undefined) return false;
    try {
      return process.kill(-child.pid, signal);
    } catch (error) {
      if (signal !== 0 && (error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      return false;
    }
  };
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.ref();
  signalGroup('SIGTERM');
  const force = setTimeout(() => void signalGroup('SIGKILL'), PATIENCE_AFTER_TERM);
  await gone;
  clearTimeout(force);
  for (const until = performance.now() + PATIENCE_AFTER_EXIT; signalGroup(0) && performance.now() < until;)
    await sleep(SOON);
}
