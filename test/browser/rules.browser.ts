import { afterAll, beforeEach, expect, it } from 'vitest';
import { ruleOf, useBrowser } from './browser-world.ts';

const world = useBrowser();
beforeEach(() => world.rules());
afterAll(() => world.rules());

/** Elements that the page shows in no field, or in other words. */
const FULL = {
  Priority: 7,
  Prefix: undefined,
  Filter: { And: { Prefix: 'größe/日志 & <x>/', Tags: [{ Key: 'team', Value: 'a' }] } },
  DeleteMarkerReplication: { Status: 'Disabled' },
  ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
  ExistingObjectReplication: { Status: 'Disabled', Versions: 'Current' },
};

it('a user changes one thing of a rule that an SDK wrote, and the page keeps the rest', async () => {
  await world.rules(ruleOf('full', FULL));
  const [before] = await world.readRules();
  const page = await world.enter('rules');
  await page.getByText('größe/日志 & <x>/').first().waitFor();
  await page.getByText('Also set: ReplicationTime').waitFor();
  await page.getByRole('link', { name: 'Edit rule full' }).click();
  await page.getByLabel('Storage class of replicas').selectOption('STANDARD_IA');
  await page.getByText('Kept as they are: ReplicationTime').waitFor();
  await page.getByRole('button', { name: 'Store the rule' }).click();
  await page.getByText('The rule full is changed.').waitFor();
  const destination = { ...(before?.['Destination'] as object), StorageClass: 'STANDARD_IA' };
  expect(await world.readRules()).toEqual([{ ...before, Destination: destination }]);
});

