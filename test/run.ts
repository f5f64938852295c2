import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm test`: vitest, and after it `N passed, N failed` alone on the last line. Arguments are passed to vitest (`npm
 * test -- test/signing`).
 */

interface Assertion {
  readonly status: string;
  readonly fullName: string;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly Assertion[] }[];
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * A file that cannot be loaded has no tests to count, and an error outside of tests fails none. Both count as failures.
 */
function countsOf(report: Report, status: number | null): Counts {
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const failed = report.numFailedTests + broken.length;
  return { passed: report.numPassedTests, failed: failed === 0 && status !== 0 ? 1 : failed };
}

/** A line for each reason. A test that is skipped names its reason in its title: `(skipped: reason)`. */
function skipsOf(report: Report): string[] {
  const counts = new Map<string, number>();
  for (const { status, fullName } of report.testResults.flatMap((file) => file.assertionResults)) {
    if (status === 'passed' || status === 'failed') continue;
    const reason = /\(skipped: ([^)]*)\)/.exec(fullName)?.[1] ?? 'left out by the arguments, or by the test itself';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => `${count} skipped: ${reason}`);
}

async function runVitest(args: readonly string[], reportFile: string): Promise<number | null> {
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`, ...args],
    { cwd: ROOT, stdio: 'inherit' },
  );
  // Ctrl-C reaches vitest from the terminal itself. Here it must only not end this process before the clean-up.
  process.on('SIGINT', () => undefined).on('SIGTERM', (signal) => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

const folder = await mkdtemp(join(tmpdir(), 'cos-replication-test-'));
try {
  const reportFile = join(folder, 'report.json');
  const status = await runVitest(process.argv.slice(2), reportFile);
  const report = await readFile(reportFile, 'utf8').then(
    (text) => JSON.parse(text) as Report,
    // vitest was interrupted or did not start; its messages are above.
    () => undefined,
  );
  const counts = report === undefined ? { passed: 0, failed: 1 } : countsOf(report, status);
  if (report !== undefined) for (const line of skipsOf(report)) console.log(line);
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
