import { spawn } from 'node:child_process';
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Access } from './clients.ts';

const PATIENCE_AFTER_TERM = 5_000;
/** Settings of the user's real account must not leak into a deployment on a local cloud. */
const FOREIGN = /^(TENCENTCLOUD_|SLS_|SERVERLESS_)/;

/** The environment in which the CLI runs, without the settings of a real account. */
export function cliEnvironment(base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(base).filter(([name]) => !FOREIGN.test(name)));
  return {
    ...own,
    SLS_TELEMETRY_DISABLED: '1',
    SLS_NOTIFICATIONS_MODE: 'off',
  };
}

/** A key pair, and the address of a local cloud if it is for one. */
export type Deployer = Pick<Access, 'secretId' | 'secretKey'> & { readonly endpoint?: string | undefined };

/** The same, with the settings that it needs against a local cloud. */
export function deployEnvironment(access: Deployer, base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...cliEnvironment(base),
    ...(access.endpoint === undefined ? {} : { TENCENTCLOUD_ENDPOINT: access.endpoint }),
    TENCENTCLOUD_SECRET_ID: access.secretId,
    TENCENTCLOUD_SECRET_KEY: access.secretKey,
  };
}

/**
 * Runs `serverless deploy` as a user does, as a child in a process group of its own, so that ending it ends the bundler it
 * has started, too. When it fails, throws with the CLI's own words, which it says on stdout.
 */
export async function deploy(root: string, options: RunOptions): Promise<void> {
  // The CLI packages into the clone, which may be somebody else's or a read-only image.
  if (await isWritable(root)) return run(root, ['deploy'], options);
  const packages = await mkdtemp(join(tmpdir(), 'packages-'));
  try {
    await run(root, ['package', '--package', packages], options);
    await run(root, ['deploy', '--package', packages], options);
  } finally {
    await rm(packages, { recursive: true, force: true });
  }
}

function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

interface RunOptions {
  readonly access: Access;
  readonly region: string;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

async function run(root: string, command: readonly string[], options: RunOptions): Promise<void> {
  options.signal.throwIfAborted();
  const cli = join(root, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const child = spawn(process.execPath, [cli, ...command, '--region', options.region], {
    cwd: root,
    env: deployEnvironment(options.access, process.env),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      options.onLine(line);
    });
  }
  const endGroup = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  let force: NodeJS.Timeout | undefined;
  const stop = (): void => {
    endGroup('SIGTERM');
    force = setTimeout(() => endGroup('SIGKILL'), PATIENCE_AFTER_TERM);
  };
  options.signal.addEventListener('abort', stop, { once: true });
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    options.signal.throwIfAborted();
    if (status !== 0) throw new Error(`serverless ${command[0]} failed (status ${status}):\n${lines.join('\n')}`);
  } finally {
    clearTimeout(force);
    options.signal.removeEventListener('abort', stop);
  }
}
