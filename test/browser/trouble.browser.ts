import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { signIn } from './chromium.ts';
import { ruleOf, useBrowser } from './browser-world.ts';

const where = inject('where');
const world = useBrowser();
const DAY = 24 * 60 * 60 * 1000;

describe('a wrong key pair', () => {
  it('is explained: an unknown ID, a wrong secret, an empty field', async () => {
    const page = await world.open();
    const enter = async (id: string, secret: string) => {
      await page.getByLabel('Secret ID').fill(id);
      await page.getByLabel('Secret key').fill(secret);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await enter('', '');
    expect(await page.getByText('Fill in this field.').count()).toBe(2);
    await enter('CRRunknown', 'secret');
    await page.getByText('This deployment has no such key.').waitFor();
    await page.getByText('Code InvalidAccessKeyId').waitFor();
    await page.getByText(/Request ID \S{20,}/).waitFor();
    await enter('AKIDunknown', 'secret');
    await page.getByText('This looks like a CAM key pair').waitFor();
    await enter(where.secretId, 'not the secret');
    await page.getByText('The secret key does not match the secret ID.').waitFor();
    await enter(where.secretId, where.secretKey);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });

  it('leaves no trace: not in the page, not in the storage, and nothing after a reload', async () => {
    const page = await world.enter('rules');
    await page.getByRole('heading', { name: 'Rules' }).waitFor();
    const kept = await page.evaluate<string>(
      'document.documentElement.outerHTML + JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie + location.href',
    );
    expect(kept).not.toContain(where.secretKey);
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.getByLabel('Secret key').inputValue()).toBe('');
  });
});

it.each([-2 * DAY, 3 * DAY])('works with a clock that is off by %i ms, and the page says so', async (off) => {
  const page = await world.open();
  await page.clock.install({ time: Date.now() + off });
  await page.reload();
  await signIn(page, where);
  await page.getByText(/The clock of this computer is off by \d+ (?:hours|days)/).waitFor();
  await expect.poll(() => page.getByText('Measured at').isVisible()).toBe(true);
});

describe('an API that does not answer', () => {
  it('is reported at sign-in, and the typed text stays', async () => {
    const page = await world.open();
    await page.route('**/*', (route) => route.abort());
    await page.getByLabel('Secret ID').fill(where.secretId);
    await page.getByLabel('Secret key').fill(where.secretKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The API does not answer.').waitFor();
    await page.unroute('**/*');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect.poll(() => page.getByRole('heading', { name: 'Overview' }).isVisible()).toBe(true);
  });

  it('leaves the known data on the screen, and a button retries', async () => {
    await world.rules(ruleOf('everything'));
    const page = await world.enter('rules');
    await page.getByRole('button', { name: 'Disable rule everything' }).waitFor();
    await page.route('**/*', (route) => route.abort());
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('The API does not answer.').waitFor();
    await page.getByRole('button', { name: 'Disable rule everything' }).waitFor();
    await page.unroute('**/*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => page.getByText('The API does not answer.').count()).toBe(0);
  });

  it("is told apart from somebody else's page and from an unusable answer", async () => {
    const page = await world.open();
    await page.route('**/?*', (route) => route.fulfill({ status: 502, body: '<html>Bad Gateway</html>' }));
    await page.getByLabel('Secret ID').fill(where.secretId);
    await page.getByLabel('Secret key').fill(where.secretKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    const said = page.getByText('The answer is not from the API of COS Replication.');
    await expect.poll(() => said.isVisible()).toBe(true);
  });
});

describe('a page that is left open', () => {
  beforeEach(() => world.rules(ruleOf('everything')));

  it.each(['overview', 'failures'])('%s costs a request every 15 s, and none while it is hidden', async (screen) => {
    const page = await world.open({}, screen);
    await page.clock.install();
    await page.reload();
    await signIn(page, where);
    await page.getByText('Measured at').first().waitFor();
    // Ten minutes pass in a moment. The real API would find the signatures too old, so a fake one answers.
    const now = () => page.evaluate<number>('Date.now()');
    let requests = 0;
    const body = JSON.stringify({ destinations: [], items: [], unreadable: 0, measuredAt: new Date().toISOString() });
    await page.route('**/*', (route) => {
      requests += 1;
      return route.fulfill({ status: 200, contentType: 'application/json', body });
    });
    const begin = await now();
    // Step by step, because the next wait begins only with an answer, and a busy machine takes its time for one.
    for (let steps = 0; steps < 40; steps += 1) {
      const before = requests;
      await page.clock.runFor(15_000);
      await expect.poll(() => requests, { timeout: 30_000 }).toBeGreaterThan(before);
    }
    // The clock of the page also advances by itself.
    const passed = (await now()) - begin;
    expect(requests).toBeLessThanOrEqual(passed / 15_000 + 1);
    expect(requests).toBeGreaterThan(passed / 30_000);
    await page.evaluate(`Object.defineProperty(document, 'hidden', { get: () => true })`);
    requests = 0;
    await page.clock.runFor(600_000);
    expect(requests).toBe(0);
  });
});

describe('hostile names', () => {
  afterEach(() => world.mend());
  const EVIL = '<img src=x onerror=alert(1)>"\'&lt;\u202etxt.exe';

  it('are shown as plain text, with invisible characters written out', async () => {
    await world.rules(
      ruleOf(EVIL, { Prefix: '<script>alert(1)</script>' }),
      ruleOf('__proto__', { Prefix: '{{7*7}}' }),
    );
    const page = await world.enter('rules');
    await page.getByText('U+202E').first().waitFor();
    await page.getByText('<script>alert(1)</script>').first().waitFor();
    expect(await page.locator('.rules img, .rules script').count()).toBe(0);
    await page.getByRole('button', { name: /Delete rule <img/ }).click();
    await page
      .getByRole('dialog')
      .getByText(/Delete the rule <img src=x/)
      .waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('link', { name: /Edit rule <img/ }).click();
    expect(await page.getByLabel('Name (ID)').inputValue()).toBe(EVIL);

    await world.rules(ruleOf('everything'));
    await world.breakDestination('AccessDenied');
    await world.upload(EVIL);
    await world.failuresOf(1);
    await page.evaluate(`location.hash = '#/failures'`);
    await page.locator('tbody tr').filter({ hasText: 'onerror' }).getByRole('link').click();
    await page.locator('.path').waitFor();
    expect(await page.getByLabel('Key', { exact: true }).inputValue()).toBe(EVIL);
    expect(await page.locator('.path img, .path script').count()).toBe(0);
  });

  it('are requested unchanged: spaces, slashes, signs and other scripts', async () => {
    await world.rules(ruleOf('everything'));
    const keys = ['a b+c%20d', '//two//slashes/', 'ключ/日志/é', '?versionId=x&#', 'a'.repeat(850), '😀'];
    const page = await world.enter('object');
    for (const key of keys) {
      await world.upload(key);
      await page.getByLabel('Key', { exact: true }).fill(key);
      await page.getByRole('button', { name: 'Find' }).click();
      await expect
        .poll(() =>
          page
            .locator('.object-name')
            .textContent()
            .catch(() => ''),
        )
        .toBe(key);
    }
    await page.getByLabel('Key', { exact: true }).fill('a/../b');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText('A browser cannot ask for a key with a segment').waitFor();
  });
});
