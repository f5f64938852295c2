import { existsSync, readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const SKIPPED = new Set(['node_modules', '.git', '.build', '.serverless']);
const pages = pagesBelow('');

/** Every page of the repository, by its path. */
function pagesBelow(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : pagesBelow(name);
    return entry.name.endsWith('.md') ? [name] : [];
  });
}

/** The text of a page without its code, in which brackets are no links. */
function proseOf(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8')
    .replaceAll(/^ *```.*?^ *```$/gms, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()#]/g, ''));
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

/** Why a link of a page is broken; undefined: it is not. */
function brokenBecause(page: string, link: string): string | undefined {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : path.posix.join(path.posix.dirname(page), decodeURIComponent(file));
  if (!existsSync(path.join(ROOT, target))) return `${target} does not exist`;
  if (anchor === undefined) return undefined;
  return anchorsOf(target).includes(anchor) ? undefined : `${target} has no heading #${anchor}`;
}

const linksOf = (page: string): string[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));

describe('the documents', () => {
  it('are more than a few, and link to each other', () => {
    expect(pages.length).toBeGreaterThan(10);
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(40);
  });

  it.each(pages)('%s has no broken link', (page) => {
    const broken = linksOf(page).flatMap((link) => brokenBecause(page, link) ?? []);
    expect(broken).toEqual([]);
  });

  it.each(pages)('%s names no missing file', (page) => {
    const text = readFileSync(path.join(ROOT, page), 'utf8');
    const named = [...text.matchAll(/`((?:shared|functions|test|\.github)\/[\w./-]+)`/g)].map(([, name = '']) => name);
    // The page on tests names folders relative to `test`.
    const isThere = (name: string) =>
      [ROOT, path.join(ROOT, path.dirname(page))].some((base) =>
        [name, `${name}.ts`].some((file) => existsSync(path.join(base, file))),
      );
    expect(named.filter((name) => !isThere(name))).toEqual([]);
  });

  it.each(pages)('%s has no table that is wider than a screen', (page) => {
    const rows = readFileSync(path.join(ROOT, page), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(rows.filter((row) => row.length > 100)).toEqual([]);
  });

  it('begin with a front page that can be read in one sitting', () => {
    expect(readFileSync(path.join(ROOT, 'README.md'), 'utf8').split('\n').length).toBeLessThanOrEqual(151);
  });

  it('can all be reached from the front page', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const link of linksOf(page)) {
        const target = path.posix.join(path.posix.dirname(page), link.split('#')[0] ?? '');
        if (pages.includes(target)) reached.add(target);
      }
    }
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });
});
