import { beforeEach, describe, expect, it } from 'vitest';

import { costOf as priceOf, LIST_PRICES, MEASURED, usageOf } from '../../../../shared/cost/index.ts';
import { nodeHash } from '../../../../shared/cos/index.ts';
import type { Place } from '../../../../shared/cos/index.ts';
import { emptyCounts, emptyDeeds, standingOf } from '../../../../shared/scan/counts.ts';
import type { Counts } from '../../../../shared/scan/counts.ts';
import { PairStore, signatureOf } from '../../../../shared/scan/index.ts';
import { BehindMarks, requestedTask, Tasks } from '../../../../shared/tasks/index.ts';
import { createBench, errorOf, gatewayEvent, NOW, SECOND, SOURCE, STATE, URL_HOST } from '../bench.ts';
import type { Bench } from '../bench.ts';
import { cosError } from '../memory-cos.ts';
import { parseText, valueOf } from '../metrics/parser.ts';
import type { Series } from '../metrics/parser.ts';
import { HAS_PROMTOOL, promtool, PROMTOOL_NOTE } from '../metrics/promtool.ts';
import { ruleText } from '../../../deployment/over-http.ts';

const SECRET = 'theSecretOfTheScraper';
const BACKUP: Place = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const VAULT: Place = { bucket: 'vault-1250000000', region: 'ap-shanghai' };
const TO_BACKUP = { source: SOURCE.bucket, destination: `${BACKUP.bucket}@${BACKUP.region}` };
const HOSTILE = 'a"b\\c{d="e"} 中';
const MINUTE = 60_000;

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ sources: [SOURCE, SECOND], destinations: ['backup', 'vault'] });
  await bench.keys.add({ buckets: [], rights: ['metrics'], pair: { secretId: 'SCRAPER', secretKey: SECRET } });
});

interface Asked {
  readonly authorization?: string;
  readonly host?: string;
  readonly path?: string;
  readonly method?: string;
  readonly query?: Readonly<Record<string, string>>;
}

const scrape = ({ authorization, host = URL_HOST, path = '/metrics', method = 'GET', query = {} }: Asked = {}) =>
  bench.send({
    httpMethod: method,
    path,
    queryString: query,
    headers: { Host: host, Authorization: authorization ?? `Bearer ${SECRET}` },
  });

async function metrics(asked?: Asked): Promise<readonly Series[]> {
  const answer = await scrape(asked);
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return parseText(answer.body);
}

async function store(source: Place, ...rules: string[]): Promise<void> {
  const body = `<ReplicationConfiguration><Role>qcs::cam::uin/100000000001:uin/100000000001</Role>${rules.map((rule) => `<Rule>${rule}</Rule>`).join('')}</ReplicationConfiguration>`;
  const answer = await bench.call({ method: 'PUT', path: `/${source.bucket}/`, body });
  if (answer.statusCode !== 200) throw new Error(answer.body);
}

const deps = () => ({ cos: bench.cos, state: STATE, hash: nodeHash });

/** What a scan leaves behind that ended a minute ago. */
async function scanned(source: Place, destination: Place, change: (counts: Counts) => void): Promise<void> {
  const pair = { source, destination };
  const ruleSet = await bench.rules.getFresh(source);
  if (ruleSet === undefined) throw new Error('no rules');
  const counts = emptyCounts();
  change(counts);
  await new PairStore(deps(), pair).putResult({
    scan: '1-a',
    kind: 'repair',
    prefix: '',
    signature: signatureOf(ruleSet, pair, nodeHash),
    started: NOW - 2 * MINUTE,
    ended: NOW - MINUTE,
    completeUpTo: NOW - 3 * MINUTE,
    counts,
    deeds: emptyDeeds(),
  });
}

async function wait(destination: Place, keys: number, age: number, cause = 'SlowDown'): Promise<void> {
  let unique = 0;
  const tasks = new Tasks({ ...deps(), now: () => NOW, unique: () => `w${(unique += 1)}` });
  for (let i = 0; i < keys; i += 1) {
    const target = { source: SOURCE, destination, key: `key ${i}` };
    await tasks.defer({ ...requestedTask(target, NOW - age), cause }, NOW + MINUTE);
  }
}

