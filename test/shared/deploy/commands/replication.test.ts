import { afterEach, expect, it, vi } from 'vitest';
import * as apiCall from '../../../../shared/deploy/cloud/api-call.ts';
import { replicationAction } from '../../../../shared/deploy/commands/replication.ts';
import { sampleSettings } from '../settings.ts';

afterEach(() => vi.restoreAllMocks());

const statusOf = (state: string, keys: number) => ({
  destinations: [
    {
      destination: 'backup-1250000000@ap-shanghai',
      state,
      rules: [],
      backlog: { keys, failed: 0, atLeast: false, oldestAgeMs: null },
      lagMs: null,
      completeUpTo: null,
      reasons: {},
      scan: {
        destination: 'backup-1250000000@ap-shanghai',
        state: 'ended',
        entries: { total: 1, done: 1 },
        entriesPerSecond: null,
        etaSeconds: null,
        did: { copied: 0, removed: 0, deferred: 0 },
      },
      measuredAt: null,
    },
  ],
});

it('status --wait tells each change once, and ends with the whole status when all is complete', async () => {
  const answers = [statusOf('behind', 2), statusOf('behind', 2), statusOf('blocked', 1), statusOf('complete', 0)];
  const call = vi.spyOn(apiCall, 'callApi').mockImplementation(async () => answers.shift());
  const said: string[] = [];
  await replicationAction(
    'status',
    {
      settings: sampleSettings(),
      keys: { add: () => Promise.reject(new Error('unused')), remove: () => Promise.resolve(true) },
      address: { url: 'https://example.com', endpoint: undefined },
      print: (text) => void said.push(text),
      sleep: async () => undefined,
    },
    { bucket: undefined, destination: undefined, prefix: undefined, rule: undefined, json: false, wait: true },
  );
  expect(call).toHaveBeenCalledTimes(4);
  expect(said.slice(0, -1)).toEqual([
    'backup-1250000000@ap-shanghai: behind, 2 keys wait',
    'backup-1250000000@ap-shanghai: blocked, 1 keys wait',
  ]);
  expect(said.at(-1)).toMatch(/^source-1250000000 → backup-1250000000@ap-shanghai: complete$/m);
});
