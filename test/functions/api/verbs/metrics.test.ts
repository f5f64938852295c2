import { describe, expect, it } from 'vitest';
import type { Place } from '../../../../shared/cos/index.ts';
import { standingOf } from '../../../../shared/scan/counts.ts';
import { BehindMarks } from '../../../../shared/tasks/index.ts';
import { errorOf, NOW, SECOND, SOURCE, STATE } from '../bench.ts';
import { cosError } from '../memory-cos.ts';
import { parseText, valueOf } from '../metrics/parser.ts';
import type { Series } from '../metrics/parser.ts';
import { HAS_PROMTOOL, promtool, PROMTOOL_NOTE } from '../metrics/promtool.ts';
import { ruleText } from '../../../deployment/over-http.ts';
import {
  bench,
  useBench,
  BACKUP,
  VAULT,
  TO_BACKUP,
  HOSTILE,
  MINUTE,
  scrape,
  metrics,
  store,
  deps,
  scanned,
  wait,
} from './metrics-bench.ts';

useBench();

describe('metrics', () => {
  it('leave out figures that nobody has counted, and say so', async () => {
    await store(SOURCE, ruleText('a', BACKUP));
    const series = await metrics();
    const known = (figure: string) => valueOf(series, 'cos_replication_figure_known', { ...TO_BACKUP, figure });
    expect(['versions', 'lag', 'complete_up_to', 'sides', 'backlog'].map(known)).toEqual([0, 0, 0, 0, 1]);
    const names = new Set(series.map(({ name }) => name));
    expect([...names].sort()).toEqual(
      [
        'source_readable',
        'rules_left_out',
        'state',
        'figure_known',
        'backlog_keys',
        'backlog_failed_keys',
        'backlog_oldest_age_seconds',
        'backlog_age_seconds_bucket',
        'backlog_age_seconds_count',
        'rule_enabled',
        'scan_state',
      ]
        .map((name) => `cos_replication_${name}`)
        .sort(),
    );
    expect(valueOf(series, 'cos_replication_state', { ...TO_BACKUP, state: 'unknown' })).toBe(1);
    expect(valueOf(series, 'cos_replication_state', { ...TO_BACKUP, state: 'complete' })).toBe(0);
    expect(valueOf(series, 'cos_replication_scan_state', { ...TO_BACKUP, state: 'none' })).toBe(1);
  });

  it('are the figures of the last scan', async () => {
    await store(SOURCE, ruleText('a', BACKUP));
    await scanned(SOURCE, BACKUP, (counts) => {
      Object.assign(standingOf(counts, 'a'), {
        replicated: [6, 600],
        pending: [1, 10],
        failed: [2, 20],
        skipped: [3, 30],
      });
      counts.source = { current: [7, 700], older: [5, 500], deleteMarkers: 4 };
      counts.destination = { current: [6, 601], older: [4, 401], deleteMarkers: 3 };
      counts.lags[0] = 90;
      counts.lags[4] = 9;
      counts.lags[14] = 1;
      counts.largestLag = 90_000_500;
    });
    const series = await metrics();
    const value = (name: string, labels: object = {}) =>
      valueOf(series, `cos_replication_${name}`, { ...TO_BACKUP, ...labels });
    const states = ['replicated', 'pending', 'failed', 'skipped', 'expired'];
    expect(states.map((state) => value('versions', { rule: 'a', state }))).toEqual([6, 1, 2, 3, 0]);
    expect(states.map((state) => value('version_bytes', { rule: 'a', state }))).toEqual([600, 10, 20, 30, 0]);
    const sides = (name: string) =>
      ['source', 'destination'].flatMap((side) => ['current', 'older'].map((age) => value(name, { side, age })));
    expect(sides('side_versions')).toEqual([7, 5, 6, 4]);
    expect(sides('side_bytes')).toEqual([700, 500, 601, 401]);
    expect(['source', 'destination'].map((side) => value('side_delete_markers', { side }))).toEqual([4, 3]);
    expect(['1', '10', '86400', '+Inf'].map((le) => value('lag_seconds_bucket', { le }))).toEqual([90, 99, 99, 100]);
    expect(value('lag_max_seconds')).toBe(90_000.5);
    expect(value('complete_up_to_timestamp_seconds')).toBe((NOW - 3 * MINUTE) / 1000);
    expect(value('scan_measured_timestamp_seconds')).toBe((NOW - MINUTE) / 1000);
    expect(value('state', { state: 'behind' })).toBe(1);
    // No rule asks for them, so existing objects have no figures.
    expect(series.filter(({ name }) => name.includes('existing'))).toEqual([]);
  });

  it('count the waiting work by age', async () => {
    await store(SOURCE, ruleText('a', BACKUP));
    await wait(BACKUP, 3, 20 * MINUTE);
    await wait(BACKUP, 4, 30_500, 'taken');
    const series = await metrics();
    const value = (name: string, labels: object = {}) =>
      valueOf(series, `cos_replication_backlog_${name}`, { ...TO_BACKUP, ...labels });
    expect([value('keys'), value('failed_keys'), value('oldest_age_seconds')]).toEqual([4, 3, 1200]);
    expect(['60', '300', '900', '3600', '+Inf'].map((le) => value('age_seconds_bucket', { le }))).toEqual([
      1, 1, 1, 4, 4,
    ]);
  });

  it('count the work for one destination although another has more than one look reads', async () => {
    await store(
      SOURCE,
      ruleText('a', BACKUP, '<Priority>1</Priority>'),
      ruleText('b', VAULT, '<Priority>2</Priority>'),
    );
    await scanned(SOURCE, BACKUP, () => undefined);
    bench.limits.page = 50;
    await wait(BACKUP, 1001, 20 * MINUTE);
    await wait(VAULT, 2, MINUTE);
    const series = await metrics();
    const of = (place: Place) => {
      const labels = { source: SOURCE.bucket, destination: `${place.bucket}@${place.region}` };
      const known = valueOf(series, 'cos_replication_figure_known', { ...labels, figure: 'backlog' });
      return [valueOf(series, 'cos_replication_backlog_keys', labels), known];
    };
    expect([of(BACKUP), of(VAULT)]).toEqual([
      [1000, 0],
      [2, 1],
    ]);
  });

  it('call nothing complete while more work waits than one look reads', async () => {
    await store(SOURCE, ruleText('a', BACKUP));
    await scanned(SOURCE, BACKUP, () => undefined);
    const complete = (series: readonly Series[]) =>
      valueOf(series, 'cos_replication_state', { ...TO_BACKUP, state: 'complete' });
    expect(complete(await metrics())).toBe(1);
    // Re-checks of finished work are no backlog, but a backlog may follow them.
    await wait(BACKUP, 2001, MINUTE, 'settle');
    bench.limits.page = 50;
    const series = await metrics();
    expect(complete(series)).toBe(0);
    expect(valueOf(series, 'cos_replication_figure_known', { ...TO_BACKUP, figure: 'backlog' })).toBe(0);
    expect(valueOf(series, 'cos_replication_backlog_oldest_age_seconds', TO_BACKUP)).toBeUndefined();
  });

  it('call no destination complete whose failures are left to a scan, and say since when', async () => {
    await store(SOURCE, ruleText('a', BACKUP));
    await scanned(SOURCE, BACKUP, () => undefined);
    const before = await metrics();
    expect(valueOf(before, 'cos_replication_state', { ...TO_BACKUP, state: 'complete' })).toBe(1);
    const marks = new BehindMarks({ ...deps(), now: () => NOW, unique: () => 'once' }, 1);
    await marks.crowd(TO_BACKUP.destination);
    await marks.failed({ source: SOURCE, destination: BACKUP, key: 'k' }, 'SlowDown');
    // While it is behind, and while a scan repairs it.
    for (let look = 0; look < 2; look += 1) {
      const series = await metrics();
      const value = (name: string, labels: object = {}) =>
        valueOf(series, `cos_replication_${name}`, { ...TO_BACKUP, ...labels });
      expect(value('state', { state: 'behind' })).toBe(1);
      expect(value('state', { state: 'complete' })).toBe(0);
      expect(value('behind_since_timestamp_seconds')).toBe(NOW / 1000);
      expect(value('figure_known', { figure: 'backlog' })).toBe(0);
      // Nothing is counted, so its age is unknown, and 0 would be wrong.
      expect(value('backlog_oldest_age_seconds')).toBeUndefined();
      await marks.takeUp({ source: SOURCE, destination: BACKUP }, 'once');
    }
    await marks.end({ source: SOURCE, destination: BACKUP }, 'once');
    expect(valueOf(await metrics(), 'cos_replication_state', { ...TO_BACKUP, state: 'complete' })).toBe(1);
  });

  it('show the other sources when one cannot be read', async () => {
    await store(SOURCE, ruleText('a', BACKUP));
    await store(SECOND, ruleText('a', BACKUP));
    for (const name of [...bench.objects.keys()].filter((one) => one.includes('rules/') && one.includes(SOURCE.bucket)))
      bench.objects.set(name, Buffer.from('{'));
    bench.time += 10_000;
    const series = await metrics();
    const readable = ({ bucket }: Place) => valueOf(series, 'cos_replication_source_readable', { source: bucket });
    expect([readable(SOURCE), readable(SECOND)]).toEqual([0, 1]);
    expect(series.filter(({ labels }) => labels['source'] === SOURCE.bucket)).toHaveLength(1);
    expect(series.filter(({ labels }) => labels['source'] === SECOND.bucket).length).toBeGreaterThan(10);
    expect(bench.lines.join('')).toContain('"unreadable"');
  });

  it('are an error where the state bucket does not answer', async () => {
    bench.failures.set('listObjects', cosError(STATE, 'ServiceUnavailable', 503, true));
    expect(errorOf(await scrape())).toMatchObject({ status: 503, code: 'ServiceUnavailable' });
  });

  it('survive any name of a rule', async () => {
    const id = HOSTILE.replaceAll('"', '&quot;');
    await store(SOURCE, ruleText(id, BACKUP));
    const series = await metrics();
    expect(valueOf(series, 'cos_replication_rule_enabled', { ...TO_BACKUP, rule: HOSTILE })).toBe(1);
  });

  it('leave out single rules where the answer would be too large, and say so', async () => {
    const rules = Array.from({ length: 1000 }, (_, i) =>
      ruleText(`${'中'.repeat(250)}${i}`, BACKUP, `<Priority>${i + 1}</Priority>`),
    );
    await store(SOURCE, ...rules);
    await scanned(SOURCE, BACKUP, () => undefined);
    const answer = await scrape();
    expect([answer.statusCode, answer.body.length < 100_000]).toEqual([200, true]);
    const series = parseText(answer.body);
    expect(valueOf(series, 'cos_replication_rules_left_out')).toBe(1);
    expect(valueOf(series, 'cos_replication_backlog_keys', TO_BACKUP)).toBe(0);
  });
});

describe.skipIf(!HAS_PROMTOOL)(`promtool${PROMTOOL_NOTE}`, () => {
  it('has no complaint about any of these', async () => {
    const existing = '<ExistingObjectReplication><Status>Enabled</Status></ExistingObjectReplication>';
    await store(SOURCE, ruleText(HOSTILE.replaceAll('"', '&quot;'), BACKUP, existing));
    await scanned(SOURCE, BACKUP, (counts) => (counts.lags[2] = 5));
    await wait(BACKUP, 2, MINUTE);
    const { body } = await scrape();
    expect(new Set(parseText(body).map(({ name }) => name)).size).toBeGreaterThan(20);
    expect(await promtool(['check', 'metrics'], body)).toEqual([0, '']);
  });
});
