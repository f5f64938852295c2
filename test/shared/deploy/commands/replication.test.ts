import { afterEach, expect, it, vi } from 'vitest';
import * as apiCall from '../../../../shared/deploy/cloud/api-call.ts';
import { money } from '../../../../shared/deploy/commands/ask.ts';
import { replicationAction, type ActionOptions } from '../../../../shared/deploy/commands/replication.ts';
import type { Canvas } from '../../../../shared/deploy/commands/drawing.ts';
import { DeployError } from '../../../../shared/deploy/error.ts';
import { apiDeps } from './api-deps.ts';

afterEach(() => vi.restoreAllMocks());

/** The options of a command with `--wait` and nothing else. */
const WAITING: ActionOptions = {
  bucket: undefined,
  destination: undefined,
  prefix: undefined,
  rule: undefined,
  json: false,
  wait: true,
};

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

it('status --wait prints each change once, and ends with the whole status when everything is complete', async () => {
  const answers = [statusOf('behind', 2), statusOf('behind', 2), statusOf('blocked', 1), statusOf('complete', 0)];
  const call = vi.spyOn(apiCall, 'callApi').mockImplementation(async () => answers.shift());
  const said: string[] = [];
  await replicationAction(
    'status',
    apiDeps((text) => void said.push(text)),
    WAITING,
  );
  expect(call).toHaveBeenCalledTimes(4);
  expect(said.slice(0, -1)).toEqual([
    'backup-1250000000@ap-shanghai: behind, 2 keys wait',
    'backup-1250000000@ap-shanghai: blocked, 1 keys wait',
  ]);
  expect(said.at(-1)).toMatch(/^source-1250000000 → backup-1250000000@ap-shanghai: complete$/m);
});

it('status lists the versions on each side, and the lifecycles that bound them', async () => {
  const none = { current: [], older: [], more: 0 };
  const side = (lifecycle: object | null) => ({
    current: { versions: 1200, bytes: 5_000_000 },
    older: { versions: 7, bytes: 700 },
    deleteMarkers: 3,
    lifecycle,
  });
  const old = { rule: 'old', prefix: 'logs/', narrowed: true, days: 30 };
  const dated = { rule: 'dated', prefix: '', narrowed: false, date: '2027-01-01T00:00:00Z' };
  const [one] = statusOf('complete', 0).destinations;
  const show = async (source: object | null, destination: object | null): Promise<string> => {
    const sides = { source: side(source), destination: side(destination) };
    vi.spyOn(apiCall, 'callApi').mockResolvedValue({
      destinations: [{ ...one, sides, reasons: { destinationLifecycle: 'AccessDenied' } }],
    });
    let said = '';
    await replicationAction(
      'status',
      apiDeps((text) => void (said += text)),
      { ...WAITING, wait: false },
    );
    return said;
  };
  const unknown = await show(none, null);
  expect(unknown).toMatch(/source +1,200 current versions \(5.0 MB\), 7 older \(700 B\), 3 delete markers\n/);
  expect(unknown).toContain('no lifecycle rule removes current versions; no lifecycle rule removes older versions\n');
  expect(unknown).toContain('lifecycle unknown (AccessDenied)');
  expect(await show(none, { current: [dated], older: [old], more: 2 })).toContain(
    'lifecycle rule dated removes current versions from 2027-01-01T00:00:00Z on; lifecycle rule old removes older versions below logs/ (some of them) after 30 days; and 2 more rules',
  );
});

const scanOf = (state: string, done: number, total: number | null, more: object = {}) => ({
  destination: 'backup-1250000000@ap-shanghai',
  state,
  kind: 'repair',
  entries: { total, done },
  entriesPerSecond: null,
  etaSeconds: null,
  did: { copied: done, removed: 0, deferred: 0 },
  ...more,
});
const named = { destinations: [{ destination: 'backup-1250000000@ap-shanghai', paused: false }] };

