import { afterEach, expect, it, vi } from 'vitest';
import * as apiCall from '../../../../shared/deploy/cloud/api-call.ts';
import { showFailures } from '../../../../shared/deploy/commands/work.ts';
import { apiDeps } from './api-deps.ts';

afterEach(() => vi.restoreAllMocks());

/** The lines of `failures` for work with these causes. */
async function shown(causes: readonly string[], json = false): Promise<readonly string[]> {
  const items = causes.map((cause, i) => ({
    key: `k${i}`,
    destination: 'backup-1250000000@ap-shanghai',
    state: 'FAILED',
    cause,
    attempts: 2,
    ageMs: 60_000,
  }));
  vi.spyOn(apiCall, 'callApi').mockResolvedValue({ items, unreadable: 0, measuredAt: '2026-01-01T00:00:00Z' });
  const said: string[] = [];
  await showFailures(
    apiDeps((text) => void said.push(text)),
    { bucket: undefined, state: undefined, limit: undefined, json },
  );
  return said;
}

it('failures says once what each cause means, and what to do', async () => {
  const said = await shown(['depth', 'ConnectionFailed', 'depth']);
  expect(said.slice(3)).toEqual([
    'depth: the key has more than 100,000 versions, too many to be looked at. Let a lifecycle rule remove old versions.',
    'ConnectionFailed: COS could not be reached. Nothing: the service tries again, later each time.',
  ]);
});

it('failures names an error code of COS as one, with the command that tries the destination', async () => {
  const said = await shown(['KmsException']);
  expect(said[1]).toMatch(
    /^KmsException: COS answered the last try with this error code\. Run "npx serverless replication preflight"/,
  );
});

it('failures --json holds the meanings by cause', async () => {
  const [text = ''] = await shown(['depth'], true);
  expect(JSON.parse(text)).toMatchObject({ causes: { depth: { todo: 'Let a lifecycle rule remove old versions.' } } });
});