it('the page asks before it switches or deletes a rule, says which data stays, and does it', async () => {
  await world.rules(ruleOf('one', { Prefix: 'a/' }), ruleOf('two', { Prefix: 'b/' }));
  const page = await world.enter('rules');
  await page.getByRole('button', { name: 'Disable rule one' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('No object and no replica is deleted').waitFor();
  await dialog.getByRole('button', { name: 'Disable' }).click();
  await page.getByText('The rule one is changed.').waitFor();
  expect(await world.readRules()).toMatchObject([
    { ID: 'one', Status: 'Disabled' },
    { ID: 'two', Status: 'Enabled' },
  ]);
  await page.getByRole('button', { name: 'Enable rule one' }).click();
  await dialog.getByText('Copied at once').waitFor();
  await dialog.getByText('More storage at the destination').waitFor();
  await dialog.getByText('Every version of every object in scope will take storage').waitFor();
  await dialog.getByRole('button', { name: 'Enable' }).click();
  await expect
    .poll(async () => (await world.readRules()).map((rule) => rule['Status']))
    .toEqual(['Enabled', 'Enabled']);

  await page.getByRole('button', { name: 'Delete rule one' }).click();
  await dialog.getByText('No object is deleted: neither at the source nor at the destination.').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await world.readRules()).toHaveLength(2);
  await page.getByRole('button', { name: 'Delete rule one' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('The rule one is deleted.').waitFor();
  await page.getByRole('button', { name: 'Delete rule two' }).click();
  await dialog.getByText('It is the last rule').waitFor();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No rule yet').waitFor();
  expect(await world.readRules()).toEqual([]);
});

it('the page counts the copies and the cost of a rule before it is switched on', async () => {
  const keys = ['counted/a', 'counted/b', 'counted/c'];
  for (const key of keys) await world.upload(key, 'x'.repeat(1000));
  const page = await world.enter('rules/new');
  await page.getByLabel('Destination bucket').selectOption({ index: 1 });
  await page.getByLabel('Some of them').check();
  await page.getByLabel('Prefix').fill('counted/');
  await page.getByLabel('Account ID (UIN)').fill('100000000001');
  const store = page.getByRole('button', { name: 'Store the rule' });
  const dialog = page.getByRole('dialog');
  await store.click();
  await dialog.getByText('0 versions · 0 objects').waitFor();
  await dialog.getByText(/Left out: \d+ versions from before the rule/).waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await world.readRules()).toEqual([]);
  await page.getByLabel('Objects that are there already').selectOption('Current versions');
  await store.click();
  await dialog.getByText('3 versions · 3 objects').waitFor();
  await dialog.getByText('3 kB').waitFor();
  await dialog.getByText(/^CN¥0\.0+[1-9]/).waitFor();
  // A disabled rule copies nothing, so the page asks for no count.
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByLabel('Enable the rule at once').uncheck();
  await store.click();
  await page.getByText('The rule everything is stored.').waitFor();
  expect(await world.readRules()).toMatchObject([{ Status: 'Disabled' }]);
});

it('a user pauses and resumes the scans of a rule, and copying continues', async () => {
  await world.rules(ruleOf('held', { Prefix: 'held/' }));
  const page = await world.enter('rules');
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Pause rule held' }).click();
  await dialog.getByText('New versions are copied as before, and nothing is lost.').waitFor();
  await dialog.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('The scans of the rule held are paused.').waitFor();
  await page.getByRole('button', { name: 'Resume rule held' }).click();
  await dialog.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('The scans of the rule held go on.').waitFor();
  await expect.poll(() => page.getByRole('button', { name: 'Pause rule held' }).isVisible()).toBe(true);
});

it("the page tells the second of two people about the first one's change, and repeats the second change on the current rules", async () => {
  await world.rules(ruleOf('mine', { Prefix: 'a/' }));
  const page = await world.enter('rules');
  await page.getByRole('button', { name: 'Disable rule mine' }).waitFor();
  await world.rules(ruleOf('mine', { Prefix: 'a/' }), ruleOf('theirs', { Prefix: 'b/' }));

  await page.getByRole('button', { name: 'Disable rule mine' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  const conflict = page.getByRole('dialog', { name: 'Somebody else has changed the rules' });
  await conflict.getByText('Added: theirs').waitFor();
  expect(await world.readRules()).toMatchObject([{ Status: 'Enabled' }, { ID: 'theirs' }]);
  await conflict.getByRole('button', { name: 'Make my change on the current rules' }).click();
  await page.getByText('The rule mine is changed.').waitFor();
  expect(await world.readRules()).toMatchObject([{ ID: 'mine', Status: 'Disabled' }, { ID: 'theirs' }]);
});

it("the page does not overwrite somebody else's change of the same rule with a form", async () => {
  await world.rules(ruleOf('same', { Prefix: 'a/' }));
  const page = await world.enter('rules/edit?id=same');
  await page.getByLabel('Storage class of replicas').selectOption('ARCHIVE');
  await world.rules(ruleOf('same', { Prefix: 'a/', Status: 'Disabled' }));
  await page.getByRole('button', { name: 'Store the rule' }).click();
  await page.getByText('They changed the same rule').waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  expect(await world.readRules()).toMatchObject([
    { Status: 'Disabled', Destination: expect.not.objectContaining({ StorageClass: 'ARCHIVE' }) as object },
  ]);
});

it('the page refuses at once every rule that the API would refuse, and numbers the rules when one needs a priority', async () => {
  await world.rules(ruleOf('everything'));
  const page = await world.enter('rules/new');
  await page.getByLabel('Destination bucket').selectOption({ index: 1 });
  await page.getByText('It overlaps with the rule everything at the same destination.').waitFor();
  await page.getByLabel('Some of them').check();
  await page.getByLabel('Prefix').fill('/logs*');
  await page.getByText('Keys seldom begin with a slash').waitFor();
  await page.getByText('A prefix has no wildcards').waitFor();
  await page.getByLabel('Prefix').fill('logs/');
  await page.getByLabel('Priority').fill('5');
  await page.getByText('the others get: everything = 1').waitFor();
  await page.getByText('It overlaps with everything (priority 1), which decides where both apply.').waitFor();
  await page.getByRole('button', { name: 'Store the rule' }).click();
  await page.getByRole('button', { name: 'Store and switch on' }).click();
  await page.getByText('The rule rule-2 is stored.').waitFor();
  expect(await world.readRules()).toMatchObject([
    { ID: 'everything', Priority: '1' },
    { ID: 'rule-2', Priority: '5', Prefix: 'logs/' },
  ]);
});

it('the page warns that another prefix makes another rule', async () => {
  await world.rules(ruleOf('a', { Prefix: 'a/' }));
  const page = await world.enter('rules/edit?id=a');
  await page.getByLabel('Prefix').fill('b/');
  const warning = page.getByText('With another name, prefix, tags or destination it is a new rule');
  await expect.poll(() => warning.isVisible()).toBe(true);
});

it('the page shows a thousand rules without a delay, and finds one among them', async () => {
  const number = (n: number) => String(n).padStart(4, '0');
  await world.rules(
    ...Array.from({ length: 1000 }, (_, n) => ruleOf(`rule ${number(n)}`, { Prefix: `p${number(n)}/` })),
  );
  const page = await world.enter('rules');
  await page.getByText('1,000 rules ·').waitFor();
  expect(await page.locator('.rules > li').count()).toBe(50);
  await page.getByRole('searchbox').fill('0777');
  await expect.poll(() => page.locator('.rules > li').count()).toBe(1);
  await page.getByRole('button', { name: 'Delete rule rule 0777' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('The rule rule 0777 is deleted.').waitFor();
  expect(await world.readRules()).toHaveLength(999);
});
