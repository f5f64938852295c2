import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cli } from './cli.ts';
import type { Access } from './clients.ts';

/** Settings of the user's real account must not reach a deployment on a local cloud. */
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

/** A key pair, and the address if it is for a local cloud. */
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

/** Runs `serverless deploy` in the clone. When it fails, throws with the CLI's own output, which is on stdout. */
export async function deploy(cli: Cli, root: string, options: RunOptions): Promise<void> {
  // The CLI packages into the clone, which may be somebody else's or a read-only image.
  if (await isWritable(root)) return run(cli, root, ['deploy'], options);
  const packages = await mkdtemp(join(tmpdir(), 'packages-'));
  try {
    await run(cli, root, ['package', '--package', packages], options);
    await run(cli, root, ['deploy', '--package', packages], options);
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

async function run(cli: Cli, folder: string, command: readonly string[], options: RunOptions): Promise<void> {
  const { access: pair, region, signal, onLine } = options;
  let rest = '';
  const { status, stdout, stderr } = await cli.run({
    folder,
    signal,
    args: [...command, '--region', region],
    env: deployEnvironment(pair, process.env),
    onText: (text) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
    },
  });
  if (rest !== '') onLine(rest);
  if (status !== 0) throw new Error(`serverless ${command[0]} failed (status ${status}):\n${stdout}${stderr}`);
}
