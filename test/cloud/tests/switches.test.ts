import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createCore } from '../cos/index.ts';

const page = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^- `(\w+)`( \(SCF\))?: _default:_ `([^`]+)`/gm)];

it('the page of uncertain points has every switch with its default', () => {
  const { switches } = createCore({ now: () => 0, random: () => 0 });
  const told = rows.filter(([, , scf]) => scf === undefined).map(([, name, , value]) => [name, value]);
  expect(Object.fromEntries(told)).toEqual(
    Object.fromEntries(Object.entries(switches).map(([name, value]) => [name, String(value)])),
  );
  expect(rows.filter(([, , scf]) => scf !== undefined).map(([, name]) => name)).toEqual(['urlPath', 'urlRepeatedKeys']);
});
