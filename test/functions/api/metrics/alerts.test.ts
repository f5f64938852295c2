import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { familiesOf } from '../../../../functions/api/metrics/families.ts';
import { HAS_PROMTOOL, promtool, PROMTOOL_NOTE } from './promtool.ts';

const EXAMPLE = fileURLToPath(new URL('../../../../functions/api/alerts.example.yml', import.meta.url));
const TESTS = fileURLToPath(new URL('alerts.test.yml', import.meta.url));
const NAMES = new Set(familiesOf([], true).map(({ name }) => name));

describe('the example of alerts', () => {
  it('asks for existing metrics, and each alert has a test', async () => {
    const [example = '', tests = ''] = await Promise.all([EXAMPLE, TESTS].map((file) => readFile(file, 'utf8')));
    const asked = [...example.matchAll(/cos_replication_\w+/g)].map(([name]) => name);
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((name) => !NAMES.has(name))).toEqual([]);
    const alerts = [...example.matchAll(/alert: (\w+)/g)].map(([, name = '']) => name);
    expect(alerts.filter((name) => !tests.includes(`alertname: ${name}`))).toEqual([]);
  });
});

describe.skipIf(!HAS_PROMTOOL)(`promtool${PROMTOOL_NOTE}`, () => {
  it('accepts the example', async () => {
    const [status, said] = await promtool(['check', 'rules', EXAMPLE]);
    expect([status, said]).toEqual([0, expect.stringContaining('8 rules found')]);
  });

  it('raises each alert where it must, and only there', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'alerts-'));
    try {
      await copyFile(EXAMPLE, path.join(folder, 'alerts.example.yml'));
      await copyFile(TESTS, path.join(folder, 'alerts.test.yml'));
      const said = await promtool(['test', 'rules', 'alerts.test.yml'], '', folder);
      expect(said).toEqual([0, expect.stringContaining('SUCCESS')]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
