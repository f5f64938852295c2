import { describe, expect, it } from 'vitest';

import { formatPlace, nodeHash } from '../../../../shared/cos/index.ts';
import { BehindMarks, requestedTask } from '../../../../shared/tasks/index.ts';
import { SOURCE, STATE } from '../bench.ts';
import { BACKUP, THIRD, ruleText, untilNextSecond } from '../../../deployment/over-http.ts';
import { statusOf, only, put, world, useWorld } from './status-world.ts';

useWorld();

describe('the status of an object that is not replicated', () => {
  it('has cause, attempts and next try of failed work, and shows a run at work', async () => {
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

  it('at one destination does not hide that at another', async () => {
    await world.rules(ruleText('all', BACKUP), ruleText('too', THIRD));
    await put('a', 'one');
    await world.replicate('a');
    world.cloud.faults.set([
      { match: { bucket: BACKUP.bucket }, effect: { kind: 'error', status: 403, code: 'AccessDenied' } },
    ]);
    // A refused HEAD has no body, so its only code is its status.
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

  it('is not completed while work of the key waits, unless that is only a re-check', async () => {
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

  it('is not completed while a run is at work, or after one was killed', async () => {
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

  it('is a missed event when the event should have come long ago', async () => {
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

  it('says that a scan brings a version written while a destination is far behind', async () => {
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
    // A failure from now on becomes a task again; earlier ones are still left to the scan.
    await marks.takeUp(pair, 'mark');
    expect(await causes()).toEqual(['destination-behind', 'missed-event']);
    await marks.end(pair, 'mark');
    expect(await causes()).toEqual(['missed-event', 'missed-event']);
  });

  it("is not the destination's fault when events come late", async () => {
    await world.rules(ruleText('all', BACKUP));
    await put('a', 'one');
    const deps = { cos: world.user, state: STATE, hash: nodeHash, now: () => Date.now(), unique: () => 'mark' };
    const target = { source: SOURCE, destination: BACKUP, key: 'a' };
    await new BehindMarks(deps, 1).eventsAreLate(target, Date.now());
    world.clock.ahead = 16 * 60_000;
    expect(await only('a')).toMatchObject({ state: 'PENDING', cause: 'missed-event' });
  });

  it('says that a version written while the rule was disabled does not come by itself', async () => {
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
    // Stored once more, the rule has still been disabled in between.
    await world.rules(ruleText('all', BACKUP));
    expect(await only('during')).toMatchObject({ cause: 'rule-was-disabled' });
    await world.replicate('during');
    expect(await only('during')).toMatchObject({ state: 'COMPLETED' });
  });

  it('says that a version from before the rule has no event', async () => {
    await put('old', 'x');
    await untilNextSecond(world.cloud.core.getObject(SOURCE.bucket, SOURCE.region, 'old').time);
    const existing = '<ExistingObjectReplication><Status>Enabled</Status></ExistingObjectReplication>';
    await world.rules(ruleText('all', BACKUP, existing));
    expect(await only('old')).toMatchObject({ state: 'PENDING', cause: 'existing-object', attempts: 0 });
  });

  it('names the refused request and its side', async () => {
    await world.rules(ruleText('all', BACKUP));
    await put('a', 'one');
    const failed = { request: 'GET object ?tagging', side: 'source' } as const;
    const task = requestedTask({ source: SOURCE, destination: BACKUP, key: 'a' }, Date.now());
    await world.engine.tasks.defer({ ...task, cause: 'AccessDenied', failed }, Date.UTC(2100, 0, 1));
    expect(await only('a')).toMatchObject({ state: 'FAILED', cause: 'AccessDenied', ...failed });
  });
});
