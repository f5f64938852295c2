import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCli, type Outcome } from '../cloud/job/cli.ts';

/** The real CLI in a process that is there already. */
export interface WarmCli {
  run(args: readonly string[]): Promise<Outcome>;
  /** Resolves once no command of it runs. */
  close(): Promise<void>;
}

/** One process for all test files of this process, and for all projects. It ends with this process. */
export const sharedCli = openCli();

/** `folder` is that of serverless.yml. */
export function warmCli(folder: string, env: NodeJS.ProcessEnv): WarmCli {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: (args) => {
      const outcome = sharedCli.run({ folder, env, args });
      last = outcome.catch(() => undefined);
      return outcome;
    },
    close: async () => void (await last),
  };
}

/** Arguments of Node with which a process of the CLI loads its packages from one file. */
export const PACKAGES = ['--require', fileURLToPath(new URL('../cloud/job/packages.cjs', import.meta.url))];

/** The real CLI in a process of its own, as a user runs it but for `PACKAGES`. */
export function coldCli(folder: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  const cli = join(folder, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const child = spawn(process.execPath, [...PACKAGES, cli, ...args], {
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
