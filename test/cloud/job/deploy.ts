import { spawn } from 'node:child_process';
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
    SLS_INTERACTIVE_SETUP_ENABLE: '0',
  };
}

/** The same, with what it needs to work against a local cloud. */
export function deployEnvironment(access: Access, base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...cliEnvironment(base),
    TENCENTCLOUD_ENDPOINT: access.endpoint,
    TENCENTCLOUD_SECRET_ID: access.secretId,
    TENCENTCLOUD_SECRET_KEY: access.secretKey,
  };
}

/**
 * Runs `serverless deploy` as a user does, as a child in a process group of its own, so that ending it ends the bundler it
 * has started, too. Throws with what the CLI said when it fails; it says so on stdout.
 */
export async function deploy(
  root: string,
  options: { access: Access; region: string; signal: AbortSignal; onLine: (line: string) => void },
): Promise<void> {
  options.signal.throwIfAborted();
  const cli = join(root, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const child = spawn(process.execPath, [cli, 'deploy', '--region', options.region], {
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
    if (status !== 0) throw new Error(`serverless deploy failed (status ${status}):\n${lines.join('\n')}`);
  } finally {
    clearTimeout(force);
    options.signal.removeEventListener('abort', stop);
  }
}
