import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, inject, it } from 'vitest';
import { deployEnvironment } from '../cloud/job/deploy.ts';
import { signIn } from './chromium.ts';
import { useBrowser } from './browser-world.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const where = inject('where');
const world = useBrowser();

it('npx serverless replication console serves the same page on this computer, which calls the API by CORS', async () => {
  const cli = join(ROOT, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const child = spawn(process.execPath, [cli, 'replication', 'console', '--json'], {
    cwd: ROOT,
    env: deployEnvironment(where, process.env),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    const told = await new Promise<{ url: string; api: string }>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as never));
      child.once('close', () => reject(new Error('the command ended')));
    });
    expect(told.api).toBe(where.endpoint);
    const page = await world.open();
    await page.goto(told.url);
    await page.getByText(where.endpoint).waitFor();
    await signIn(page, where);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();

    const [served, own] = await Promise.all([fetch(told.url), fetch(`${where.endpoint}/console`)]);
    // The names of the texts, because a report of the texts themselves would be unreadable.
    expect((await served.text()) === (await own.text())).toBe(true);
    expect(served.headers.get('content-security-policy')).toContain(`connect-src ${where.endpoint};`);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
});