/** `scan --wait` with these answers or errors one after the other; returns the printed lines and the drawn bar. */
async function followed(scans: readonly object[], columns?: number) {
  const answers: unknown[] = [named, ...scans.map((one) => (one instanceof Error ? one : { scans: [one] }))];
  vi.spyOn(apiCall, 'callApi').mockImplementation(async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const said: string[] = [];
  let drawn = '';
  const canvas: Canvas | undefined =
    columns === undefined ? undefined : { columns, write: (text) => void (drawn += text) };
  await replicationAction('scan', { ...apiDeps((text) => void said.push(text)), canvas }, WAITING);
  return { said, drawn, left: answers.length };
}

const GOING_ON = [
  scanOf('ended', 9, 9, { requested: { kind: 'repair' } }),
  scanOf('preparing', 3, null),
  scanOf('running', 4, 8),
  scanOf('running', 4, 8),
  scanOf('ended', 8, 8),
];

it('scan --wait prints each step once in plain lines, and ends when the requested scan has ended', async () => {
  const { said, drawn, left } = await followed(GOING_ON);
  expect([drawn, left]).toEqual(['', 0]);
  expect(said.slice(1)).toEqual([
    'backup-1250000000@ap-shanghai: the scan has not begun yet: it begins within a minute',
    'backup-1250000000@ap-shanghai: repair preparing, 3 versions, 3 copied, 0 removed, 0 left to tasks',
    'backup-1250000000@ap-shanghai: repair running 50%, 4 of 8 versions, 4 copied, 0 removed, 0 left to tasks',
    'backup-1250000000@ap-shanghai: repair ended 100%, 8 of 8 versions, 8 copied, 0 removed, 0 left to tasks',
  ]);
});

it('scan --wait repeats no line for a change of the remaining time alone', async () => {
  const going = (etaSeconds: number, done = 4) => scanOf('running', done, 8, { entriesPerSecond: 2, etaSeconds });
  const { said } = await followed([going(60), going(55), going(50), going(45, 6), scanOf('ended', 8, 8)]);
  expect(said.slice(1, -1)).toEqual([
    'backup-1250000000@ap-shanghai: repair running 50%, 4 of 8 versions, 2/s, ETA 1 min, 4 copied, 0 removed, 0 left to tasks',
    'backup-1250000000@ap-shanghai: repair running 75%, 6 of 8 versions, 2/s, ETA 45 s, 6 copied, 0 removed, 0 left to tasks',
  ]);
});

it('scan --wait says that the first scan has not begun, and when it will', async () => {
  const { said } = await followed([scanOf('none', 0, null, { kind: undefined }), scanOf('ended', 8, 8)]);
  expect(said[1]).toBe('backup-1250000000@ap-shanghai: the scan has not begun yet: it begins within a minute');
});

it('scan --wait draws one bar on a terminal, no wider than it, and leaves the last line alone', async () => {
  const { said, drawn } = await followed(GOING_ON, 60);
  expect(said.slice(1)).toEqual([
    'backup-1250000000@ap-shanghai: repair ended 100%, 8 of 8 versions, 8 copied, 0 removed, 0 left to tasks',
  ]);
  // eslint-disable-next-line no-control-regex
  const lines = drawn.split('\n').map((line) => line.replaceAll(/\u001B\[\d*[A-Z]/g, ''));
  expect(lines.flatMap((line) => /^\[[#-]*\][ \d%]*/.exec(line)?.[0].trim() ?? [])).toEqual([
    '[--------------------]',
    '[--------------------]',
    '[##########----------] 50%',
    '[##########----------] 50%',
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(60);
  expect(drawn.endsWith('\u001B[3A\u001B[J')).toBe(true);
});

it('scan --wait shows rate and ETA on a terminal of 80 columns', async () => {
  const going = scanOf('running', 4000, 12_000, { entriesPerSecond: 428, etaSeconds: 180 });
  const { drawn } = await followed([going, scanOf('ended', 12_000, 12_000)], 80);
  expect(drawn).toContain('[######--------------] 33% backup-1250000000@ap-shanghai\u001B[K\n');
  expect(drawn).toContain('4,000 of 12,000 versions, 428/s, ETA 3 min,');
});

it('scan --wait says why a scan whose versions are all done has not ended', async () => {
  const waits = scanOf('running', 8, 8, { entriesPerSecond: 428, etaSeconds: 180 });
  const unchanged = scanOf('running', 8, 8, { did: { copied: 0, removed: 0, deferred: 0 } });
  const { said } = await followed([waits, unchanged, scanOf('ended', 8, 8)]);
  expect(said[1]).toMatch(
    /running 100%, 8 of 8 versions, ETA 3 min, finishing: changed keys are looked at again when listings show the changes, 8 copied/,
  );
  expect(said[2]).toMatch(/running 100%, 8 of 8 versions, finishing, 0 copied/);
  expect(said[3]).not.toContain('finishing');
});

it('scan --wait tells another scan that is running from the requested one', async () => {
  const other = scanOf('running', 4, 8, { prefix: 'a\u001B[2J', requested: { kind: 'repair' } });
  const { said } = await followed([other, scanOf('ended', 8, 8)]);
  expect(said[1]).toMatch(/: repair below "a\\u001b\[2J" running 50%, .*; the requested scan begins after this one$/);
});

it('scan --wait of a pair whose scans are paused ends, and names the next step', async () => {
  const paused = { requested: { kind: 'repair' }, pausedSince: '2026-01-01T00:00:00Z' };
  const { said, left } = await followed([scanOf('ended', 8, 8, paused)]);
  expect(left).toBe(0);
  expect(said.at(-1)).toBe(
    'backup-1250000000@ap-shanghai: the scan has not begun yet; its scans are paused: go on with "serverless replication resume"',
  );
});

it.each([
  [0, '0.0000 CNY'],
  [0.00001, 'under 0.0001 CNY'],
  [0.0172, '0.0172 CNY'],
  [0.9999, '0.9999 CNY'],
  [1234.5, '1234.50 CNY'],
])('an amount of money of %d is never shown as 0', (total, text) => {
  expect(money({ total, currency: 'CNY' })).toBe(text);
});

it('scan --wait goes on when the API fails for a moment', async () => {
  const failure = new DeployError('The API gave no answer.', 'NetworkError', undefined, true);
  const { said } = await followed([failure, scanOf('ended', 8, 8)]);
  expect(said.at(-1)).toContain('repair ended 100%');
});
