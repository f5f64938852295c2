import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Throws with advice if there is no Chromium. */
export async function launch(): Promise<Browser> {
  let failure: unknown;
  for (const executablePath of PROGRAMS) {
    try {
      // As root, which is usual in a container, Chromium runs only without its sandbox.
      return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
    } catch (error) {
      failure = error;
    }
  }
  throw new Error('chromium could not be started: install it (apt-get install chromium)', { cause: failure });
}

/** In the language of the page. */
export async function signIn(
  page: Page,
  pair: { readonly secretId: string; readonly secretKey: string },
): Promise<void> {
  await page.locator('form input[type=text]').first().fill(pair.secretId);
  await page.locator('form input[type=password]').fill(pair.secretKey);
  await page.locator('form button[type=submit]').click();
  await page.locator('nav.screens').waitFor();
}
