import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { commands } from '../../shared/deploy/command-line.ts';
import { costOf, LIST_PRICES, MEASURED, SCANNED, usageOf, type Cost } from '../../shared/cost/index.ts';
import { parseRules } from '../../shared/rules/index.ts';

const pages = ['README.md', 'functions/RUNBOOK.md'].map((name) =>
  readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'),
);

const blocksOf = (...languages: readonly string[]): string[] =>
  pages.flatMap((page) =>
    [...page.matchAll(/^ *```(\w+)\n(.*?)^ *```/gms)]
      .filter(([, language = '']) => languages.includes(language))
      .map(([, , text = '']) => text),
  );

/** Every command of the CLI on the pages, without its comment. */
const typed = blocksOf('sh', 'console').flatMap((block) =>
  [...block.matchAll(/^(?: *|\$ )npx serverless ([^#\n]*)/gm)].map(([, words = '']) => words.trim()),
);

interface Command {
  readonly options?: Readonly<Record<string, { readonly shortcut?: string }>>;
  readonly commands?: Readonly<Record<string, Command>>;
}

/** Options of the CLI itself. */
const GENERAL = ['stage', 'function', 'f', 'startTime', 'filter'];

/** Words of a command line that no command of the plugin knows. */
function unknownIn(line: string): string[] {
  const words = line.split(/ +/);
  let command: Command | undefined = { commands: commands as Readonly<Record<string, Command>> };
  while (words[0] !== undefined && !words[0].startsWith('-')) {
    const word = words.shift() ?? '';
    command = command?.commands?.[word];
    if (command === undefined) return [word];
  }
  const known = [...GENERAL, ...Object.keys(command?.options ?? {})];
  return words.filter((word) => word.startsWith('-')).filter((word) => !known.includes(word.replace(/^-+/, '')));
}

describe('the runbook and the front page', () => {
  it('use commands and options that the CLI has', () => {
    expect(typed.length).toBeGreaterThan(15);
    expect(typed.flatMap((line) => unknownIn(line).map((word) => `${line}: ${word}`))).toEqual([]);
  });

  it('show rules that the API accepts', () => {
    const documents = blocksOf('xml').filter((text) => text.startsWith('<ReplicationConfiguration>'));
    expect(documents.length).toBeGreaterThan(2);
    for (const text of documents) expect(parseRules(text, 'per-destination').rules.length).toBeGreaterThan(0);
  });

  it('show a bucket policy that admits every role that uses a destination', () => {
    const [policy = ''] = blocksOf('json');
    const roles = [...policy.matchAll(/:roleName\/cos-replication-dev-ap-guangzhou-(\w+)/g)].map(([, kind]) => kind);
    expect(roles).toEqual(['engine', 'scan', 'schedule', 'api']);
    expect(JSON.parse(policy)).toMatchObject({ version: '2.0' });
  });

  it('list every action of the cloud API that the deploying key calls, and no other', () => {
    const folder = new URL('../../shared/deploy/', import.meta.url);
    const code = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(new URL(name, folder), 'utf8'))
      .join('\n');
    const called = new Set(
      [...code.matchAll(/\bcall(?:<.*?>)?\(\s*(?:'(?:scf|cam|cls)',\s*)?'([A-Z]\w+)'/gs)].map(([, action]) => action),
    );
    expect(called.size).toBeGreaterThan(25);
    const [, table = ''] = /^\| SCF {5}\|(.*?)^\| COS/ms.exec(pages[1] ?? '') ?? [];
    const listed = new Set([...table.matchAll(/`(\w+)`/g)].map(([, action]) => action));
    expect([...called].filter((action) => !listed.has(action))).toEqual([]);
    expect([...listed].filter((action) => !called.has(action))).toEqual([]);
  });

  it('state the costs that follow from the model and the list prices', () => {
    const [, text = ''] = pages;
    const rows = [...text.matchAll(/^\| ([^|]+?) +\| ([\d.]+) CNY +\| ([\d.]+) CNY +\| ([\d.]+) CNY +\|$/gm)];
    const shown = Object.fromEntries(rows.map(([, name = '', ...sums]) => [name, sums]));
    const work = { objects: 1e6, bytes: 0, parts: 0, acrossRegions: false };
    const minutes = 30 * 24 * 60;
    const atRest = { requests: 22 * minutes, invocations: minutes, gbSeconds: minutes * 0.1 * 0.25 };
    const costs: Record<string, Cost> = {
      '1,000,000 new objects': costOf(usageOf(work, MEASURED), LIST_PRICES),
      '1,000,000 objects from before the rule': costOf(usageOf(work, SCANNED), LIST_PRICES),
      '1 TB in objects of 5 GB': costOf(usageOf({ ...work, objects: 200, parts: 200 * 256 }, MEASURED), LIST_PRICES),
      'a month at rest, with one rule': costOf({ ...atRest, bytesAcrossRegions: 0 }, LIST_PRICES),
    };
    const sums = ({ requests, functions, total }: Cost) => [requests, functions, total].map((sum) => sum.toFixed(2));
    expect(shown).toEqual(Object.fromEntries(Object.entries(costs).map(([name, cost]) => [name, sums(cost)])));
    expect(text).toContain(`${LIST_PRICES.trafficPerGb.toFixed(2)} CNY a GB`);
  });
});
