import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { familiesOf } from '../../../../functions/api/metrics/families.ts';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { HAS_PROMTOOL, promtool, PROMTOOL_NOTE } from './promtool.ts';

const fileOf = (name: string): string => fileURLToPath(new URL(`../../../../functions/api/${name}`, import.meta.url));

/** The parts of a Grafana dashboard that this one uses. */
const dashboard = z.object({
  title: z.string(),
  uid: z.string(),
  schemaVersion: z.number(),
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string(), query: z.unknown() })) }),
  panels: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      description: z.string().min(10),
      type: z.enum(['timeseries', 'state-timeline']),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.array(z.object({ refId: z.string(), expr: z.string(), legendFormat: z.string() })).min(1),
    }),
  ),
});

const text = await readFile(fileOf('dashboard.example.json'), 'utf8');
const { panels, templating } = dashboard.parse(JSON.parse(text));
const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

describe('the example of a dashboard', () => {
  it('asks for existing metrics, labels and variables', () => {
    const names = new Set(familiesOf([], true).map(({ name }) => name));
    const asked = [...text.matchAll(/cos_replication_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''));
    expect(new Set(asked).size).toBeGreaterThan(12);
    expect(asked.filter((name) => !names.has(name))).toEqual([]);
    const used = [...text.matchAll(/\$\{?([a-z]\w*)/g)].map(([, name]) => name);
    expect(new Set(used)).toEqual(new Set(templating.list.map(({ name }) => name)));
  });

  it('has no two panels in one place or with one ID', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)}/${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
  });
});

describe.skipIf(!HAS_PROMTOOL)(`promtool${PROMTOOL_NOTE}`, () => {
  it('accepts each expression of the dashboard', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'dashboard-'));
    try {
      const rules = expressions.map((expr, i) => ({ record: `panel:${i}`, expr: expr.replaceAll(/\$\w+/g, '.*') }));
      const file = path.join(folder, 'rules.yml');
      await writeFile(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
      expect(await promtool(['check', 'rules', file])).toEqual([
        0,
        expect.stringContaining(`${expressions.length} rules found`),
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
