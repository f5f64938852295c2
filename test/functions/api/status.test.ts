import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { objectStatus } from '../../../functions/api/schemas.ts';
import type { DestinationStatus, ObjectStatus } from '../../../functions/api/schemas.ts';
import { nodeHash } from '../../../shared/cos/index.ts';
import { requestedTask } from '../../../shared/tasks/index.ts';
import { SOURCE, errorOf } from './bench.ts';
import { BACKUP, THIRD, createWorld, ruleText } from './world.ts';
import type { World } from './world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(async () => {
  await world.close();
});

async function statusOf(key: string, versionId?: string): Promise<ObjectStatus> {
  const query = versionId === undefined ? [] : [['versionId', versionId] as const];
  const { json } = await world.ask('GET', 'replicationStatus', { path: `/${key}`, query });
  return objectStatus.parse(json);
}

async function only(key: string, versionId?: string): Promise<DestinationStatus> {
  const { destinations } = await statusOf(key, versionId);
  expect(destinations).toHaveLength(1);
  return destinations[0] as DestinationStatus;
}

const put = async (key: string, text: string) =>
  (await world.user.putObject(SOURCE, key, Buffer.from(text))).versionId ?? '';

describe('the status of an object', () => {
  it('goes from pending to completed, and names the replica', async () => {
    await world.rules(ruleText('all', BACKUP), ruleText('too', THIRD));
    const versionId = await put('a b/中.txt', 'one');
    expect(await statusOf('a b/中.txt')).toMatchObject({
      bucket: SOURCE.bucket,
      key: 'a b/中.txt',
      versionId,
      role: 'source',
      current: true,
      deleteMarker: false,
      rules: [
        { id: 'all', destination: 'backup-1250000000@ap-shanghai', matched: true },
        { id: 'too', destination: 'third-1250000000@ap-beijing', matched: true },
      ],
      destinations: [
        { state: 'PENDING', rule: 'all', cause: 'awaiting-event', attempts: 0 },
        { state: 'PENDING', rule: 'too', cause: 'awaiting-event', attempts: 0 },
      ],
    });
    await world.replicate('a b/中.txt');
    const replica = await world.user.headObject(BACKUP, 'a b/中.txt');
    const { destinations } = await statusOf('a b/中.txt');
    expect(destinations.map(({ state }) => state)).toEqual(['COMPLETED', 'COMPLETED']);
    expect(destinations[0]).toMatchObject({ replicaVersionId: replica.found && replica.head.versionId });
  });

  it('is that of the version that is named', async () => {
    await world.rules(ruleText('all', BACKUP));
    const first = await put('a', 'one');
    await world.replicate('a');
    const second = await put('a', 'two');
    expect(await only('a', first)).toMatchObject({ state: 'COMPLETED' });
    expect((await statusOf('a', first)).current).toBe(false);
    expect(await only('a', second)).toMatchObject({ state: 'PENDING' });
    expect(await only('a')).toMatchObject({ state: 'PENDING' });
    await world.replicate('a');
    expect(await only('a', second)).toMatchObject({ state: 'COMPLETED' });
    expect(await only('a', first)).toMatchObject({ state: 'COMPLETED' });
  });

  it('says why no rule matches', async () => {
    await put('old', 'before every rule');
    // Starts are whole seconds, as the times of versions are.
    const old = world.cloud.core.getObject(SOURCE.bucket, SOURCE.region, 'old').time;
    await new Promise<void>((resolve) => {
      const wait = () => (Math.floor(Date.now() / 1000) > Math.floor(old / 1e6) ? resolve() : setTimeout(wait, 20));
      wait();
    });
    await world.rules(
      ruleText('logs', BACKUP, '<Prefix>logs/</Prefix>'),
      ruleText('off', BACKUP).replace('Enabled', 'Disabled'),
      ruleText('tagged', THIRD, '<Filter><Tag><Key>team</Key><Value>a</Value></Tag></Filter>'),
      ruleText('low', BACKUP),
      ruleText('high', BACKUP, '<Priority>2</Priority>'),
    );
    const reasons = async (key: string) =>
      Object.fromEntries((await statusOf(key)).rules.map(({ id, reason = 'matched' }) => [id, reason]));
    expect(await reasons('old')).toEqual({
      logs: 'prefix',
      off: 'disabled',
      tagged: 'tags',
      low: 'before-start',
      high: 'before-start',
    });
    expect((await statusOf('old')).role).toBe('none');
    await put('new', 'x');
    expect(await reasons('new')).toEqual({
      logs: 'prefix',
      off: 'disabled',
      tagged: 'tags',
      low: 'outranked',
      high: 'matched',
    });
    const tagged = await world.sdk.putObject({
      Bucket: SOURCE.bucket,
      Region: SOURCE.region,
      Key: 'logs/1',
      Body: 'x',
      Headers: { 'x-cos-tagging': 'team=a' },
    });
    expect(tagged.statusCode).toBe(200);
    expect(await reasons('logs/1')).toMatchObject({ logs: 'outranked', tagged: 'matched' });
    await put('.replication-preflight/mine', 'x');
    expect(await reasons('.replication-preflight/mine')).toMatchObject({ low: 'reserved', high: 'reserved' });
  });

  it('follows delete markers', async () => {
    await world.rules(
      ruleText('all', BACKUP),
      ruleText('none', THIRD, '<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>'),
    );
    await put('a', 'one');
    await world.replicate('a');
    const { versionId } = await world.user.deleteObject(SOURCE, 'a');
    const status = await statusOf('a');
    expect(status).toMatchObject({ deleteMarker: true, versionId, current: true });
    expect(status.rules[1]).toMatchObject({ matched: false, reason: 'delete-marker' });
    expect(status.destinations).toMatchObject([{ state: 'PENDING', rule: 'all' }]);
    await world.replicate('a');
    expect(await only('a')).toMatchObject({ state: 'COMPLETED' });
    await put('a', 'again');
    expect(await only('a', versionId)).toEqual({
      destination: 'backup-1250000000@ap-shanghai',
      rule: 'all',
      state: 'SKIPPED',
      reason: 'overtaken',
    });
  });

  it('names what is skipped, and why', async () => {
    await world.rules(ruleText('all', BACKUP));
    await world.sdk.putObject({
      Bucket: SOURCE.bucket,
      Region: SOURCE.region,
      Key: 'cold',
      Body: 'x',
      StorageClass: 'ARCHIVE',
    });
    await world.replicate('cold');
    expect(await only('cold')).toMatchObject({ state: 'SKIPPED', reason: 'archived' });

    const first = await put('kept', 'one');
    await world.replicate('kept');
    await put('kept', 'two');
    await world.replicate('kept');
    const status = await only('kept', first);
    if (status.state !== 'COMPLETED') throw new Error('not replicated');
    await world.user.deleteObject(BACKUP, 'kept', status.replicaVersionId);
    expect(await only('kept', first)).toMatchObject({ state: 'SKIPPED', reason: 'removed-at-destination' });
  });

  it('is not completed by a replica whose bytes are others, nor by somebody else’s object', async () => {
    await world.rules(ruleText('all', BACKUP));
    await put('a', 'one');
    await world.user.putObject(BACKUP, 'a', Buffer.from('one'));
    expect(await only('a')).toMatchObject({ state: 'PENDING' });
    await world.replicate('a');
    const replica = await world.user.headObject(BACKUP, 'a');
    if (!replica.found) throw new Error('not replicated');
    await world.user.deleteObject(BACKUP, 'a', replica.head.versionId);
    // All that a replica says of itself, on other bytes.
    await world.sdk.putObject({
      Bucket: BACKUP.bucket,
      Region: BACKUP.region,
      Key: 'a',
      Body: 'uno',
      Headers: Object.fromEntries(
        Object.entries(replica.head.meta).map(([name, value]) => [`x-cos-meta-${name}`, value]),
      ),
    });
    expect(await only('a')).toMatchObject({ state: 'PENDING' });
  });

  it('tells cause, tries and next try of work that failed, and of a run that is at work', async () => {
    await world.rules(ruleText('all', BACKUP));
    await put('a', 'one');
    const target = { source: SOURCE, destination: BACKUP, key: 'a' };
    const work = { ...requestedTask(target, Date.now() - 5000), cause: 'SlowDown', attempts: 3 };
    const due = Date.UTC(2100, 0, 1);
    await world.engine.tasks.defer(work, due);
    await world.engine.tasks.defer({ ...work, key: 'b' }, due);
    expect(await only('a')).toMatchObject({
      state: 'FAILED',
      cause: 'SlowDown',
      attempts: 4,
      nextTry: '2100-01-01T00:00:00.000Z',
    });
    await world.engine.tasks.submit(requestedTask(target, Date.now()));
    const running = await only('a');
    expect(running).toMatchObject({ state: 'FAILED', cause: 'SlowDown' });
    expect(running).not.toHaveProperty('nextTry');

    await put('c', 'three');
    const facts = { floor: 0, since: Number.POSITIVE_INFINITY };
    await world.engine.leases.acquire({ ...target, key: 'c' }, facts, Date.now() + 60_000);
    expect(await only('c')).toMatchObject({ state: 'PENDING', cause: 'running' });
  });

  it('of a replica is not passed on', async () => {
    await world.rules(ruleText('all', BACKUP));
    const meta = {
      'x-cos-meta-replication-source': 'ap-shanghai/backup-1250000000/MTg0NDUwMTY1NDI4NDM1NTE2MTU',
      'x-cos-meta-replication-time': String(Date.now()),
      'x-cos-meta-replication-base': '-',
      'x-cos-meta-replication-crc64': '-',
    };
    const digest = nodeHash.sha256('source-1250000000@ap-guangzhou/a').slice(0, 16);
    await world.sdk.putObject({
      Bucket: SOURCE.bucket,
      Region: SOURCE.region,
      Key: 'a',
      Body: 'x',
      Headers: { ...meta, 'x-cos-meta-replication-id': `${Math.floor(Date.now() / 1000)}-vabc-${digest}` },
    });
    expect(await statusOf('a')).toMatchObject({
      role: 'replica',
      replicaOf: 'ap-shanghai/backup-1250000000/MTg0NDUwMTY1NDI4NDM1NTE2MTU',
      rules: [{ id: 'all', matched: false, reason: 'replica' }],
      destinations: [],
    });
  });

  it('without any rule is none', async () => {
    await put('a', 'one');
    expect(await statusOf('a')).toMatchObject({ role: 'none', rules: [], destinations: [] });
  });

  it.each([
    ['a key that is not there', '/nothing', [], 404, 'NoSuchKey'],
    ['a version that is not there', '/a', [['versionId', 'MTg0NDUwMTY1NDI4NDM1NTE2MTU']], 404, 'NoSuchVersion'],
    ['what no version ID can be', '/a', [['versionId', '../x']], 400, 'InvalidArgument'],
    ['an empty version ID', '/a', [['versionId', '']], 400, 'InvalidArgument'],
    ['a key that is too long', `/${'x'.repeat(851)}`, [], 400, 'KeyTooLong'],
  ] as const)('says what is wrong: %s', async (_, path, more, status, code) => {
    await put('a', 'one');
    const answer = await world.call({ method: 'GET', path, query: [['replicationStatus', ''], ...more] });
    expect(errorOf(answer)).toMatchObject({ status, code });
  });
});
