import { beforeEach, describe, expect, it } from 'vitest';
import { CosError } from '../../../shared/cos/index.ts';
import {
  BACKUP,
  deployment,
  type Deployment,
  KEY,
  MARKER_EVENT,
  refusal,
  SETTLED,
  SOURCE,
} from '../../deployment/index.ts';

const TOLD = { markerTold: () => true };
const NO_FACTS = { floor: 0, since: Number.POSITIVE_INFINITY };
const TARGET = { source: SOURCE, destination: BACKUP, key: KEY };
let world: Deployment;
beforeEach(async () => {
  world = await deployment(TOLD);
});

describe('work that cannot be finished', () => {
  const waiting = async () => {
    const names = world.state('waiting/');
    expect(names).toHaveLength(1);
    return world.pending(names[0] ?? '');
  };

  // P21, P44
  it('on a taken key leaves a knock, and the run that has the key looks once more', async () => {
    const version = world.put('1');
    const taken = await world.engine.leases.acquire(TARGET, NO_FACTS, world.clock.ms + 600_000);
    for (let i = 0; i < 3; i += 1) expect(await world.replicate({ version })).toEqual({ done: 0, deferred: 1 });
    expect(world.logs.filter((line) => (line as { level?: string }).level === 'error')).toEqual([]);
    expect(world.state('waiting/')).toEqual([]);
    expect(world.state('leases/').filter((name) => name.endsWith('/knock'))).toHaveLength(1);
    if (taken.kind === 'held') await world.engine.leases.release(taken.lease);
    // The holder was killed before it could see the knock. The sweep finds it beside the leases.
    await world.later();
    expect(world.stack()).toHaveLength(1);
    expect(world.state('leases/')).toEqual([]);
  });

  // P43
  it('on a key that is released in the moment of the knock is done by the run that knocked', async () => {
    const version = world.put('1');
    const taken = await world.engine.leases.acquire(TARGET, NO_FACTS, world.clock.ms + 600_000);
    world.onRequest(async (call, key) => {
      if (call === 'putObject crr' && key.endsWith('/knock') && taken.kind === 'held')
        await world.engine.leases.release(taken.lease);
    });
    expect(await world.replicate({ version })).toEqual({ done: 1, deferred: 0 });
    expect(world.stack()).toHaveLength(1);
    expect(world.state('leases/')).toEqual([]);
  });

  it('keeps a deeper knock that came before the key was taken', async () => {
    const version = world.put('1');
    const taken = await world.engine.leases.acquire(TARGET, NO_FACTS, world.clock.ms + 600_000);
    const { leases, knocks, deps } = world.engine;
    let [isKnocked, isHeard] = [false, false];
    const looks: (number | undefined)[] = [];
    world.onRequest(async (call, key) => {
      if (call === 'putObject crr' && key.endsWith('/knock') && !isKnocked && taken.kind === 'held') {
        isKnocked = true;
        await leases.release(taken.lease);
      }
      if (call === 'putObject crr' && /^leases.*\/0$/.test(key) && isKnocked && !isHeard) {
        // Another run has removed the knock, and a run that knows of an older version has knocked since.
        isHeard = true;
        await knocks.putBack(TARGET, 0);
      }
      if (call !== 'deleteObject crr' || !/^leases.*\/0$/.test(key) || !isHeard) return;
      const lease = await deps.cos.getObject(deps.state, key);
      looks.push((JSON.parse(Buffer.from(lease?.body ?? []).toString()) as { floor?: number }).floor);
    });
    expect(await world.replicate({ version })).toEqual({ done: 1, deferred: 0 });
    expect(looks.at(-1)).toBe(0);
    expect(world.state('leases/')).toEqual([]);
  });

  // P41, P42
  it('on versions that come during a look is done by the run that looks', async () => {
    const version = world.put('1');
    let copies = 0;
    world.onRequest(async (call) => {
      if (call !== 'copyObject backup') return;
      copies += 1;
      if (copies > 2) return;
      // The second version comes during the look that the first one's knock has asked for.
      const later = world.put(`later ${copies}`);
      expect(await world.replicate({ version: later })).toEqual({ done: 0, deferred: 1 });
    });
    expect(await world.replicate({ version })).toEqual({ done: 1, deferred: 0 });
    expect(world.stack()).toHaveLength(3);
    expect(world.state('leases/')).toEqual([]);
  });

  it('that no knock can describe becomes a task with the version and the floor, due when the lease may have ended', async () => {
    const version = world.put('1');
    await world.engine.leases.acquire(TARGET, NO_FACTS, world.clock.ms + 600_000);
    await world.engine.knocks.knock(TARGET, (world.clock.ms + 50_000) * 1000, world.clock.ms + 60_000);
    world.clock.ms += 60_000;
    await world.replicate({ version });
    expect(await waiting()).toMatchObject({
      ...TARGET,
      hints: [version.versionId],
      cause: 'taken',
      attempts: 0,
      first: world.clock.ms,
    });
    expect(world.state('waiting/')[0]).toContain(`/${world.clock.ms + 60_000}/`);
    expect(world.started).toEqual([]);
  });

  it('after a refusal becomes a task with its cause, and the key is released', async () => {
    const version = world.put('1');
    world.onRequest((call) => {
      if (call === 'copyObject backup') throw refusal();
    });
    await world.replicate({ version });
    // The function itself succeeds, so an alarm can watch this line only.
    expect(world.logs).toContainEqual(expect.objectContaining({ level: 'error', key: KEY, cause: 'SlowDown' }));
    expect(await waiting()).toMatchObject({ hints: [version.versionId], cause: 'SlowDown', attempts: 0 });
    expect(world.state('leases/')).toEqual([]);
  });

  // P22
  it('after a write with unknown outcome keeps the lease, the record from which the next run continues', async () => {
    world.onRequest((call) => {
      if (call === 'copyObject backup') throw refusal('unknown', 'AnswerTimeout');
    });
    await world.replicate({ version: world.put('1') });
    expect(await waiting()).toMatchObject({ cause: 'AnswerTimeout' });
    expect(world.state('leases/')).toHaveLength(1);
  });

  it('does not repeat a copy that had succeeded although its answer was lost', async () => {
    const version = world.put('1');
    world.onAnswer((call) => {
      if (call === 'copyObject backup') throw refusal('unknown', 'AnswerTimeout');
    });
    await world.replicate({ version });
    expect(world.stack()).toHaveLength(1);
    world.onAnswer(() => undefined);
    world.clock.ms += 10 * SETTLED;
    expect(await world.replicate({ version })).toEqual({ done: 1, deferred: 0 });
    expect(world.stack()).toEqual([version.versionId]);
    expect(world.state('leases/')).toEqual([]);
  });

  it('with a DELETE that takes effect after its run was killed does not hide a version put in between', async () => {
    await world.replicate({ version: world.put('1') });
    world.clock.ms += SETTLED;
    const vid = world.remove().versionId ?? '';
    world.onRequest((call) => {
      if (call === 'deleteObject backup') throw refusal('unknown', 'AnswerTimeout');
    });
    await world.replicate({ name: MARKER_EVENT, vid });
    world.onRequest(() => undefined);
    world.clock.ms += 1000;
    const version = world.put('2');
    // Its own event finds the key taken by the record of the killed run, and leaves a task.
    expect(await world.replicate({ version })).toEqual({ done: 0, deferred: 1 });
    world.clock.ms += 30_000;
    world.remove(undefined, BACKUP);
    world.clock.ms += 10 * SETTLED;
    await world.replicate({ version });
    expect(world.stack()[0]).toBe(version.versionId);
  });

  it('makes the platform repeat the event when even the task cannot be written', async () => {
    world.onRequest((call) => {
      if (call === 'copyObject backup' || call === 'putObject crr') throw refusal();
    });
    await expect(world.replicate({ version: world.put('1') })).rejects.toMatchObject({ code: 'SlowDown' });
  });

  it('on an object too large for this function is handed to a task at once', async () => {
    world = await deployment({ ...TOLD, inlineBytes: 3 });
    const version = world.put('1234');
    expect(await world.replicate({ version })).toEqual({ done: 0, deferred: 1 });
    expect(world.started).toHaveLength(1);
    expect(world.requests).not.toContain('copyObject backup');
    expect(world.state('leases/')).toEqual([]);
  });

  it('on listings that may be young is checked again when they have settled', async () => {
    await world.replicate({ version: world.put('1') });
    const vid = world.remove().versionId ?? '';
    await world.replicate({ name: MARKER_EVENT, vid });
    const task = await waiting();
    expect(task?.cause).toBe('settle');
    // If the delete marker hides the current version, it is known to be ours.
    expect(task?.since).toBeLessThanOrEqual(world.clock.ms);
    expect(world.started).toEqual([]);
  });

  it.each([
    ['KeyTooLong', 'metadata-limit'],
    ['InvalidObjectState', 'archived'],
  ])('skips a version that COS refuses to copy with %s, and newer ones are replicated', async (code, reason) => {
    const refused = world.put('1');
    world.onRequest((call) => {
      const details = { code, status: 400, retryable: false, outcome: 'none' } as const;
      if (call === 'copyObject backup') throw new CosError({ method: 'PUT', place: BACKUP, key: KEY }, 'no', details);
    });
    expect(await world.replicate({ version: refused })).toEqual({ done: 1, deferred: 0 });
    expect(world.logs).toContainEqual(
      expect.objectContaining({ key: KEY, skipped: [{ versionId: refused.versionId, reason }] }),
    );
    world.onRequest(() => undefined);
    world.clock.ms += 1000;
    const newer = world.put('2');
    expect(await world.replicate({ version: newer })).toEqual({ done: 1, deferred: 0 });
    expect(world.stack()[0]).toBe(newer.versionId);
  });

  it('on a destination that suspends versioning just before a copy has that cause, and brings the version later', async () => {
    await world.replicate({ version: world.put('1') });
    world.clock.ms += 1000;
    const version = world.put('2');
    // Between the question and the copy, whenever the question was asked.
    world.onRequest((call) => {
      if (call === 'copyObject backup') world.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Suspended');
    });
    expect(await world.replicate({ version })).toEqual({ done: 0, deferred: 1 });
    const [name = ''] = world.state('waiting/');
    expect(await world.pending(name)).toMatchObject({ cause: 'BucketVersionNotOpen' });
    world.onRequest(() => undefined);
    world.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Enabled');
    await world.later();
    const { entries } = world.core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: KEY });
    expect(entries[0]?.attributes.meta['replication-source']).toContain(version.versionId);
    expect(entries[0]?.versionId).not.toBe('null');
  });

  it('includes no skipped version: it is logged with its reason and makes no task', async () => {
    const version = world.put('1', { storageClass: 'ARCHIVE' });
    expect(await world.replicate({ version })).toEqual({ done: 1, deferred: 0 });
    expect(world.logs).toContainEqual(
      expect.objectContaining({
        level: 'info',
        key: KEY,
        skipped: [{ versionId: version.versionId, reason: 'archived' }],
      }),
    );
    expect(world.stack()).toEqual([]);
  });
});
