import { expect, inject, it } from 'vitest';
import { signIn } from './chromium.ts';
import { useBrowser } from './browser-world.ts';

const where = inject('where');
const { source, destination } = where;
const { open, upload, readRules, rules, sdk } = useBrowser();

it('the page leads a new user from nothing to a rule and an object that is really replicated', async () => {
  await rules();
  const page = await open();
  await signIn(page, where);
  await page.getByText('Nothing is replicated yet').waitFor();
  await page.getByRole('link', { name: 'Add the first rule' }).click();

  await page.getByLabel('Destination bucket').selectOption({ label: `${destination.bucket} (${destination.region})` });
  await page.getByRole('button', { name: 'Store the rule' }).click();
  await page.getByText('1 field needs correction.').waitFor();
  await page.locator('input[aria-invalid=true]:focus').waitFor();
  await page.getByLabel('Account ID (UIN)').fill('100000000001');
  await page.getByRole('button', { name: 'Store the rule' }).click();
  await page.getByRole('dialog').getByText('Copied at once').waitFor();
  await page.getByRole('dialog').getByText('0 versions · 0 objects').waitFor();
  await page.getByRole('button', { name: 'Store and switch on' }).click();
  await page.getByText('The rule everything is stored.').waitFor();
  expect(await readRules()).toMatchObject([{ ID: 'everything', Status: 'Enabled', Prefix: '' }]);

  await upload('photos/first cat.jpg', 'a cat');
  await page.getByRole('link', { name: 'Find an object' }).click();
  await page.getByLabel('Key', { exact: true }).fill('photos/first cat.jpg');
  const replicated = page.getByText('Replicated', { exact: true });
  await expect
    .poll(
      async () => {
        await page.getByRole('button', { name: 'Find' }).click();
        await page.locator('.path').waitFor();
        return replicated.isVisible();
      },
      // A run that met the change of rules leaves a task, which the timer starts.
      { timeout: 180_000, interval: 500 },
    )
    .toBe(true);
  await page.getByText('The destination shows it').waitFor();
  const sides = page.locator('.path-step').last();
  await sides.getByText(`${source.bucket} (source)`).waitFor();
  await sides.getByText(/^Replica of/).waitFor();

  const copy = await sdk.getObject({
    Bucket: destination.bucket,
    Region: destination.region,
    Key: 'photos/first cat.jpg',
  });
  expect(copy.Body.toString()).toBe('a cat');
  expect(JSON.stringify(copy.headers)).toContain(source.bucket);
});

it('a user goes through the whole page by keyboard alone', async () => {
  const page = await open();
  // The script unpacks itself after the page has loaded. Before that, no element can have the focus.
  await page.getByLabel('Secret ID').waitFor();
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toBe('Skip to the content');
  await page.getByLabel('Secret ID').focus();
  await page.keyboard.type(where.secretId);
  await page.keyboard.press('Tab');
  await page.keyboard.type(where.secretKey);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  // The heading has the focus, so a screen reader begins there.
  await page.locator('h1:focus').waitFor();
  await page.getByRole('link', { name: 'Rules', exact: true }).first().focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Rules', level: 1 }).waitFor();
  const remove = page.getByRole('button', { name: 'Delete rule everything' });
  await remove.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Delete rule everything');
});
