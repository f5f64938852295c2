import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { findMarks } from '../../chaos/planted/marks.ts';
import { MISTAKES } from '../../chaos/planted/mistakes.ts';

/** The rule of a mark: `P7` of `P7b`. */
const ruleOf = (mark: string): string => mark.replace(/[a-z]$/, '');
const inOrder = (rules: Iterable<string>): string[] =>
  [...new Set(rules)].toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)));

const page = readFileSync('shared/replication/README.md', 'utf8');
const stated = [...page.matchAll(/^- \*\*(P\d+)\*\* /gm)].map(([, rule = '']) => rule);
const marks = await findMarks('.');
const plantedMarks = MISTAKES.flatMap(({ edits }) => edits.flatMap((edit) => ('mark' in edit ? [edit.mark] : [])));

/** Rules that a test names, in a line of its own above it: `// P7, P8`. */
function tested(): string[] {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => [...readFileSync(join('test', file), 'utf8').matchAll(/^ *\/\/ (P\d+(?:, P\d+)*)$/gm)])
    .flatMap(([, names = '']) => names.split(', '));
}

describe('the rules of the protocol', () => {
  it('are numbered in the order of the page, and each names its failure', () => {
    expect(stated).toEqual(stated.map((_, i) => `P${i + 1}`));
    const texts = page.split(/^- \*\*P\d+\*\* /gm).slice(1);
    for (const text of texts) expect(text).toMatch(/^ +_Without it:_ .+/m);
  });

  it('are marked in the code, and each mark there is one of a rule', () => {
    expect(inOrder([...marks.keys()].map(ruleOf))).toEqual(stated);
  });

  it('are named by a test, and each name there is one of a rule', () => {
    expect(inOrder(tested())).toEqual(stated);
  });

  it('are broken by a planted mistake', () => {
    expect(inOrder(plantedMarks.map(ruleOf))).toEqual(stated);
  });

  it('are broken at each place that has a mark', () => {
    const used = new Set(plantedMarks);
    expect([...marks.keys()].filter((mark) => !used.has(mark))).toEqual([]);
  });
});
