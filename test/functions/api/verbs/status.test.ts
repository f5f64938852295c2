import { describe, expect, it } from 'vitest';

import { formatPlace, nodeHash } from '../../../../shared/cos/index.ts';
import { BehindMarks, requestedTask } from '../../../../shared/tasks/index.ts';
import { SOURCE, STATE, errorOf } from '../bench.ts';
import { BACKUP, THIRD, ruleText, untilNextSecond } from '../world.ts';
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

  it('does not say that a version was removed at the destination when nothing tells that it was there', async () => {
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
    // The replica that named the first version is gone as well.
    await remove(versions[1]);
    expect(await only('a', versions[1])).toMatchObject({ state: 'SKIPPED', reason: 'removed-at-destination' });
    expect(await only('a', versions[0])).toMatchObject({ state: 'SKIPPED', reason: 'not-at-destination' });
  });

  it('says where the tags of a replica are not those of its source any more', async () => {
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

  it('of one destination does not hide that of another', async () => {
    await world.rules(ruleText('all', BACKUP), ruleText('too', THIRD));
    await put('a', 'one');
    await world.replicate('a');
    world.cloud.faults.set([
      { match: { bucket: BACKUP.bucket }, effect: { kind: 'error', status: 403, code: 'AccessDenied' } },
    ]);
    // A HEAD that is refused has no body, and so no other code than that of its status.
    const unreadable = { destination: 'backup-1250000000@ap-shanghai', state: 'PENDING', attempts: 0 };
    expect((await statusOf('a')).destinations).toMatchObject([
      { ...unreadable, cause: 'destination-unreadable', error: 'AccessDenied' },
      { state: 'COMPLETED', rule: 'too' },
    ]);
    const target = { source: SOURCE, destination: BACKUP, key: 'a' };
    const work = { ...requestedTask(target, Date.now()), cause: 'NoSuchBucket', attempts: 2 };
    await world.engine.tasks.defer(work, Date.UTC(2100, 0, 1));
    expect((await statusOf('a')).destinations).toMatchObject([
      {
        state: 'FAILED',
        cause: 'NoSuchBucket',
        attempts: 3,
        error: 'AccessDenied',
        nextTry: '2100-01-01T00:00:00.000Z',
      },
      { state: 'COMPLETED' },
    ]);
  });

  it('is not completed while work of the key waits, but while it is only looked at again', async () => {
    await world.rules(ruleText('all', BACKUP));
    await put('a', 'one');
    await world.replicate('a');
    const target = { source: SOURCE, destination: BACKUP, key: 'a' };
    const work = (cause: string) => ({ ...requestedTask(target, Date.now()), cause });
    const due = Date.UTC(2100, 0, 1);
    const facts = { floor: 0, since: Number.POSITIVE_INFINITY };

    await world.engine.tasks.defer(work('settle'), due);
    expect(await only('a')).toMatchObject({ state: 'COMPLETED' });
    await world.engine.tasks.submit(work('settle'));
    const acquired = await world.engine.leases.acquire(target, facts, Date.now() + 60_000);
    // This run is the re-check.
    expect(await only('a')).toMatchObject({ state: 'COMPLETED' });
    if (acquired.kind !== 'held') throw new Error('taken');
    await world.engine.leases.release(acquired.lease);

    const name = await world.engine.tasks.defer(work('taken'), due);
    const open = await only('a');
    const nextTry = '2100-01-01T00:00:00.000Z';
    expect(open).toMatchObject({ state: 'PENDING', cause: 'taken', currentAtDestination: true, nextTry });
    expect(open).toHaveProperty('replicaVersionId');
    const failed = await world.engine.tasks.defer(work('SlowDown'), due);
    expect(await only('a')).toMatchObject({ state: 'FAILED', cause: 'SlowDown' });
    for (const one of [name, failed]) await world.user.deleteObject(STATE, one);
    expect(await only('a')).toMatchObject({ state: 'COMPLETED' });
    await world.user.putObject(STATE, `${name}0`, Buffer.from('{"key":'));
    expect(await only('a')).toMatchObject({ state: 'FAILED', cause: 'InvalidStateObject' });
  });

  it('is not completed while a run is at work, or when one broke off', async () => {
    await world.rules(ruleText('all', BACKUP));
    await put('a', 'one');
    await world.replicate('a');
    const target = { source: SOURCE, destination: BACKUP, key: 'a' };
    const facts = { floor: 0, since: Number.POSITIVE_INFINITY };
    const taken = await world.engine.leases.acquire(target, facts, Date.now() + 60_000);
    if (taken.kind !== 'held') throw new Error('taken');
    expect(await only('a')).toMatchObject({ state: 'PENDING', cause: 'running' });
    const record: unknown = JSON.parse(
      Buffer.from((await world.user.getObject(STATE, taken.lease.name))!.body).toString(),
    );
    const expired = { ...(record as object), duration: -3000 };
    await world.user.putObject(STATE, taken.lease.name, Buffer.from(JSON.stringify(expired)));
    expect(await only('a')).toMatchObject({ state: 'PENDING', cause: 'lease' });
    await world.user.putObject(STATE, taken.lease.name, Buffer.from('{'));
    expect(await only('a')).toMatchObject({ state: 'FAILED', cause: 'InvalidStateObject' });
  });

  it('tells whether the destination shows what the source does', async () => {
    await world.rules(ruleText('all', BACKUP));
    const first = await put('a', 'one');
    await world.replicate('a');
    const { versionId = '' } = await world.user.deleteObject(SOURCE, 'a');
    await world.replicate('a');
    expect(await only('a')).toMatchObject({ state: 'COMPLETED', currentAtDestination: true });
    expect(await only('a', first)).not.toHaveProperty('currentAtDestination');
    // Taking a deletion back is not replicated.
    await world.user.deleteObject(SOURCE, 'a', versionId);
    expect(await only('a')).toMatchObject({ state: 'COMPLETED', currentAtDestination: false });
  });

  it('says that an event was missed when it should have come long ago', async () => {
    await world.rules(ruleText('all', BACKUP));
    await put('a', 'one');
    world.clock.ahead = 14 * 60_000;
    expect(await only('a')).toMatchObject({ state: 'PENDING', cause: 'awaiting-event' });
    world.clock.ahead = 16 * 60_000;
    expect(await only('a')).toMatchObject({ state: 'PENDING', cause: 'missed-event', attempts: 0 });
    await world.engine.tasks.defer(
      requestedTask({ source: SOURCE, destination: BACKUP, key: 'a' }, Date.now()),
      Date.UTC(2100, 0, 1),
    );
    expect(await only('a')).toMatchObject({ state: 'PENDING', cause: 'requested' });
  });

  it('says of what was written while a destination is far behind that a scan brings it', async () => {
    await world.rules(ruleText('all', BACKUP), ruleText('too', THIRD));
    await put('a', 'one');
    const causes = async () => (await statusOf('a')).destinations.map((one) => 'cause' in one && one.cause);
    const deps = { cos: world.user, state: STATE, hash: nodeHash, now: () => Date.now(), unique: () => 'mark' };
    const pair = { source: SOURCE, destination: BACKUP };
    const marks = new BehindMarks(deps, 1);
    await marks.crowd(formatPlace(BACKUP));
    expect(await marks.failed({ ...pair, key: 'a' }, 'AnswerTimeout')).toBe(true);
    expect(await causes()).toEqual(['destination-behind', 'awaiting-event']);
    world.clock.ahead = 16 * 60_000;
    expect(await causes()).toEqual(['destination-behind', 'missed-event']);
    // What fails from now on becomes a task again; what was left before is still the scan's.
    await marks.takeUp(pair, 'mark');
    expect(await causes()).toEqual(['destination-behind', 'missed-event']);
    await marks.end(pair, 'mark');
    expect(await causes()).toEqual(['missed-event', 'missed-event']);
  });

  it('takes events that come late for no fault of the destination', async () => {
    await world.rules(ruleText('all', BACKUP));
    await put('a', 'one');
    const deps = { cos: world.user, state: STATE, hash: nodeHash, now: () => Date.now(), unique: () => 'mark' };
    const target = { source: SOURCE, destination: BACKUP, key: 'a' };
    await new BehindMarks(deps, 1).eventsAreLate(target, Date.now());
    world.clock.ahead = 16 * 60_000;
    expect(await only('a')).toMatchObject({ state: 'PENDING', cause: 'missed-event' });
  });

  it('says of what was written while the rule was disabled that nothing comes by itself', async () => {
    const off = ruleText('all', BACKUP).replace('Enabled', 'Disabled');
    await world.rules(ruleText('all', BACKUP));
    const before = await put('before', 'x');
    await world.rules(off);
    const during = await put('during', 'x');
    await untilNextSecond(world.cloud.core.getObject(SOURCE.bucket, SOURCE.region, 'during').time);
    await world.rules(ruleText('all', BACKUP));
    await put('after', 'x');
    expect(await only('during', during)).toMatchObject({ state: 'PENDING', cause: 'rule-was-disabled', attempts: 0 });
    // Its event may have come as late as that.
    expect(await only('before', before)).toMatchObject({ state: 'PENDING', cause: 'rule-was-disabled' });
    expect(await only('after')).toMatchObject({ state: 'PENDING', cause: 'awaiting-event' });
    // Stored once more, the rule has still been off in between.
    await world.rules(ruleText('all', BACKUP));
    expect(await only('during')).toMatchObject({ cause: 'rule-was-disabled' });
    await world.replicate('during');
    expect(await only('during')).toMatchObject({ state: 'COMPLETED' });
  });

  it('says of what was there before the rule that it has no event', async () => {
    await put('old', 'x');
    await untilNextSecond(world.cloud.core.getObject(SOURCE.bucket, SOURCE.region, 'old').time);
    const existing = '<ExistingObjectReplication><Status>Enabled</Status></ExistingObjectReplication>';
    await world.rules(ruleText('all', BACKUP, existing));
    expect(await only('old')).toMatchObject({ state: 'PENDING', cause: 'existing-object', attempts: 0 });
  });

  it('names the request that was refused, and its side', async () => {
    await world.rules(ruleText('all', BACKUP));
    await put('a', 'one');
    const failed = { request: 'GET object ?tagging', side: 'source' } as const;
    const task = requestedTask({ source: SOURCE, destination: BACKUP, key: 'a' }, Date.now());
    await world.engine.tasks.defer({ ...task, cause: 'AccessDenied', failed }, Date.UTC(2100, 0, 1));
    expect(await only('a')).toMatchObject({ state: 'FAILED', cause: 'AccessDenied', ...failed });
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