/** Findings of the hourly checks, half an hour old. */
function checked(part: 'buckets' | 'functions', broken: readonly object[] = [], more: object = {}): Promise<unknown> {
  const places = [SOURCE, BACKUP, VAULT].map(({ bucket, region }) => `${bucket}@${region}`);
  const found = JSON.stringify({ measuredAt: NOW - 30 * MINUTE, places, broken, ...more });
  return bench.cos.putObject(STATE, `status/checks/${part}`, new TextEncoder().encode(found), {
    contentType: 'application/json',
  });
}

describe('the right to read metrics', () => {
  it.each([
    ['no secret', 'Bearer '],
    ['another secret', 'Bearer theSecretOfTheScraped'],
    ['a part of the secret', `Bearer ${SECRET.slice(0, -1)}`],
    ['more than the secret', `Bearer ${SECRET}x`],
    ['the secret of a key without the right', 'Bearer theSecretKeyOfTheBench'],
    ['the ID of the key', 'Bearer SCRAPER'],
    ['another scheme', `Basic ${SECRET}`],
    ['a secret without a scheme', SECRET],
    ['an endless one', `Bearer ${'x'.repeat(100_000)}`],
  ])('nobody with %s', async (_, authorization) => {
    const answer = await scrape({ authorization });
    expect(errorOf(answer)).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(answer.body + bench.lines.join('')).not.toContain(SECRET);
  });

  it('nobody with two secrets, or by an object of that name', async () => {
    const headers = { Host: URL_HOST, Authorization: [`Bearer ${SECRET}`, `Bearer ${SECRET}`] };
    const twice = await bench.send({ httpMethod: 'GET', path: '/metrics', queryString: {}, headers });
    expect(errorOf(twice)).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect((await scrape({ query: { replicationStatus: '' } })).statusCode).toBe(403);
    expect((await scrape({ path: '/metrics/x' })).statusCode).toBe(405);
    expect((await scrape({ method: 'POST' })).statusCode).toBe(405);
  });

  it('whoever has the secret, also behind a gateway; a HEAD gets the headers alone', async () => {
    const headers = [['Authorization', `bearer ${SECRET}`]] as const;
    const call = { method: 'GET', host: 'api.example.com', path: '/release/metrics', query: [], headers, body: '' };
    expect((await bench.send(gatewayEvent(call))).statusCode).toBe(200);
    expect(await scrape({ method: 'HEAD' })).toMatchObject({ statusCode: 200, body: '' });
    expect((await scrape()).headers).toMatchObject({
      'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
      'Cache-Control': 'no-store',
    });
  });

  it('each for its own sources and destinations', async () => {
    await store(
      SOURCE,
      ruleText('a', BACKUP, '<Priority>1</Priority>'),
      ruleText('b', VAULT, '<Priority>2</Priority>'),
    );
    await store(SECOND, ruleText('c', BACKUP));
    const pair = { secretId: 'NARROW', secretKey: 'theSecretOfANarrowKey' };
    await bench.keys.add({ buckets: [SOURCE.bucket], destinations: [VAULT.bucket], rights: ['metrics'], pair });
    bench.time += 1000;
    const { body } = await scrape({ authorization: `Bearer ${pair.secretKey}` });
    expect(new Set(parseText(body).flatMap(({ labels }) => labels['source'] ?? []))).toEqual(new Set([SOURCE.bucket]));
    expect(body).toContain(VAULT.bucket);
    expect(body).not.toContain(BACKUP.bucket);
    const all = new Set((await metrics()).flatMap(({ labels }) => labels['source'] ?? []));
    expect(all).toEqual(new Set([SOURCE.bucket, SECOND.bucket]));
    const host = `${SECOND.bucket}.replication.ap-guangzhou.example.com`;
    const one = new Set((await metrics({ host })).flatMap(({ labels }) => labels['source'] ?? []));
    expect(one).toEqual(new Set([SECOND.bucket]));
  });
});

