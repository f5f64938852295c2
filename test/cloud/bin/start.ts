import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { counted } from '../job/counts.ts';
import { describeLeftOut, filesOfClone, filesOfFolder, FolderError, type Selection } from '../job/files.ts';
import { paintFor } from '../job/paint.ts';
import { ended, runCommand } from './lifetime.ts';
import { readStartOptions, UsageError } from './options.ts';

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

const HELP = `npm start -- [FOLDER] [--once] [--json]

Starts a cloud on this machine, deploys the functions on it with the serverless
CLI, uploads half of FOLDER (some files twice and more, some deleted again),
sets a replication rule with the official SDK, and uploads the rest while some
events are dropped. Then it waits until all of it is replicated, compares both
buckets byte for byte, and says what the scan found. Links in FOLDER are named,
not followed.

  FOLDER   the files to upload; without it, files that the clone has
  --once   end after the summary; without it the cloud stays up until Ctrl-C
  --json   the summary as one line of JSON on stdout, everything else on stderr
  --help   this text

Exit status: 0 everything replicated and verified, 1 not, 2 wrong use.
Colours only on a terminal, and not where NO_COLOR is set.
`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function select(folder: string | undefined): Promise<Selection> {
  try {
    // npm changes to the root of the project. The path of the folder is relative to the user's own directory.
    const from = process.env['INIT_CWD'] ?? process.cwd();
    return folder === undefined ? await filesOfClone(ROOT) : await filesOfFolder(resolve(from, folder));
  } catch (error) {
    throw error instanceof FolderError ? new UsageError(error.message, { cause: error }) : error;
  }
}

await runCommand(async ({ signal, onEnd }) => {
  const options = readStartOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const selection = await select(options.folder);
  for (const line of describeLeftOut(selection.leftOut)) say(paintFor(process.stderr).yellow(line));
  say(`${counted(selection.files.length, 'file')} to upload.`);

  // Loading these takes most of the start, and wrong use is reported without them.
  const { createProgress, runJob, startEnvironment, summaryJson, summaryText } = await import('../job/index.ts');
  const environment = await startEnvironment({ root: ROOT, port: 0, signal, say });
  onEnd(() => environment.close());
  const progress = createProgress(process.stderr, () => performance.now());
  onEnd(() => progress.stop());
  const summary = await runJob(environment, selection, { signal, progress, say });
  process.stdout.write(`${options.json ? summaryJson(summary) : summaryText(summary, paintFor(process.stdout))}\n`);
  if (options.json) say(summaryText(summary, paintFor(process.stderr)));
  if (summary.mismatches.length > 0) return 1;
  if (!options.once) {
    const { whereIs } = await import('./where.ts');
    say(whereIs(environment));
    await ended(signal);
  }
  return 0;
});
