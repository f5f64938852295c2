import { spawn, spawnSync } from 'node:child_process';

/** Whether `promtool` of Prometheus is installed (Debian: `apt-get install prometheus`). */
export const HAS_PROMTOOL = spawnSync('promtool', ['--version']).status === 0;

/** For the name of a group of tests, so that a report says why they were skipped. */
export const PROMTOOL_NOTE = HAS_PROMTOOL ? '' : ' (skipped: promtool is not installed; apt-get install prometheus)';

/** Exit status and output of `promtool`. */
export async function promtool(args: readonly string[], input = '', cwd?: string): Promise<[number | null, string]> {
  const child = spawn('promtool', args, cwd === undefined ? {} : { cwd });
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  return [status, said];
}
