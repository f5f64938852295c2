import { expect, inject, it } from 'vitest';
import type { Page } from 'playwright-core';
import { useBrowser } from './browser-world.ts';

const { endpoint } = inject('where');
const world = useBrowser();
const TIMES = 5;
/** How many times slower the first paint may be than that of the same answer without its script. */
const MOST = 4;

/** ms from the request to the first paint, the shortest of some visits to a warm function. */
async function firstPaint(page: Page, url: string): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    await page.goto(url);
    const painted = await page.evaluate<number>(
      `new Promise((tell) => new PerformanceObserver((seen) => tell(seen.getEntries()[0].startTime)).observe({ type: 'paint', buffered: true }))`,
    );
    times.push(painted);
  }
  return Math.min(...times);
}

it('the page is painted after one request, about as soon as its answer has arrived', async () => {
  const page = await world.open();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).protocol));
  const whole = await firstPaint(page, `${endpoint}/console`);
  expect(asked.filter((protocol) => protocol !== 'data:')).toHaveLength(TIMES);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();

  const answer = await (await fetch(`${endpoint}/console`)).text();
  await page.route('**/console', async (route) => {
    // Both pages take the same way, so they differ by the script alone.
    const response = await route.fetch();
    const body = answer.replace(/<script type="module">.*<\/script>/s, '').replace(/<\/?noscript>/g, '');
    await route.fulfill({ response, body });
  });
  const bare = await firstPaint(page, `${endpoint}/console`);
  process.stderr.write(`first paint: ${Math.round(whole)} ms, without the script ${Math.round(bare)} ms\n`);
  expect(whole / bare).toBeLessThan(MOST);
});
