import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { HttpAnswer } from '../../../shared/scf/index.ts';
import { errorOf } from './bench.ts';

const lines: string[] = [];

beforeEach(() => {
  vi.resetModules();
  vi.spyOn(console, 'log').mockImplementation((line: string) => lines.push(line));
  vi.stubEnv('STATE_BUCKET', 'crr-dev-gz-1250000000');
  vi.stubEnv('TENCENTCLOUD_REGION', 'ap-guangzhou');
  vi.stubEnv('SOURCES', 'source-1250000000@ap-guangzhou');
  vi.stubEnv('DESTINATIONS', 'backup-1250000000@ap-shanghai');
});

afterEach(() => {
  lines.length = 0;
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function call(): Promise<HttpAnswer> {
  const { main_handler } = await import('../../../functions/api/index.ts');
  return main_handler({ httpMethod: 'GET', path: '/', queryString: { replication: '' } }, { request_id: 'run' });
}

it('answers without any set-up but its configuration', async () => {
  expect(errorOf(await call())).toMatchObject({ status: 403, code: 'AccessDenied' });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ requestId: 'run', code: 'AccessDenied' }),
    expect.objectContaining({ requestId: 'run', outcome: 'ok', status: 403 }),
  ]);
});

it('does not start without its configuration, and names the missing part', async () => {
  vi.stubEnv('SOURCES', '');
  await expect(call()).rejects.toThrow('The environment variable SOURCES is missing');
  expect(lines.join('')).toContain('InvalidConfiguration');
});
