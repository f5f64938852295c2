import { beforeEach, describe, expect, it } from 'vitest';
import { createLiveTally } from '../../../shared/live/index.ts';
import { BACKUP, OTHER, SOURCE, STATE } from '../../deployment/index.ts';

const MINUTE = 60_000;

interface Row {
  to: string;
  rule: string;
  versions: number;
  bytes: number;
  failed: number;
  lags: number[];
}
let clock: number;
let written: { name: string; rows: Row[] }[];
let refuse: boolean;
beforeEach(() => {
  clock = Date.UTC(2026, 0, 1);
  written = [];
  refuse = false;
});

function tally() {
  let unique = 0;
  const cos = {
    putObject: async (_: unknown, name: string, body: Uint8Array) => {
      if (refuse) throw new Error('no answer');
      written.push({ name, rows: (JSON.parse(new TextDecoder().decode(body)) as { rows: Row[] }).rows });
      return { versionId: undefined, etag: '', crc64: undefined };
    },
  };
  const live = createLiveTally({ cos, state: STATE, now: () => clock, unique: () => `u${(unique += 1)}` }, false);
  const copied = (more: object = {}) =>
    live.copied({ source: SOURCE, destination: BACKUP, rule: 'r', bytes: 10, parts: 0, lagMs: 1500, ...more });
  return { ...live, copied };
}
const sum = (field: 'versions' | 'failed') => written.flatMap(({ rows }) => rows).reduce((n, row) => n + row[field], 0);

describe('the notes of an instance', () => {
  it('are written at the first deed, and then once a minute', async () => {
    const live = tally();
    live.copied();
    await live.settle();
    expect(written).toHaveLength(1);
    for (let i = 0; i < 2; i += 1) {
      clock += 29_000;
      live.copied();
      await live.settle();
    }
    expect(written).toHaveLength(1);
    clock += 2_000;
    live.copied();
    await live.settle();
    expect([written.length, sum('versions')]).toEqual([2, 4]);
  });

  it('are not written where nothing was done', async () => {
    const live = tally();
    clock += MINUTE;
    await live.settle();
    expect(written).toEqual([]);
  });

  it('cost few requests in a burst, and lose less than half of it with the instance', async () => {
    const live = tally();
    for (let n = 1; n <= 3000; n += 1) {
      live.copied();
      await live.settle();
      expect(n - sum('versions')).toBeLessThan(Math.max(3, n / 2));
    }
    expect(written.length).toBeLessThan(13);
    expect(new Set(written.map(({ name }) => name)).size).toBe(written.length);
  });

  it('tell rules and destinations apart, and failures from copies', async () => {
    const live = tally();
    live.copied();
    await live.settle();
    live.copied({ rule: 'other', bytes: 7, lagMs: undefined });
    live.copied({ destination: OTHER });
    live.failed({ source: SOURCE, destination: BACKUP });
    clock += MINUTE;
    await live.settle();
    expect(
      written[1]?.rows.map(({ to, rule, versions, bytes, failed }) => [to, rule, versions, bytes, failed]),
    ).toEqual([
      ['backup-1250000000@ap-shanghai', 'other', 1, 7, 0],
      ['other-1250000000@ap-beijing', 'r', 1, 10, 0],
      ['backup-1250000000@ap-shanghai', '', 0, 0, 1],
    ]);
  });

  it('count a lag by its bound, and none for an object older than a day', async () => {
    const live = tally();
    live.copied({ lagMs: 0 });
    clock += MINUTE;
    live.copied({ lagMs: 90_000 });
    clock += MINUTE;
    live.copied({ lagMs: 26 * 3_600_000 });
    await live.settle();
    expect(written.map(({ rows }) => rows[0]?.lags)).toEqual([[1], [0, 0, 0, 0, 0, 0, 0, 0, 1], []]);
  });

  it('are never written twice where the outcome is unknown, and stop no run', async () => {
    const live = tally();
    refuse = true;
    live.copied();
    await live.settle();
    refuse = false;
    clock += MINUTE;
    live.copied();
    await live.settle();
    expect(sum('versions')).toBe(1);
  });
});
