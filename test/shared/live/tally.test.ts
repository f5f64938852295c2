import { beforeEach, describe, expect, it } from 'vitest';
import { createLiveTally } from '../../../shared/live/index.ts';
import { BACKUP, createStorage, keyIn, OTHER, SOURCE, START, STATE, watched } from '../../deployment/index.ts';

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
/** The fate of each write: it is done, is refused, or its answer is lost. */
let fate: 'done' | 'refused' | 'lost';
beforeEach(() => {
  clock = START;
  written = [];
  fate = 'done';
});

function tally() {
  let unique = 0;
  const storage = createStorage({ now: () => clock, plain: [STATE] });
  const cos = watched(storage.cos, {
    before: () => {
      if (fate === 'refused') throw new Error('refused');
    },
    after: (_, args) => {
      const { rows } = JSON.parse(new TextDecoder().decode(args[2] as Uint8Array)) as { rows: Row[] };
      written.push({ name: keyIn(args), rows });
      if (fate === 'lost') throw new Error('no answer');
    },
  });
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

  it.each([
    ['refused', 1],
    ['lost', 2],
  ] as const)('are never written twice after a write that is %s, and stop no run', async (bad, versions) => {
    const live = tally();
    fate = bad;
    live.copied();
    await live.settle();
    fate = 'done';
    clock += MINUTE;
    live.copied();
    await live.settle();
    expect(sum('versions')).toBe(versions);
  });
});
