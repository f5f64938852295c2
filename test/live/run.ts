import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from '../cloud/bin/lifetime.ts';
import { UsageError } from '../cloud/bin/options.ts';
import type { CosDriver } from '../contract/driver.ts';
import { ROOT } from '../e2e/command.ts';

const PARTS = ['points', 'contract', 'fail-over'] as const;
type Part = (typeof PARTS)[number];

const HELP = `npm run test:live -- [--only PART,PART] [--local] [--switched]
                     [--clean]

Runs against a real account, in buckets and functions of its own, and removes
them again. It costs a few requests and minutes of functions.

  points     what COS and SCF do where their documents are silent
  contract   the calls of COS that this service and its tests rely on
  fail-over  two deployments, and the disaster recovery of the runbook

  --only     some of the parts
  --local    the same against a local cloud
  --switched with --local: a cloud with every switch in its other position
  --clean    only removes the buckets that an interrupted run has left behind
  --help     this text

Environment: REAL_COS_SECRET_ID, REAL_COS_SECRET_KEY, REAL_COS_APPID; also
REAL_COS_REGION (ap-guangzhou), REAL_COS_OTHER_REGION (ap-shanghai), and for a
second account REAL_COS_OTHER_SECRET_ID, REAL_COS_OTHER_SECRET_KEY and
REAL_COS_OTHER_UIN.

Exit status: 0 if the service does as the local cloud does, 1 if not, 2 for wrong use.
`;

const NEEDED = ['REAL_COS_SECRET_ID', 'REAL_COS_SECRET_KEY', 'REAL_COS_APPID'];
/** ms for one test of the contract, because requests go over the internet. */
const PATIENCE = '180000';
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function read() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', default: PARTS.join(',') },
        local: { type: 'boolean', default: false },
        switched: { type: 'boolean', default: false },
        clean: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const parts = values.only.split(',').map((name) => PARTS.find((part) => part === name));
    const known = parts.filter((part) => part !== undefined);
    if (known.length < parts.length) throw new Error(`--only takes ${PARTS.join(', ')}`);
    if (values.switched && !values.local) throw new Error('--switched goes with --local');
    return { ...values, parts: known };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

interface Run {
  readonly local: boolean;
  readonly switched: boolean;
  readonly signal: AbortSignal;
}

/** Each returns whether the service does as the local cloud does. */
const RUN: Readonly<Record<Part, (driver: CosDriver, run: Run) => Promise<boolean>>> = {
  async points(driver) {
    const { askAll, formatFindings } = await import('./ask.ts');
    const findings = await askAll(driver);
    say(formatFindings(findings));
    return findings.every(({ observed, taken }) => observed === taken);
  },
  contract: (_, run) => runContract(run),
  async 'fail-over'(driver) {
    const { playOnAccount } = await import('./deployments.ts');
    await playOnAccount(driver, say);
    return true;
  },
};

/**
 * In a process of its own, because the suites read the same environment. With `--local`, an account that the
 * environment names is not used.
 */
async function runContract({ local, switched, signal }: Run): Promise<boolean> {
  const { SWITCHES } = await import('../contract/driver.ts');
  const { otherPositions } = await import('./points/switches.ts');
  const all = Object.entries(process.env);
  const own = Object.fromEntries(local ? all.filter(([name]) => !name.startsWith('REAL_COS_')) : all);
  const env = switched ? { ...own, [SWITCHES]: JSON.stringify(otherPositions()) } : own;
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  // Beside a local cloud nothing waits for the internet, and a second worker would only load everything once more.
  const workers = local ? ['--maxWorkers', '1', '--pool', 'threads'] : ['--maxWorkers', '2'];
  const args = ['run', 'test/contract', '--testTimeout', PATIENCE, '--hookTimeout', PATIENCE, ...workers];
  const child = spawn(process.execPath, [vitest, ...args], { cwd: ROOT, stdio: 'inherit', signal, env });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve(status === 0));
  });
}

await runCommand(async ({ signal, onEnd }) => {
  const options = read();
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const missing = NEEDED.filter((name) => !process.env[name]);
  if (!options.local && missing.length > 0) {
    throw new UsageError(`set ${missing.join(', ')} to a key pair and the APPID of an account, or add --local`);
  }
  // Loading these takes most of the start, and wrong use is reported without them.
  const { openDriver } = await import('../contract/driver.ts');
  const { otherPositions } = await import('./points/switches.ts');
  const driver = await openDriver({ local: options.local, switches: options.switched ? otherPositions() : {} });
  onEnd(() => driver.close());
  if (options.clean) {
    const { cleanUp } = await import('./clean.ts');
    const names = await cleanUp(driver);
    say(names.length === 0 ? 'Nothing was left behind.' : `Removed: ${names.join(', ')}`);
    return 0;
  }
  let good = true;
  for (const part of options.parts) {
    signal.throwIfAborted();
    say(`\n== ${part}`);
    const fine = await RUN[part](driver, { local: options.local, switched: options.switched, signal }).catch(
      (error: unknown) => {
        say(error instanceof Error ? error.message : String(error));
        return false;
      },
    );
    say(`== ${part}: ${fine ? 'as the local cloud does' : 'NOT as the local cloud does'}`);
    good &&= fine;
  }
  return good ? 0 : 1;
});
