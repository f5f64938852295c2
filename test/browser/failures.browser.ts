import { afterEach, beforeEach, expect, it } from 'vitest';
import { ruleOf, useBrowser } from './world.ts';

const world = useBrowser();
beforeEach(() => world.rules(ruleOf('everything')));
afterEach(() => world.mend());

it('says why something failed and what to do, and tries again until it is there', async () => {
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
      { timeout: 180_000, interval: 1000 },
    )
    .toBe(true);
});

it('shows hundreds of failures page by page, and tries all of them again', async () => {
  await world.breakDestination('SlowDown');
  const keys = Array.from({ length: 130 }, (_, n) => `many/${String(n).padStart(4, '0')}`);
  for (let at = 0; at < keys.length; at += 26)
    await Promise.all(keys.slice(at, at + 26).map((key) => world.upload(key)));
  await world.failuresOf(101);
  const page = await world.enter('failures');
  await page.getByText('100 shown, there are more').waitFor();
  await page.getByRole('button', { name: 'Show more' }).click();
  await expect.poll(() => page.locator('tbody tr').count()).toBeGreaterThan(100);
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
