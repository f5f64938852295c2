import { expect, inject, it, vi } from 'vitest';
import { ruleOf, useBrowser } from './browser-world.ts';

const { destination } = inject('where');
const world = useBrowser();
const at = { Bucket: destination.bucket, Region: destination.region };

it('the page says whether it is safe to switch over, by comparing both sides now', async () => {
  await world.rules(ruleOf('verified', { Prefix: 'verified/' }));
  const keys = ['verified/a.txt', 'verified/b.txt'];
  for (const key of keys) await world.upload(key);
  // A run that met the change of rules leaves a task, which the timer starts.
  const replicas = () => Promise.all(keys.map((Key) => world.sdk.headObject({ ...at, Key })));
  await vi.waitFor(replicas, { timeout: 180_000, interval: 500 });

  const page = await world.enter('verify');
  const compare = page.getByRole('button', { name: 'Compare now' });
  await compare.click();
  await page.getByRole('heading', { name: 'Safe to switch over', exact: true }).waitFor({ timeout: 150_000 });
  await page.getByText('Nothing differs').waitFor();
  await page.getByRole('row', { name: /^Should be there 2 / }).waitFor();
  await page.getByRole('row', { name: /^Is there 2 / }).waitFor();

  await world.sdk.deleteObject({ ...at, Key: 'verified/b.txt' });
  await compare.click();
  await page.getByRole('heading', { name: 'Not safe to switch over yet' }).waitFor({ timeout: 150_000 });
  await page.getByText('1 object is hidden by something else').first().waitFor();
  await page.getByRole('link', { name: 'verified/b.txt' }).click();
  await page.locator('.path').waitFor();
  await expect.poll(() => page.getByText('somebody wrote or deleted there').isVisible()).toBe(true);
});

it('the page shows the comparison that it began, though somebody begins another one', async () => {
  await world.rules(ruleOf('verified', { Prefix: 'verified/' }));
  const page = await world.enter('verify');
  await page.route('**/*replicationVerify*', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    const response = await route.fetch();
    await world.verified();
    return route.fulfill({ response });
  });
  await page.getByLabel('Prefix (optional)').fill('nothing/');
  await page.getByRole('button', { name: 'Compare now' }).click();
  await page.getByRole('heading', { name: 'Safe to switch over', exact: true }).waitFor({ timeout: 150_000 });
  expect(await page.getByText('Keys that begin with').textContent()).toContain('nothing/');
});
