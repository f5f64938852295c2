import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DestinationState } from '../../functions/api/scan-schemas.ts';
import { ruleOf, useBrowser } from './browser-world.ts';

const world = useBrowser();
beforeEach(() => world.rules(ruleOf('everything')));
afterEach(() => world.mend());

it('the page names the cause of a failure and the next step, and retries until the object is replicated', async () => {
  await world.breakDestination('AccessDenied');
  await world.upload('broken/one.txt', 'one');
  await world.failuresOf(1);
  const page = await world.enter('failures');
  const row = page.getByRole('row', { name: /broken\/one\.txt/ });
  await row.getByText('COS refused the role of this deployment.').waitFor();
  await row.getByText('Run the pre-flight.').waitFor();
  await row.getByText('Failed', { exact: true }).waitFor();
  await world.mend();
  await row.getByRole('button', { name: 'Try again: broken/one.txt' }).click();
  await page.getByText('1 key is tried again now.').waitFor();
  await expect
    .poll(
      async () => {
        await page.getByRole('button', { name: 'Refresh' }).click();
        await page.getByText('Measured at').waitFor();
        return (await row.count()) === 0;
      },
      // A scan that is at work on the key at that moment costs up to two minutes, and may be so again after them.
      { timeout: 480_000, interval: 1000 },
    )
    .toBe(true);
});

it('the page shows hundreds of failures in pages, and retries all of them', async () => {
  await world.breakDestination('SlowDown');
  const keys = Array.from({ length: 130 }, (_, n) => `many/${String(n).padStart(4, '0')}`);
  for (let at = 0; at < keys.length; at += 26)
    await Promise.all(keys.slice(at, at + 26).map((key) => world.upload(key)));
  await world.failuresOf(101);
  const page = await world.enter('failures');
  await page.getByText('100 shown, there are more').waitFor();
  const first = await page.locator('tbody tr').first().textContent();
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.getByText('page 2').waitFor();
  await page.locator('tbody tr').first().waitFor();
  expect(await page.locator('tbody tr').count()).toBeLessThanOrEqual(100);
  expect(await page.locator('tbody tr').first().textContent()).not.toBe(first);
  await page.getByRole('button', { name: 'Previous page' }).click();
  await page.getByText('page 2').waitFor({ state: 'detached' });
  await page.locator('tbody tr').first().waitFor();
  await page.getByRole('button', { name: 'Waiting' }).click();
  await page.getByRole('button', { name: 'Failed', exact: true }).click();
  await page.locator('tbody tr').first().waitFor();
  await world.mend();
  await page.getByRole('button', { name: 'Try all again' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Nothing is deleted').waitFor();
  await dialog.getByRole('button', { name: 'Try all again' }).click();
  await page.getByText(/\d+ keys are tried again now\./).waitFor();
});

it('the page draws ten thousand failures in parts, and ten of a hundred destinations', async () => {
  const page = await world.enter('failures');
  const item = (n: number) => ({
    key: `huge/${n}`,
    destination: 'backup-1250000000@ap-shanghai',
    state: 'FAILED',
    versionIds: [],
    cause: 'AccessDenied',
    attempts: 3,
    ageMs: 1000,
  });
  const measuredAt = new Date().toISOString();
  await page.route('**/?replicationFailures*', (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get('marker') ?? 0);
    const items = Array.from({ length: 100 }, (_, at) => item(from + at));
    const more = from + 100 < 10_000 ? { marker: String(from + 3300) } : {};
    return route.fulfill({ json: { bucket: 'b', items, unreadable: 0, measuredAt, ...more } });
  });
  await page.getByRole('button', { name: 'Refresh' }).click();
  for (let number = 2; number <= 4; number += 1) {
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText(`page ${number}`, { exact: false }).waitFor();
  }
  await page.getByText('huge/9999', { exact: true }).waitFor();
  expect(await page.locator('tbody tr').count()).toBe(100);
  expect(await page.getByRole('button', { name: 'Next page' }).isDisabled()).toBe(true);

  const states = ['blocked', 'behind', 'complete'] as const;
  const trigger = {
    check: 'trigger' as const,
    what: 'the start',
    cause: 'trigger-off',
    since: measuredAt,
    means: 'it is off',
    todo: 'Deploy.',
  };
  const none = {
    state: 'none',
    ranges: { total: null, done: 0 },
    entries: { total: null, done: 0 },
    entriesPerSecond: null,
    etaSeconds: null,
    did: {
      looked: 0,
      copied: 0,
      bytes: 0,
      deleteMarkers: 0,
      removed: 0,
      deferred: 0,
      listings: 0,
      propertiesChanged: 0,
    },
  } as const;
  const destinations = Array.from({ length: 100 }, (_, n): DestinationState => ({
    destination: `backup-${n}-1250000000@ap-shanghai`,
    state: n === 1 ? 'broken' : (states[n % 3] ?? 'complete'),
    rules: Array.from({ length: 10 }, (_rule, at) => ({
      id: `rule ${n}-${at}`,
      enabled: true,
      versions: null,
      cost: null,
    })),
    preconditions: {
      broken: n === 1 ? [trigger] : [],
      bucketsCheckedAt: measuredAt,
      functionsCheckedAt: measuredAt,
    },
    backlog: { keys: 0, failed: 0, atLeast: false, oldestAgeMs: null, byAge: [] },
    behind: n === 0 ? { since: measuredAt, cause: 'AccessDenied', repairing: false } : null,
    lagMs: null,
    live: null,
    canary: null,
    completeUpTo: null,
    reasons: { completeUpTo: 'not-scanned', lagMs: 'not-scanned', live: 'not-counted', canary: 'off' },
    existing: null,
    sides: null,
    leftAlone: null,
    scan: { destination: `backup-${n}-1250000000@ap-shanghai`, ...none },
    measuredAt: null,
  }));
  await page.route('**/?replicationStatus*', (route) =>
    route.fulfill({ json: { bucket: 'b', destinations, measuredAt } }),
  );
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByText('Show more (90)').waitFor();
  expect(await page.locator('.destination').count()).toBe(10);
  await page.getByText('A scan copies all of it once the cause is gone.').waitFor();
  // Destinations that need somebody's attention come first.
  expect(await page.locator('.destination').first().innerText()).toContain('the start: it is off. Deploy.');
  expect(await page.locator('.destination').filter({ hasText: 'Blocked' }).count()).toBe(9);
});
