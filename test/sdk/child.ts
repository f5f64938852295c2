import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program that the suite needs is not installed. */
export class MissingTool extends Error {
  override readonly name = 'MissingTool';
}

const LAST_WORDS = 600;

interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

export interface ChildOptions {
  readonly cwd: string;
  /** Added to the environment of this process. */
  readonly env?: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly onLine?: (line: string) => void;
  /** Resolves when the child has done its work and may be ended. */
  readonly until?: Promise<unknown>;
}

/**
 * Runs a program in a process group of its own, so that ending it also ends its children. Throws `MissingTool` when
 * there is no such program, and an Error with the end of its output when it fails.
 */
export async function runChild(command: string, args: readonly string[], options: ChildOptions): Promise<Output> {
  const { cwd, env = {}, signal, until } = options;
  signal.throwIfAborted();
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (output.stdout += text));
  if (options.onLine !== undefined) createInterface({ input: child.stdout }).on('line', options.onLine);
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (output.stderr += text));
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new MissingTool(`${command} is not installed on this machine`) : error),
    );
    child.once('close', resolve);
  });
  const end = (): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    if (until !== undefined) {
      const first = await Promise.race([closed, until.then(() => 'done' as const)]);
      if (first === 'done') {
        end();
        await closed;
        return output;
      }
    }
    const status = await closed;
    signal.throwIfAborted();
    if (status !== 0 || until !== undefined) {
      const words = (output.stderr + output.stdout).trim().slice(-LAST_WORDS);
      throw new Error(`${command} ended with status ${status}: ${words}`);
    }
    return output;
  } finally {
    end();
    signal.removeEventListener('abort', end);
  }
}
