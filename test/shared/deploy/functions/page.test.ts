import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';

import { beforeAll, describe, expect, it } from 'vitest';

import type { Page } from '../../../../functions/api/console/page.ts';
import { TEXTS } from '../../../../functions/api/console/text/table.ts';
import { unpackTexts } from '../../../../functions/api/console/text/unpack.ts';
import { unpackPage } from '../../../../functions/api/console/unpack.ts';
import { buildPage } from '../../../../shared/deploy/functions/page.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const MOST_BYTES = 150_000;
const digest = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

let page: Page;
const used = new Set<string>();
beforeAll(async () => {
  page = await buildPage(ROOT, used);
});

describe('the served console page', () => {
  it('is one text of at most 150 kB', () => {
    expect(Buffer.byteLength(page.html)).toBeLessThan(MOST_BYTES);
  });

  it('has one script and one style, and a policy that allows these two and nothing else', () => {
    const scripts = [...page.html.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(([, text = '']) => digest(text));
    const styles = [...page.html.matchAll(/<style[^>]*>(.*?)<\/style>/gs)].map(([, text = '']) => digest(text));
    expect(scripts).toHaveLength(1);
    expect(styles).toHaveLength(1);
    const policy = page.policy.split('; ');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src ${scripts[0]}`);
    expect(policy).toContain(`style-src ${styles[0]}`);
    expect(page.policy).not.toMatch(/unsafe|\*|https?:/);
  });

  it('asks for nothing outside: no address of a file, no import', () => {
    const markup = page.html.replace(/<script[^>]*>.*?<\/script>/s, '').replace(/<style[^>]*>.*?<\/style>/s, '');
    expect([...markup.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url = '']) => url.slice(0, 5))).toEqual(['data:']);
    expect(page.html).not.toMatch(/@import|\bimport\(|url\(/);
  });

  it('holds every text in both languages, packed', async () => {
    const longest = page.html.match(/["'`][A-Za-z0-9+/=]{9000,}["'`]/)?.[0] ?? '';
    expect(await unpackTexts(longest.slice(1, -1))).toEqual(TEXTS);
  });

  it('is unpacked by the function to the same bytes', () => {
    const { html, ...told } = page;
    const packed = deflateRawSync(html).toString('base64');
    expect({ ...unpackPage(told, packed) }).toEqual(page);
  });

  it('names all files that it is made of', () => {
    const files = [...used].map((file) => relative(ROOT, file).replaceAll('\\', '/'));
    expect(files).toEqual(
      expect.arrayContaining(
        ['index.html', 'style.css', 'main.tsx', 'text/table.ts'].map((file) => `functions/api/console/${file}`),
      ),
    );
    expect(files.some((file) => file.startsWith('node_modules/preact/'))).toBe(true);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it('is the same for the same source', async () => {
    expect(await buildPage(ROOT)).toEqual(page);
  });
});
