import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ended, runCommand } from './lifetime.ts';
import { readCloudOptions } from './options.ts';

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

const HELP = `npm run cloud -- [--json] [--port N]

A cloud on this machine with the functions deployed and the buckets of
serverless.yml, versioned, and no replication rule. Runs until Ctrl-C or SIGTERM.

  --json    when ready, one line of JSON on stdout with the address, a key pair
            and the names; all else on stderr
  --port N  port on 127.0.0.1; without it, a free one
  --help    this text
`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

await runCommand(async ({ signal, onEnd }) => {
  const options = readCloudOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [{ startEnvironment }, { whereIs, whereIsJson }] = await Promise.all([
    import('../job/index.ts'),
    import('./where.ts'),
  ]);
  const environment = await startEnvironment({ root: ROOT, port: options.port, signal, say });
  onEnd(() => environment.close());
  process.stdout.write(`${options.json ? whereIsJson(environment) : whereIs(environment)}\n`);
  await ended(signal);
  return 0;
});
