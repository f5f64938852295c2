import { afterEach, expect, it, vi } from 'vitest';
import * as apiCall from '../../../../shared/deploy/cloud/api-call.ts';
import { showVerify } from '../../../../shared/deploy/commands/verify.ts';
import { apiDeps } from './api-deps.ts';

afterEach(() => vi.restoreAllMocks());

/** `verify` with these stages of progress, then an equal end; returns the printed lines and the drawn bars. */
async function verified(ranges: readonly { total: number; done: number }[], columns?: number) {
  const sides = { versions: 3, bytes: 3, deleteMarkers: 0 };
  const answerOf = (progress: object, isOver: boolean) => ({
    id: 'v',
    upTo: '2026-01-01T00:00:00.000Z',
    certainUpTo: null,
    state: isOver ? 'ended' : 'running',
    equal: isOver || null,
    safe: isOver || null,
    destinations: [
      {
        destination: 'backup-1250000000@ap-shanghai',
        equal: isOver || null,
        progress: { ranges: progress, keys: 1200 },
        digests: null,
        source: sides,
        replicas: sides,
        differences: [],
        skipped: [],
      },
    ],
    listed: 0,
    list: [],
  });
  const answers = [...ranges.map((one) => answerOf(one, false)), answerOf({ total: 4, done: 4 }, true)];
  vi.spyOn(apiCall, 'callApi').mockImplementation(async () => answers.shift());
  const said: string[] = [];
  let drawn = '';
  await showVerify(
    {
      ...apiDeps((text) => void said.push(text)),
      canvas: columns === undefined ? undefined : { columns, write: (text) => void (drawn += text) },
    },
    {
      bucket: undefined,
      prefix: undefined,
      destination: undefined,
      upTo: undefined,
      deep: false,
      limit: undefined,
      json: false,
    },
  );
  return { said, drawn };
}

it('verify draws a bar on a terminal, without a share while its one range has no known total', async () => {
  const { said, drawn } = await verified(
    [
      { total: 1, done: 0 },
      { total: 4, done: 1 },
    ],
    80,
  );
  expect(drawn.slice(0, drawn.indexOf(' ranges'))).toBe(
    `[${'-'.repeat(20)}] backup-1250000000@ap-shanghai\u001B[K\n  1,200 keys compared, 0 of 1`,
  );
  expect(drawn).toContain('[#####---------------] 25% backup-1250000000@ap-shanghai');
  expect(drawn.endsWith('\u001B[2A\u001B[J')).toBe(true);
  expect(said.some((line) => line.includes('ranges'))).toBe(false);
});

it('verify prints each step of its progress once in plain lines', async () => {
  const { said, drawn } = await verified([
    { total: 4, done: 1 },
    { total: 4, done: 1 },
    { total: 4, done: 2 },
  ]);
  expect(drawn).toBe('');
  expect(said.filter((line) => line.includes('ranges'))).toEqual([
    'backup-1250000000@ap-shanghai: 1,200 keys compared, 1 of 4 ranges',
    'backup-1250000000@ap-shanghai: 1,200 keys compared, 2 of 4 ranges',
  ]);
});

/** The error of a verification that found these differences, each once. */
async function unsafe(...found: readonly { kind: string; by?: string }[]): Promise<string> {
  const sides = { versions: 3, bytes: 3, deleteMarkers: 0 };
  const destination = 'backup-1250000000@ap-shanghai';
  vi.spyOn(apiCall, 'callApi').mockResolvedValue({
    id: 'v',
    upTo: '2026-01-01T00:00:00.000Z',
    certainUpTo: null,
    state: 'ended',
    equal: false,
    safe: false,
    destinations: [
      {
        destination,
        equal: false,
        progress: { ranges: { total: 1, done: 1 }, keys: 3 },
        digests: null,
        source: sides,
        replicas: sides,
        differences: found.map(({ kind }) => ({ kind, count: 1, bytes: 1 })),
        skipped: [],
      },
    ],
    listed: found.length,
    list: found.map((one) => ({ destination, key: 'a', ...one })),
  });
  const options = { bucket: undefined, prefix: undefined, destination: undefined, upTo: undefined, limit: undefined };
  const verification = showVerify(
    apiDeps(() => undefined),
    { ...options, deep: false, json: false },
  );
  return verification.then(
    () => 'safe',
    (error: unknown) => String(error),
  );
}

it('verify says for each kind of difference how it is mended, and sends nobody to a scan that cannot help', async () => {
  expect(await unsafe({ kind: 'missing' })).toMatch(/not safe to switch.*"replication scan" copies what is missing\.$/);
  expect(await unsafe({ kind: 'not-shown', by: 'replica' })).toMatch(/"replication scan" copies/);
  const hidden = await unsafe({ kind: 'not-shown', by: 'other' });
  expect(hidden).toMatch(/leaves versions of others alone: delete those that hide a replica by their ID/);
  expect(hidden).not.toMatch(/copies/);
  const damaged = await unsafe({ kind: 'bytes' });
  expect(damaged).toMatch(/delete each by its ID \(--json has it as "replicaVersionId"\)/);
  expect(await unsafe({ kind: 'unverified' })).toMatch(/Verify again what could not be compared\.$/);
});
