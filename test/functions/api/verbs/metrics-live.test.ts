import { beforeEach, describe, expect, it } from 'vitest';
import { costOf as priceOf, LIST_PRICES, MEASURED, usageOf } from '../../../../shared/cost/index.ts';
import { NOW, SOURCE, STATE } from '../bench.ts';
import { valueOf } from '../metrics/parser.ts';
import type { Series } from '../metrics/parser.ts';
import { ruleText } from '../../../deployment/over-http.ts';
import { bench, useBench, BACKUP, VAULT, TO_BACKUP, MINUTE, metrics, store, checked } from './metrics-bench.ts';

useBench();

describe('the preconditions of a destination', () => {
  const off = { check: 'trigger', place: '', what: 'a "trigger"', cause: 'trigger-off', since: NOW - 90 * MINUTE };
  const closed = { ...off, check: 'destination', place: 'vault-1250000000@ap-shanghai', what: 'vault', cause: 'X' };
  const TO_VAULT = { source: SOURCE.bucket, destination: `${VAULT.bucket}@${VAULT.region}` };

  beforeEach(async () => {
    await store(
      SOURCE,
      ruleText('a', BACKUP, '<Priority>1</Priority>'),
      ruleText('b', VAULT, '<Priority>2</Priority>'),
    );
  });

  it('are unknown before the first check, and not reported as good', async () => {
    const series = await metrics();
    expect(valueOf(series, 'cos_replication_figure_known', { ...TO_BACKUP, figure: 'preconditions' })).toBe(0);
    expect(series.filter(({ name }) => name === 'cos_replication_preconditions_checked_timestamp_seconds')).toEqual([]);
  });

  it('are a state with its cause where one is broken, for the affected pairs alone', async () => {
    await checked('functions');
    await checked('buckets', [closed]);
    const series = await metrics();
    const state = (labels: object) => valueOf(series, 'cos_replication_state', { ...labels, state: 'broken' });
    expect([state(TO_BACKUP), state(TO_VAULT)]).toEqual([0, 1]);
    const named = { ...TO_VAULT, check: 'destination', what: 'vault', cause: 'X' };
    expect(valueOf(series, 'cos_replication_precondition_broken', named)).toBe(1);
    expect(valueOf(series, 'cos_replication_preconditions_broken', TO_BACKUP)).toBe(0);
    expect(valueOf(series, 'cos_replication_figure_known', { ...TO_BACKUP, figure: 'preconditions' })).toBe(1);
  });

  it('say the consequence and the next step, and a disabled rule stays disabled', async () => {
    await checked('functions', [off]);
    await checked('buckets', [], { unknown: 'AccessDenied' });
    const status = async () => {
      const answer = await bench.call({
        method: 'GET',
        path: `/${SOURCE.bucket}/`,
        query: [['replicationStatus', '']],
      });
      return (JSON.parse(answer.body) as { destinations: Record<string, unknown>[] }).destinations[0];
    };
    expect(await status()).toMatchObject({
      state: 'broken',
      cause: 'trigger-off',
      preconditions: {
        broken: [{ check: 'trigger', what: 'a "trigger"', since: new Date(off.since).toISOString() }],
        bucketsCheckedAt: null,
        functionsCheckedAt: new Date(NOW - 30 * MINUTE).toISOString(),
      },
      reasons: { bucketsCheckedAt: 'AccessDenied' },
    });
    expect(JSON.stringify(await status())).toContain('switch the trigger on');
    await store(SOURCE, ruleText('a', BACKUP).replace('Enabled', 'Disabled'));
    bench.time += 20_000;
    expect(await status()).toMatchObject({ state: 'disabled' });
  });
});

