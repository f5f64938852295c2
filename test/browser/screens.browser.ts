import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEXTS } from '../../functions/api/console/text/index.ts';
import { ruleOf, useBrowser } from './browser-world.ts';

/**
 * Every screen in both languages, light and dark, at three widths, with content. `KEEP_PICTURES=FOLDER` keeps a picture
 * of each.
 */
const WIDTHS = [1440, 1024, 390];
const LOOKS = [
  { language: 'en', theme: 'light' },
  { language: 'en', theme: 'dark' },
  { language: 'zh', theme: 'light' },
  { language: 'zh', theme: 'dark' },
] as const;
const KEY = 'reports/2026/quarterly summary.pdf';
/** The address of each screen, and a text that shows that the screen is complete. */
const SCREENS = [
  ['overview', '.destination'],
  ['rules', '.rules'],
  ['rules/new', '.rule-form'],
  ['rules/edit?id=archive', '.rule-form'],
  ['failures', '.table'],
  ['object', '.find'],
  [`object?key=${encodeURIComponent(KEY)}`, '.path'],
  ['object?key=nothing', '.problem'],
  ['verify', '.verdict'],
  ['preflight', '.screen-head'],
] as const;

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const keep = process.env['KEEP_PICTURES'];
const world = useBrowser();

beforeAll(async () => {
  await world.rules(
    ruleOf('archive', {
      Priority: 2,
      Prefix: 'reports/',
      Destination: { ...world.destinationOf(), StorageClass: 'STANDARD_IA' },
      DeleteMarkerReplication: { Status: 'Disabled' },
    }),
    ruleOf('everything', { Priority: 10 }),
    ruleOf('drafts', { Priority: 1, Status: 'Disabled', Prefix: 'drafts/' }),
  );
  await world.breakDestination('AccessDenied');
  await Promise.all([KEY, 'reports/2026/table.csv', 'photos/cat.jpg'].map((key) => world.upload(key)));
  await world.failuresOf(3);
  await world.verified();
});
afterAll(() => world.mend());

/** The findings of axe-core, in short. */
async function violations(page: Page): Promise<string[]> {
  // Each page loads the library once, because loading takes long.
  if (await page.evaluate<boolean>(`typeof axe === 'undefined'`)) await page.evaluate(axe);
  const { violations: found } = await page.evaluate<AxeResults>('axe.run(document)');
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 120)} ${node.failureSummary ?? ''}`),
  );
}

async function judge(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width < 500 ? 844 : 900 });
    const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
    if (beyond > 0) found.push(`${name} at ${width}: ${beyond} px too wide`);
    found.push(...(await violations(page)).map((text) => `${name} at ${width}: ${text}`));
    if (keep !== undefined) {
      await mkdir(keep, { recursive: true });
      const file = `${name.replaceAll(/[^\w]+/g, '-')}-${width}.png`;
      await page.screenshot({ path: join(keep, file), fullPage: true });
    }
  }
  return found;
}

/** English texts of the table that a Chinese page shows. */
async function leftInEnglish(page: Page): Promise<string[]> {
  const shown = (await page.locator('body').innerText()).split('\n').map((line) => line.trim());
  const english = new Set(Object.values(TEXTS).flatMap(([en, zh]) => ((en as string) === zh ? [] : [en as string])));
  return shown.filter((line) => english.has(line) && line !== 'English');
}

describe.each(LOOKS)('the console in $language, $theme', (look) => {
  it('signs in on a screen that everybody can read', async () => {
    const page = await world.open(look);
    expect(await judge(page, `sign-in ${look.language} ${look.theme}`)).toEqual([]);
    await page.locator('form button[type=submit]').click();
    await page.locator('[aria-invalid=true]').first().waitFor();
    expect(await judge(page, `sign-in wrong ${look.language} ${look.theme}`)).toEqual([]);
  });

  it('shows every screen without an axe violation, excess width or untranslated text', async () => {
    const page = await world.enter('overview', look);
    expect(await page.locator('html').getAttribute('lang')).toBe(look.language === 'zh' ? 'zh-CN' : 'en');
    const found: string[] = [];
    for (const [screen, sign] of SCREENS) {
      await page.evaluate(`location.hash = ${JSON.stringify(`#/${screen}`)}`);
      await page.locator(sign).first().waitFor();
      found.push(...(await judge(page, `${screen} ${look.language} ${look.theme}`)));
      if (look.language === 'zh') found.push(...(await leftInEnglish(page)).map((text) => `${screen}: ${text}`));
    }
    expect(found).toEqual([]);
  });

  it('shows its dialogs and results accessibly', async () => {
    const page = await world.enter('rules', look);
    await page.locator('.rules .danger-text').first().click();
    await page.locator('dialog[open]').waitFor();
    const found = await judge(page, `dialog ${look.language} ${look.theme}`);
    await page.keyboard.press('Escape');
    await page.locator('.rule.off .button:not(.danger-text)').last().click();
    await page.locator('.forecast .facts').waitFor();
    found.push(...(await judge(page, `forecast ${look.language} ${look.theme}`)));
    await page.keyboard.press('Escape');
    await page.evaluate(`location.hash = '#/preflight'`);
    await page.locator('.screen-head .primary').click();
    await page.locator('.steps').waitFor();
    found.push(...(await judge(page, `preflight result ${look.language} ${look.theme}`)));
    expect(found).toEqual([]);
  });
});
