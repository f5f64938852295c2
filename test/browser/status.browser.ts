import { expect, it } from 'vitest';
import { readFile } from 'node:fs/promises';
import type { BucketStatus } from '../../functions/api/scan-schemas.ts';
import { ruleOf, useBrowser } from './browser-world.ts';

const world = useBrowser();

it('the page shows the status of a destination by a real scan, and starts another scan', async () => {
  await world.rules();
  await world.upload('before/one.txt');
  await world.rules(ruleOf('everything', { ExistingObjectReplication: { Status: 'Enabled', Versions: 'All' } }));
  const page = await world.enter();
  const card = page.locator('.destination');
  await card.getByText(/afe to switch over/).waitFor();
  await card.getByText(/counted by the scan that ended/).waitFor({ timeout: 500_000 });
  await card.getByRole('row', { name: /^Source \d/ }).waitFor();
  // The functions' activity, added up each minute, and the lifecycles that bound the versions of each side.
  await card.getByText(/at least \d+ versions? copied/).waitFor({ timeout: 200_000 });
  await card.getByRole('row', { name: /^Source .*removes no versions$/ }).waitFor();
  await card.getByRole('button', { name: 'Scan now' }).click({ timeout: 400_000 });
  await expect.poll(() => page.getByText('A scan begins within a minute.').isVisible()).toBe(true);
});

/** The answer in the documentation, of a bucket with canaries and a lifecycle. */
async function documented(): Promise<BucketStatus> {
  const text = await readFile(new URL('../../functions/api/README.md', import.meta.url), 'utf8');
  const examples = [...text.matchAll(/^```json\n(.*?)^```/gms)].map(([, json = '']) => JSON.parse(json) as object);
  const found = examples.find((one) => 'destinations' in one && JSON.stringify(one).includes('"leftAlone"'));
  return found as BucketStatus;
}

it('the page shows the last hour, the last canary, the lifecycles, and versions that are left alone', async () => {
  await world.rules(ruleOf('everything'));
  const status = await documented();
  const [first] = status.destinations;
  const answer = {
    ...status,
    destinations: [{ ...first, leftAlone: { versions: 3, bytes: 30, keys: 1 } }],
  };
  const page = await world.enter('rules');
  await page.route(/replicationStatus/, (route) => route.fulfill({ json: answer }));
  await page.getByRole('link', { name: 'Overview' }).click();
  const card = page.locator('.destination');
  await card.getByText('at least 120 versions copied').waitFor();
  await card.getByText('the last one was there after 1.4 seconds').waitFor();
  await card.getByRole('row', { name: /old-versions removes older versions: 30 days/ }).waitFor();
  await card.getByText('3 versions at the destination are not from these rules.').waitFor();
  const scan = {
    ...first?.scan,
    state: 'running',
    entries: { total: 8000, done: 2000 },
    entriesPerSecond: 41.6,
    etaSeconds: 240,
  };
  await page.unroute(/replicationStatus/);
  await page.route(/replicationStatus/, (route) =>
    route.fulfill({ json: { ...status, destinations: [{ ...first, scan }] } }),
  );
  await page.getByRole('button', { name: 'Refresh' }).click();
  await card.getByText('Scan: running · 2,000 of 8,000 entries · 42 a second · about 4 minutes left').waitFor();
  const gone = { ...first, live: null, canary: null, reasons: { live: 'outdated', canary: 'outdated' } };
  await page.unroute(/replicationStatus/);
  await page.route(/replicationStatus/, (route) => route.fulfill({ json: { ...status, destinations: [gone] } }));
  await page.getByRole('button', { name: 'Refresh' }).click();
  await card.getByText('it is not added up').waitFor();
  await card.getByText('none is sent any more').waitFor();
  expect(await card.getByText('at least').count()).toBe(0);
});