describe('live figures', () => {
  const to = `${BACKUP.bucket}@${BACKUP.region}`;
  const copies = { versions: 90, bytes: 9e9, scannedVersions: 10, scannedBytes: 1e9 };
  const sums = (measuredAt: number, hidden?: object) =>
    bench.cos.putObject(
      STATE,
      `status/live/${SOURCE.bucket}`,
      new TextEncoder().encode(
        JSON.stringify({
          measuredAt,
          since: NOW - 3 * 3_600_000,
          added: [],
          slots: {
            [to]: [{ at: NOW - 10 * MINUTE, versions: 90, bytes: 9e9, failed: 2, lags: [60, 30], largest: 1500 }],
          },
          rules: {
            [JSON.stringify([to, 'a'])]: { since: NOW - 3_600_000, total: copies, month: '2000-01', thisMonth: copies },
            ...(hidden === undefined
              ? {}
              : { [JSON.stringify([to, 'b'])]: { since: NOW, total: hidden, month: '2000-01', thisMonth: hidden } }),
          },
        }),
      ),
      { contentType: 'application/json' },
    );

  beforeEach(() =>
    store(SOURCE, ruleText('a', BACKUP, '<Priority>1</Priority>'), ruleText('b', BACKUP, '<Priority>2</Priority>')),
  );

  it('are those of the last hour, and a distribution', async () => {
    await sums(NOW - MINUTE);
    const series = await metrics();
    expect(valueOf(series, 'cos_replication_live_copied_versions', TO_BACKUP)).toBe(90);
    expect(valueOf(series, 'cos_replication_live_failed_tries', TO_BACKUP)).toBe(2);
    expect(valueOf(series, 'cos_replication_live_lag_seconds_bucket', { ...TO_BACKUP, le: '1' })).toBe(60);
    expect(valueOf(series, 'cos_replication_live_lag_seconds_count', TO_BACKUP)).toBe(90);
    expect(valueOf(series, 'cos_replication_live_lag_max_seconds', TO_BACKUP)).toBe(1.5);
    expect(valueOf(series, 'cos_replication_figure_known', { ...TO_BACKUP, figure: 'live' })).toBe(1);
  });

  it('are unknown where nobody adds them up any more, and 0 nowhere', async () => {
    await sums(NOW - 6 * MINUTE);
    const series = await metrics();
    expect(series.filter(({ name }) => name.startsWith('cos_replication_live_'))).toEqual([]);
    expect(valueOf(series, 'cos_replication_figure_known', { ...TO_BACKUP, figure: 'live' })).toBe(0);
  });

  it('give each rule a cost, in total and of this month alone, and none to a rule that copied nothing', async () => {
    await sums(NOW - MINUTE);
    const series = await metrics();
    const cost = (rule: string, period: string) =>
      valueOf(series, 'cos_replication_rule_cost', { ...TO_BACKUP, rule, period, currency: 'CNY' });
    // 10 GB across regions are nearly all of it.
    expect(cost('a', 'so-far')).toBeCloseTo(10 * LIST_PRICES.trafficPerGb, 1);
    expect(cost('a', 'this-month')).toBe(0);
    expect(cost('b', 'so-far')).toBeUndefined();
  });

  it('include the requests of delete markers and of parts in the cost of a rule', async () => {
    const none = { versions: 0, bytes: 0, scannedVersions: 0, scannedBytes: 0 };
    const costOf = async (more: object) => {
      await sums(NOW - MINUTE, { ...none, ...more });
      const labels = { ...TO_BACKUP, rule: 'b', period: 'so-far', currency: 'CNY' };
      return valueOf(await metrics(), 'cos_replication_rule_cost', labels) ?? Number.NaN;
    };
    const marker = usageOf({ objects: 1000, bytes: 0, parts: 0, acrossRegions: true }, MEASURED);
    expect(await costOf({ markers: 1000 })).toBeCloseTo(priceOf(marker, LIST_PRICES).total, 6);
    const byScans = await costOf({ scannedMarkers: 1000 });
    expect([byScans > 0, byScans < (await costOf({ markers: 1000 }))]).toEqual([true, true]);
    const large = { versions: 1, bytes: 0 };
    const requests = (10_000 * MEASURED.requestsPerPart * LIST_PRICES.requestsPer10000) / 10_000;
    expect((await costOf({ ...large, parts: 10_000 })) - (await costOf(large))).toBeGreaterThanOrEqual(requests);
  });
});

describe('canaries', () => {
  const show = (measuredAt: number) =>
    bench.cos.putObject(
      STATE,
      `status/live/canary/${SOURCE.bucket}`,
      new TextEncoder().encode(
        JSON.stringify({
          measuredAt,
          everyMs: 5 * MINUTE,
          destinations: {
            [`${BACKUP.bucket}@${BACKUP.region}`]: {
              lagMs: 1500,
              sentAt: NOW - 6 * MINUTE,
              waitingSince: NOW - 2 * MINUTE,
              lost: 3,
            },
          },
        }),
      ),
      { contentType: 'application/json' },
    );
  const of = (series: readonly Series[], name: string) => valueOf(series, `cos_replication_canary_${name}`, TO_BACKUP);

  beforeEach(() => store(SOURCE, ruleText('a', BACKUP)));

  it('show the lag of the last one, and since when one is awaited', async () => {
    await show(NOW - MINUTE);
    const series = await metrics();
    expect(of(series, 'lag_seconds')).toBe(1.5);
    expect(of(series, 'waiting_since_timestamp_seconds')).toBe((NOW - 2 * MINUTE) / 1000);
    expect(of(series, 'lost')).toBe(3);
  });

  it('are unknown where none was sent, or none is sent any more', async () => {
    for (const measuredAt of [undefined, NOW - 16 * MINUTE]) {
      if (measuredAt !== undefined) await show(measuredAt);
      const series = await metrics();
      expect(series.filter(({ name }) => name.startsWith('cos_replication_canary_'))).toEqual([]);
      expect(valueOf(series, 'cos_replication_figure_known', { ...TO_BACKUP, figure: 'canary' })).toBe(0);
    }
  });
});
