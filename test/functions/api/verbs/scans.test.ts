import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keep } from '../../../../functions/schedule/scans.ts';
import { bucketStatus, paused, scanRequested, scans } from '../../../../functions/api/scan-schemas.ts';
import type { BucketStatus, Scans } from '../../../../functions/api/scan-schemas.ts';
import { checkBuckets } from '../../../../shared/preconditions/index.ts';
import type { LifecycleRule } from '../../../cloud/cos/index.ts';
import { createKeyStore } from '../../../../shared/access/index.ts';
import { SOURCE, STATE } from '../bench.ts';
import { createScanning, type Scanning } from './scanning.ts';
import { parseText, valueOf } from '../metrics/parser.ts';
import { BACKUP, createWorld, ruleText, THIRD, type World } from '../../../deployment/over-http.ts';

const EXISTING = '<ExistingObjectReplication><Status>Enabled</Status></ExistingObjectReplication>';
const MINUTE = 60_000;
/** Removes older versions of keys with an `a` after 30 days. */
const OLD: LifecycleRule = {
  id: 'old',
  enabled: true,
  prefix: 'a',
  notPrefix: undefined,
  tags: [],
  largerThan: undefined,
  smallerThan: undefined,
  expiration: undefined,
  expiredMarkers: false,
  transitions: [],
  noncurrentExpiration: 30,
  noncurrentTransitions: [],
  abortUploads: undefined,
};
const PLACE = `${BACKUP.bucket}@${BACKUP.region}`;

let world: World;
let scanning: Scanning;
beforeAll(async () => {
  world = await createWorld();
  scanning = createScanning(world);
});
afterAll(() => world.close());

/** A minute passes for the functions; the buckets keep their time. */
async function minute(): Promise<void> {
  world.clock.ahead += MINUTE;
  await keep(scanning.deps, [SOURCE], scanning.run(55_000));
  await scanning.runAll('scans/');
}

const statusNow = async (): Promise<BucketStatus> => {
  const { json } = await world.ask('GET', 'replicationStatus');
  return bucketStatus.parse(json);
};
const scansNow = async (): Promise<Scans> => scans.parse((await world.ask('GET', 'replicationScans')).json);

/** The secret of an API key for the metrics. */
let secretKey: string | undefined;
/** The metrics of this moment, by name and labels. */
async function metricsNow() {
  if (secretKey === undefined) {
    const now = () => Date.now() + world.clock.ahead;
    const keys = createKeyStore({ cos: world.user, state: STATE, now, random: randomBytes });
    ({ secretKey } = await keys.add({ buckets: [SOURCE.bucket], rights: ['metrics'] }));
  }
  const headers = { host: 'api.example.com', authorization: `Bearer ${secretKey}` };
  const series = parseText((await world.send({ httpMethod: 'GET', path: '/metrics', headers })).body);
  return (name: string, labels = {}) =>
    valueOf(series, `cos_replication_${name}`, { source: SOURCE.bucket, destination: PLACE, ...labels });
}

