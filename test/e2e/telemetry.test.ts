import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { PACKAGES } from './cli.ts';
import { ROOT } from './command.ts';
import { linkRepository } from './project.ts';

/**
 * Runs the CLI as a user without any settings, with a home of their own. Returns the names of the reports that it has
 * kept or sent.
 */
async function reportsOf(withSettings: boolean): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), 'telemetry-'));
  const folder = join(home, 'clone');
  let sent = 0;
  const collector = createServer((request, response) => {
    sent += 1;
    request.resume();
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => collector.once('listening', resolve));
  onTestFinished(async () => {
    collector.close();
    await rm(home, { recursive: true });
  });
  await mkdir(folder);
  await linkRepository(folder);
  for (const name of ['serverless.yml', ...(withSettings ? ['.serverlessrc'] : [])])
    await cp(join(ROOT, name), join(folder, name));
  const cli = join(folder, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const { port } = collector.address() as AddressInfo;
  const env = { PATH: process.env['PATH'], HOME: home, SLS_ANALYTICS_URL: `http://127.0.0.1:${port}` };
  await new Promise<void>((resolve, reject) => {
    execFile(process.execPath, [...PACKAGES, cli, 'print'], { cwd: folder, env }, (error, stdout) => {
      if (error === null) resolve();
      else reject(new Error(`serverless print: ${stdout}`, { cause: error }));
    });
  });
  const kept = await readdir(join(home, '.serverless', 'telemetry-cache')).catch(() => []);
  return kept.length + sent;
}

it('.serverlessrc makes the CLI record nothing about its users', async () => {
  // Without the file the CLI records. Once it does not, the file can go.
  expect(await reportsOf(false)).toBeGreaterThan(0);
  expect(await reportsOf(true)).toBe(0);
});