describe('metrics', () => {
  it('leave out what nobody has counted, and say so', async () => {
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
    // No rule asks for them, so nothing is told of existing objects.
    expect(series.filter(({ name }) => name.includes('existing'))).toEqual([]);
  });

  it('count what waits now, by age', async () => {
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

  it('count the work for one destination though more than is looked through waits for another', async () => {
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

  it('call nothing complete while more waits than is looked through', async () => {
    await store(SOURCE, ruleText('a', BACKUP));
    await scanned(SOURCE, BACKUP, () => undefined);
    const complete = (series: readonly Series[]) =>
      valueOf(series, 'cos_replication_state', { ...TO_BACKUP, state: 'complete' });
    expect(complete(await metrics())).toBe(1);
    // Looked at again, and done, so that they are no backlog; but behind them there may be one.
    await wait(BACKUP, 2001, MINUTE, 'settle');
    bench.limits.page = 50;
    const series = await metrics();
    expect(complete(series)).toBe(0);
    expect(valueOf(series, 'cos_replication_figure_known', { ...TO_BACKUP, figure: 'backlog' })).toBe(0);
    expect(valueOf(series, 'cos_replication_backlog_oldest_age_seconds', TO_BACKUP)).toBeUndefined();
  });

  it('call nothing complete whose failures are left to a scan, and say since when', async () => {
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
      // Nothing is counted: of its age nothing is known, and 0 would be a lie.
      expect(value('backlog_oldest_age_seconds')).toBeUndefined();
      await marks.takeUp({ source: SOURCE, destination: BACKUP }, 'once');
    }
    await marks.end({ source: SOURCE, destination: BACKUP }, 'once');
    expect(valueOf(await metrics(), 'cos_replication_state', { ...TO_BACKUP, state: 'complete' })).toBe(1);
  });

  it('of one source that cannot be read hide no other', async () => {
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

  it('survive what a rule is called', async () => {
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
  it('finds nothing to say about any of these', async () => {
    const existing = '<ExistingObjectReplication><Status>Enabled</Status></ExistingObjectReplication>';
    await store(SOURCE, ruleText(HOSTILE.replaceAll('"', '&quot;'), BACKUP, existing));
    await scanned(SOURCE, BACKUP, (counts) => (counts.lags[2] = 5));
    await wait(BACKUP, 2, MINUTE);
    const { body } = await scrape();
    expect(new Set(parseText(body).map(({ name }) => name)).size).toBeGreaterThan(20);
    expect(await promtool(['check', 'metrics'], body)).toEqual([0, '']);
  });
});

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

  it('are unknown before anything was checked, and not taken for well', async () => {
    const series = await metrics();
    expect(valueOf(series, 'cos_replication_figure_known', { ...TO_BACKUP, figure: 'preconditions' })).toBe(0);
    expect(series.filter(({ name }) => name === 'cos_replication_preconditions_checked_timestamp_seconds')).toEqual([]);
  });

  it('are a state with its cause where one is broken, for those pairs alone that suffer by it', async () => {
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

  it('say what it means and what to do, and keep a disabled rule disabled', async () => {
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

  it('give each rule a cost, in all and of this month alone, and none to a rule that copied nothing', async () => {
    await sums(NOW - MINUTE);
    const series = await metrics();
    const cost = (rule: string, period: string) =>
      valueOf(series, 'cos_replication_rule_cost', { ...TO_BACKUP, rule, period, currency: 'CNY' });
    // 10 GB across regions are nearly all of it.
    expect(cost('a', 'so-far')).toBeCloseTo(10 * LIST_PRICES.trafficPerGb, 1);
    expect(cost('a', 'this-month')).toBe(0);
    expect(cost('b', 'so-far')).toBeUndefined();
  });

  it('have the requests of delete markers and of parts in the cost of a rule', async () => {
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

  it('are unknown where none is sent, or none any more', async () => {
    for (const measuredAt of [undefined, NOW - 16 * MINUTE]) {
      if (measuredAt !== undefined) await show(measuredAt);
      const series = await metrics();
      expect(series.filter(({ name }) => name.startsWith('cos_replication_canary_'))).toEqual([]);
      expect(valueOf(series, 'cos_replication_figure_known', { ...TO_BACKUP, figure: 'canary' })).toBe(0);
    }
  });
});