/** One after the other: the life of a bucket from its first rule on. */
describe.sequential('a bucket', () => {
  it('without rules has no destinations, no scans and nothing to scan', async () => {
    expect((await statusNow()).destinations).toEqual([]);
    expect((await scansNow()).scans).toEqual([]);
    const answer = await world.call({ method: 'POST', query: [['replicationScan', '']] });
    expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining('store a rule first')]);
  });

  it('is unknown before the first look: no uncounted figure is 0', async () => {
    for (const [i, key] of ['a', 'b', 'a'].entries()) await world.user.putObject(SOURCE, key, Buffer.from(`text ${i}`));
    await world.rules(ruleText('all', BACKUP, EXISTING));
    const [status] = (await statusNow()).destinations;
    expect(status).toMatchObject({
      destination: PLACE,
      state: 'unknown',
      rules: [{ id: 'all', enabled: true, versions: null }],
      lagMs: null,
      completeUpTo: null,
      sides: null,
      measuredAt: null,
      reasons: { versions: 'not-scanned', lagMs: 'not-scanned', completeUpTo: 'not-scanned', sides: 'not-scanned' },
      existing: { state: 'waiting' },
      scan: { state: 'none', etaSeconds: null, reason: 'not-begun' },
    });
  });

  it('shows the current scan with its progress', async () => {
    await minute();
    const [scan] = (await scansNow()).scans;
    expect(scan).toMatchObject({
      kind: 'existing',
      state: 'running',
      ranges: { total: 1, done: 0 },
      entries: { total: 3, done: 3 },
    });
    expect(scan?.did.copied).toBe(3);
    expect(scan?.etaSeconds).toBeGreaterThan(0);
    expect((await statusNow()).destinations[0]).toMatchObject({
      state: 'scanning',
      existing: { state: 'running', entries: { total: 3, done: 3 } },
    });
  });

  it('is complete when its scan has ended, up to a stated time', async () => {
    const began = Date.now();
    for (let i = 0; i < 6; i += 1) await minute();
    const [status] = (await statusNow()).destinations;
    expect(status).toMatchObject({
      state: 'complete',
      rules: [{ id: 'all', versions: { replicated: { versions: 3, bytes: 18 }, failed: { versions: 0, bytes: 0 } } }],
      backlog: { keys: 0, atLeast: false, oldestAgeMs: null },
      existing: { state: 'done' },
      sides: {
        source: { current: { versions: 2, bytes: 12 }, older: { versions: 1, bytes: 6 }, deleteMarkers: 0 },
        destination: { current: { versions: 2, bytes: 12 }, older: { versions: 1, bytes: 6 }, deleteMarkers: 0 },
      },
      scan: { state: 'ended', kind: 'existing' },
    });
    expect(Date.parse(status?.completeUpTo ?? '')).toBeLessThan(began);
  });

  it('shows the same in its metrics, to everybody with the secret of a key for them', async () => {
    const value = await metricsNow();
    const [status] = (await statusNow()).destinations;
    expect(value('state', { state: 'complete' })).toBe(1);
    expect(value('existing_state', { state: 'done' })).toBe(1);
    expect(value('scan_state', { state: 'ended' })).toBe(1);
    expect(value('versions', { rule: 'all', state: 'replicated' })).toBe(3);
    expect(value('version_bytes', { rule: 'all', state: 'replicated' })).toBe(18);
    expect(value('side_versions', { side: 'destination', age: 'older' })).toBe(1);
    expect([value('existing_entries'), value('existing_done_entries')]).toEqual([3, 3]);
    expect(value('backlog_oldest_age_seconds')).toBe(0);
    expect(value('complete_up_to_timestamp_seconds')).toBe(Date.parse(status?.completeUpTo ?? '') / 1000);
    expect(value('scan_measured_timestamp_seconds')).toBe(Date.parse(status?.measuredAt ?? '') / 1000);
  });

  it('names the lifecycle rules that bound the versions of each side, or says that none does', async () => {
    const unknown = (await statusNow()).destinations[0];
    expect(unknown?.sides?.destination.lifecycle).toBeNull();
    expect(unknown?.reasons).toMatchObject({ sourceLifecycle: 'not-checked', destinationLifecycle: 'not-checked' });
    world.cloud.core.configureBucket(BACKUP.bucket, BACKUP.region, { lifecycle: [OLD] });
    const { engine } = scanning.deps;
    await checkBuckets({ ...engine.deps, rules: engine.rules, now: engine.now }, [SOURCE]);
    const [status] = (await statusNow()).destinations;
    expect([status?.sides?.source.lifecycle, status?.sides?.destination.lifecycle]).toEqual([
      { current: [], older: [], more: 0 },
      { current: [], older: [{ rule: 'old', prefix: 'a', narrowed: false, days: 30 }], more: 0 },
    ]);
    const value = await metricsNow();
    const bounded = (side: string, age: string) => value('side_lifecycle_rules', { side, age });
    expect([bounded('source', 'older'), bounded('destination', 'older'), bounded('destination', 'current')]).toEqual([
      0, 1, 0,
    ]);
    expect(value('figure_known', { figure: 'lifecycle' })).toBe(1);
    // Findings of hours ago say nothing of now.
    world.clock.ahead += 4 * 60 * MINUTE;
    expect((await statusNow()).destinations[0]?.sides?.destination.lifecycle).toBeNull();
    expect((await metricsNow())('figure_known', { figure: 'lifecycle' })).toBe(0);
    world.clock.ahead -= 4 * 60 * MINUTE;
  });

  it('is not complete any more when its rules have changed', async () => {
    await world.rules(
      ruleText('all', BACKUP, `${EXISTING}<Priority>1</Priority>`),
      ruleText('more', THIRD, '<Priority>2</Priority>'),
    );
    const status = await statusNow();
    expect(status.destinations.map(({ state, reasons }) => [state, reasons.completeUpTo])).toEqual([
      ['unknown', 'rules-changed'],
      ['unknown', 'not-scanned'],
    ]);
  });

  it('is scanned on demand, below a prefix', async () => {
    for (let i = 0; i < 8; i += 1) await minute();
    const body = JSON.stringify({ prefix: 'b', destination: PLACE });
    const { status, json } = await world.ask('POST', 'replicationScan', { body });
    expect(status).toBe(202);
    expect(scanRequested.parse(json)).toMatchObject({
      kind: 'repair',
      prefix: 'b',
      destinations: [{ destination: PLACE, paused: false }],
    });
    expect((await scansNow()).scans[0]).toMatchObject({ state: 'ended', requested: { prefix: 'b' } });
    await minute();
    const [scan] = (await scansNow()).scans;
    expect(scan).toMatchObject({ prefix: 'b', entries: { total: 1, done: 1 } });
    for (let i = 0; i < 3; i += 1) await minute();
    expect((await scansNow()).scans[0]).toMatchObject({ state: 'ended', prefix: 'b' });
    // The figures of the whole pair are still known.
    expect((await statusNow()).destinations[0]).toMatchObject({ state: 'complete' });
  });

  it('can be paused and resumed without loss', async () => {
    const { json } = await world.ask('POST', 'replicationPause', { body: JSON.stringify({ rule: 'all' }) });
    expect(paused.parse(json).destinations).toEqual([{ destination: PLACE, paused: true }]);
    await world.user.putObject(SOURCE, 'lost', Buffer.from('no event told of it'));
    await world.ask('POST', 'replicationScan', { body: JSON.stringify({ destination: PLACE }) });
    for (let i = 0; i < 3; i += 1) await minute();
    const replicas = () =>
      world.cloud.core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: 'lost' }).entries.length;
    expect(replicas()).toBe(0);
    await world.ask('POST', 'replicationResume');
    for (let i = 0; i < 5; i += 1) await minute();
    expect(replicas()).toBe(1);
  });

  it.each([
    ['replicationScan', { kind: 'other' }],
    ['replicationScan', { prefix: 'x'.repeat(851) }],
    ['replicationScan', { destination: `${SOURCE.bucket}@${SOURCE.region}` }],
    ['replicationScan', { unknown: true }],
    ['replicationPause', { destination: PLACE, rule: 'all' }],
    ['replicationPause', { rule: 'none' }],
    ['replicationResume', { destination: 'nowhere' }],
  ])('refuses %s with %j', async (subresource, body) => {
    const answer = await world.call({ method: 'POST', query: [[subresource, '']], body: JSON.stringify(body) });
    expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining('<Code>InvalidArgument</Code>')]);
  });
});
