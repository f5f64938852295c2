import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { apiDomain, ROLE, startEnvironment } from '../cloud/job/index.ts';
import { runCommand } from '../cloud/bin/lifetime.ts';
import { calling, replicationClient } from '../cloud/job/clients.ts';
import { launch, signIn } from './chromium.ts';

/**
 * `npm run pictures`: takes the pictures for the page about the console, of the page itself on a local cloud, into
 * `.github/images`. They are small because every clone carries them.
 */
const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const FOLDER = join(ROOT, '.github', 'images');
const KEY = 'reports/2026/summary.pdf';
const say = (line: string): void => void process.stderr.write(`${line}\n`);

await runCommand(async ({ signal, onEnd }) => {
  const environment = await startEnvironment({ root: ROOT, port: 0, signal, say });
  onEnd(() => environment.close());
  const { endpoint, source, destination, cos } = environment;
  const bucket = { Bucket: source.bucket, Region: source.region };
  const to = { Bucket: `qcs::cos:${destination.region}::${destination.bucket}` };
  const rules = [
    {
      ID: 'reports',
      Status: 'Enabled',
      Priority: 1,
      Prefix: 'reports/',
      Destination: { ...to, StorageClass: 'STANDARD_IA' },
    },
    { ID: 'everything', Status: 'Enabled', Priority: 10, Prefix: '', Destination: to },
    {
      ID: 'drafts',
      Status: 'Disabled',
      Priority: 2,
      Prefix: 'drafts/',
      Destination: to,
      ExistingObjectReplication: { Status: 'Enabled', Versions: 'All' },
    },
  ];
  const api = replicationClient(environment, apiDomain);
  const ReplicationConfiguration = { Role: ROLE, Rules: rules as [] };
  await calling('PUT Bucket replication', () => api.putBucketReplication({ ...bucket, ReplicationConfiguration }));
  for (const key of [KEY, 'reports/2026/table.csv', 'photos/cat.jpg', 'photos/dog.jpg', 'drafts/letter.txt']) {
    await calling('an upload', () => cos.putObject({ ...bucket, Key: key, Body: `the content of ${key}` }));
  }
  await fetch(`${endpoint}/_local/idle`);

  const browser = await launch();
  onEnd(() => browser.close());
  const open = async (width: number, height: number, colorScheme: 'light' | 'dark'): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme, locale: 'en-GB' });
    await page.goto(`${endpoint}/console`);
    await signIn(page, environment);
    return page;
  };
  const picture = async (page: Page, screen: string, sign: string, name: string): Promise<void> => {
    await page.evaluate(`location.hash = ${JSON.stringify(`#/${screen}`)}`);
    await page.locator(sign).first().waitFor();
    await page.locator(`${sign} >> nth=-1`).scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(FOLDER, `${name}.png`) });
    say(`${name}.png`);
  };
  await mkdir(FOLDER, { recursive: true });
  const wide = await open(1024, 560, 'light');
  await picture(wide, 'rules', '.rules', 'console-rules');
  const dark = await open(1024, 760, 'dark');
  await picture(dark, `object?key=${encodeURIComponent(KEY)}`, '.state-completed', 'console-object');
  // The timer begins the first scan within a minute.
  const status = await open(1024, 860, 'light');
  await status.locator('.destination .table').waitFor({ timeout: 300_000 });
  await status.locator('.destination').scrollIntoViewIfNeeded();
  await status.screenshot({ path: join(FOLDER, 'console-status.png') });
  say('console-status.png');
  const asking = await open(1024, 620, 'light');
  await asking.evaluate(`location.hash = '#/rules'`);
  await asking.getByRole('button', { name: 'Enable rule drafts' }).click();
  await asking.locator('.forecast .facts').waitFor();
  await asking.screenshot({ path: join(FOLDER, 'console-forecast.png') });
  say('console-forecast.png');
  return 0;
});
