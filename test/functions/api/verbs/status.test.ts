import { describe, expect, it } from 'vitest';

import { SOURCE, errorOf } from '../bench.ts';
import { BACKUP, THIRD, ruleText, untilNextSecond } from '../../../deployment/over-http.ts';
import { statusOf, only, put, OF_BACKUP, signed, putMarked, world, replaceWorld, useWorld } from './status-world.ts';

useWorld();

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

  it('is that of the named version', async () => {
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
    await untilNextSecond(world.cloud.core.getObject(SOURCE.bucket, SOURCE.region, 'old').time);
    await world.rules(
      ruleText('logs', BACKUP, '<Priority>5</Priority><Prefix>logs/</Prefix>'),
      ruleText('off', BACKUP, '<Priority>1</Priority>').replace('Enabled', 'Disabled'),
      ruleText('tagged', THIRD, '<Priority>2</Priority><Filter><Tag><Key>team</Key><Value>a</Value></Tag></Filter>'),
      ruleText('low', BACKUP, '<Priority>4</Priority>'),
      ruleText('high', BACKUP, '<Priority>3</Priority>'),
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

  it('names skipped versions, and why', async () => {
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
    const where = { Bucket: SOURCE.bucket, Region: SOURCE.region, Key: 'log' };
    await world.sdk.appendObject({ ...where, Position: 0, Body: 'x' });
    await world.replicate('log');
    expect(await only('log')).toMatchObject({ state: 'SKIPPED', reason: 'appended' });

    const first = await put('kept', 'one');
    await world.replicate('kept');
    await put('kept', 'two');
    await world.replicate('kept');
    const status = await only('kept', first);
    if (status.state !== 'COMPLETED') throw new Error('not replicated');
    await world.user.deleteObject(BACKUP, 'kept', status.replicaVersionId);
    expect(await only('kept', first)).toMatchObject({ state: 'SKIPPED', reason: 'removed-at-destination' });
  });

  it('does not say that a version was removed at the destination when nothing proves that it was there', async () => {
    await world.rules(ruleText('all', BACKUP));
    const versions: string[] = [];
    for (const text of ['one', 'two', 'three']) {
      versions.push(await put('a', text));
      await world.replicate('a');
    }
    const remove = async (versionId = '') => {
      const status = await only('a', versionId);
      if (status.state !== 'COMPLETED') throw new Error('not replicated');
      await world.user.deleteObject(BACKUP, 'a', status.replicaVersionId);
    };
    await remove(versions[0]);
    expect(await only('a', versions[0])).toMatchObject({ state: 'SKIPPED', reason: 'removed-at-destination' });
    // The replica that named the first version is removed as well.
    await remove(versions[1]);
    expect(await only('a', versions[1])).toMatchObject({ state: 'SKIPPED', reason: 'removed-at-destination' });
    expect(await only('a', versions[0])).toMatchObject({ state: 'SKIPPED', reason: 'not-at-destination' });
  });

  it('says where the tags of a replica differ from those of its source', async () => {
    await world.rules(ruleText('all', BACKUP));
    await put('a', 'one');
    await world.replicate('a');
    expect(await only('a')).not.toHaveProperty('tags');
    const { versionId } = (await statusOf('a')) as { versionId: string };
    await world.user.putTags(SOURCE, 'a', versionId, [
      ['team', 'x'],
      ['n', '1'],
    ]);
    const differs = await only('a');
    expect(differs).toMatchObject({ state: 'COMPLETED', tags: 'differ' });
    if (differs.state !== 'COMPLETED') throw new Error('not replicated');
    // As many, and other ones.
    const { replicaVersionId } = differs;
    await world.user.putTags(BACKUP, 'a', replicaVersionId, [
      ['n', '2'],
      ['team', 'x'],
    ]);
    expect(await only('a')).toMatchObject({ state: 'COMPLETED', tags: 'differ' });
    await world.user.putTags(BACKUP, 'a', replicaVersionId, [
      ['n', '1'],
      ['team', 'x'],
    ]);
    expect(await only('a')).not.toHaveProperty('tags');
    await world.user.putTags(SOURCE, 'a', versionId, []);
    expect(await only('a')).toMatchObject({ state: 'COMPLETED', tags: 'differ' });
    world.cloud.faults.set([
      {
        match: { bucket: BACKUP.bucket, action: 'GetObjectTagging' },
        effect: { kind: 'error', status: 403, code: 'AccessDenied' },
      },
    ]);
    expect(await only('a')).toMatchObject({ state: 'COMPLETED', tags: 'unknown' });
  });

  it('says whether the destination shows the same as the source', async () => {
    await world.rules(ruleText('all', BACKUP));
    const first = await put('a', 'one');
    await world.replicate('a');
    const { versionId = '' } = await world.user.deleteObject(SOURCE, 'a');
    await world.replicate('a');
    expect(await only('a')).toMatchObject({ state: 'COMPLETED', currentAtDestination: true });
    expect(await only('a', first)).not.toHaveProperty('currentAtDestination');
    // Undoing a deletion is not replicated.
    await world.user.deleteObject(SOURCE, 'a', versionId);
    expect(await only('a')).toMatchObject({ state: 'COMPLETED', currentAtDestination: false });
  });

  it.each([
    ['a forged marker', { received: true, key: 'a', source: `ap-shanghai/other-1250000000/${OF_BACKUP}` }],
    ['the marker of another key', { received: true, key: 'b' }],
    ['a genuine marker, where nobody replicates to', { received: false, key: 'a' }],
  ])('with %s is that of an object of the source', async (_, { received, key, ...forged }) => {
    await replaceWorld(received);
    await world.rules(ruleText('all', BACKUP));
    const meta = await signed(key);
    await putMarked('source' in forged ? { ...meta, 'replication-source': forged.source } : meta);
    expect(await statusOf('a')).toMatchObject({ role: 'source', destinations: [{ state: 'PENDING' }] });
  });

  it('is none without any rule', async () => {
    await put('a', 'one');
    expect(await statusOf('a')).toMatchObject({ role: 'none', rules: [], destinations: [] });
  });

  it.each([
    ['a key that is not there', '/nothing', [], 404, 'NoSuchKey'],
    ['a version that is not there', '/a', [['versionId', 'MTg0NDUwMTY1NDI4NDM1NTE2MTU']], 404, 'NoSuchVersion'],
    ['what no version ID can be', '/a', [['versionId', '../x']], 400, 'InvalidArgument'],
    ['an empty version ID', '/a', [['versionId', '']], 400, 'InvalidArgument'],
    ['a key that is too long', `/${'x'.repeat(851)}`, [], 400, 'KeyTooLong'],
  ] as const)('names the fault: %s', async (_, path, more, status, code) => {
    await put('a', 'one');
    const answer = await world.call({ method: 'GET', path, query: [['replicationStatus', ''], ...more] });
    expect(errorOf(answer)).toMatchObject({ status, code });
  });
});
