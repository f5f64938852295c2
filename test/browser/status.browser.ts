import { expect, it } from 'vitest';
import { ruleOf, useBrowser } from './world.ts';

const world = useBrowser();

it('shows how a destination stands by the scan that really ran, and starts another one', async () => {
  await world.rules();
  await world.upload('before/one.txt');
  await world.rules(ruleOf('everything', { ExistingObjectReplication: { Status: 'Enabled', Versions: 'All' } }));
  const page = await world.enter();
  const card = page.locator('.destination');
  await card.getByText(/afe to switch over/).waitFor();
  await card.getByText(/counted by the scan that ended/).waitFor({ timeout: 500_000 });
  await card.getByRole('row', { name: /^Source \d/ }).waitFor();
  await card.getByRole('button', { name: 'Scan now' }).click({ timeout: 400_000 });
  await expect.poll(() => page.getByText('A scan begins within a minute.').isVisible()).toBe(true);
});
