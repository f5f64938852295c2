import { describe, expect, it } from 'vitest';

import { SOURCE } from '../bench.ts';
import { BACKUP, ruleText, untilNextSecond } from '../../../deployment/over-http.ts';
import {
  statusOf,
  only,
  putSealed,
  put,
  OF_BACKUP,
  signed,
  putMarked,
  world,
  replaceWorld,
  useWorld,
} from './status-world.ts';

useWorld();

describe('the status of an object with or without replicas', () => {
  it("is not completed by a replica with other bytes, nor by somebody else's object", async () => {
    await world.rules(ruleText('all', BACKUP));
    await put('a', 'one');
    await world.user.putObject(BACKUP, 'a', Buffer.from('one'));
    expect(await only('a')).toMatchObject({ state: 'PENDING' });
    await world.replicate('a');
    const replica = await world.user.headObject(BACKUP, 'a');
    if (!replica.found) throw new Error('not replicated');
    await world.user.deleteObject(BACKUP, 'a', replica.head.versionId);
    // The whole replication marker, on other bytes.
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

  it.each<[string, { crc64?: string; etag?: string }]>([
    ['crc64', {}],
    ['etag', { crc64: '' }],
    ['size', { crc64: '', etag: '"0123456789abcdef0123456789abcdef-2"' }],
  ])('says that bytes were compared by %s, the best that the source has', async (comparedBy, { crc64, etag }) => {
    await world.rules(ruleText('all', BACKUP));
    await put('a', 'one');
    const version = world.cloud.core.getObject(SOURCE.bucket, SOURCE.region, 'a');
    if (crc64 !== undefined) Object.defineProperty(version.blob, 'crc64', { value: crc64 });
    if (etag !== undefined) Object.assign(version, { etag });
    await world.replicate('a');
    expect(await only('a')).toMatchObject({ state: 'COMPLETED', comparedBy });
  });

  it("of a version under a customer's key is skipped, and does not hide the others", async () => {
    await world.rules(ruleText('all', BACKUP));
    const first = await put('a', 'one');
    await world.replicate('a');
    await putSealed(SOURCE, 'a');
    const status = await statusOf('a');
    expect(status).toMatchObject({ role: 'source', current: true, deleteMarker: false });
    expect(status.destinations).toMatchObject([{ state: 'SKIPPED', reason: 'customer-key' }]);
    const of = (versionId: string) => statusOf('a', versionId);
    expect(await of(status.versionId)).toMatchObject({ current: true, destinations: [{ reason: 'customer-key' }] });
    expect(await of(first)).toMatchObject({ current: false, destinations: [{ state: 'COMPLETED' }] });
  });

  it("finds the replica below somebody's version under a customer's key", async () => {
    await world.rules(ruleText('all', BACKUP));
    await put('a', 'one');
    await world.replicate('a');
    expect(await only('a')).toMatchObject({ state: 'COMPLETED', currentAtDestination: true });
    await putSealed(BACKUP, 'a');
    expect(await only('a')).toMatchObject({ state: 'COMPLETED', currentAtDestination: false });
    await put('b', 'two');
    await putSealed(BACKUP, 'b');
    expect(await only('b')).toMatchObject({ state: 'PENDING' });
  });

  it('names a replica that no rule covers any more', async () => {
    await world.rules(ruleText('all', BACKUP));
    const first = await put('a', 'one');
    await world.replicate('a');
    const replicated = await only('a');
    if (replicated.state !== 'COMPLETED') throw new Error('not replicated');
    const left = {
      role: 'source',
      destinations: [
        {
          destination: 'backup-1250000000@ap-shanghai',
          state: 'SKIPPED',
          reason: 'no-rule',
          replicaVersionId: replicated.replicaVersionId,
          currentAtDestination: true,
        },
      ],
    };
    await world.rules(ruleText('all', BACKUP, '<Prefix>other/</Prefix>'));
    expect(await statusOf('a')).toMatchObject({ ...left, rules: [{ matched: false, reason: 'prefix' }] });
    await put('b', 'never replicated');
    expect(await statusOf('b')).toMatchObject({ role: 'none', destinations: [] });
    expect((await world.call({ method: 'DELETE' })).statusCode).toBe(204);
    expect(await statusOf('a', first)).toMatchObject({ ...left, rules: [] });
  });

  it('of a version whose replica somebody removed does not claim that it exists', async () => {
    await world.rules(ruleText('all', BACKUP));
    await put('a', 'one');
    await world.replicate('a');
    const status = await only('a');
    if (status.state !== 'COMPLETED') throw new Error('not replicated');
    await world.user.deleteObject(BACKUP, 'a', status.replicaVersionId);
    world.clock.ahead = 16 * 60_000;
    expect(await only('a')).toMatchObject({ state: 'PENDING', cause: 'missed-event' });
  });

  it('ignores writes while the destination kept no versions: the next write takes their place', async () => {
    await world.rules(ruleText('all', BACKUP));
    await world.replicate('warm');
    world.cloud.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Suspended');
    await put('a', 'one');
    await expect(world.replicate('a')).rejects.toMatchObject({ code: 'BucketVersionNotOpen' });
    expect(await only('a')).not.toMatchObject({ state: 'COMPLETED' });
    world.cloud.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Enabled');
    await world.replicate('a');
    expect(await only('a')).toMatchObject({ state: 'COMPLETED', currentAtDestination: true });
  });

  it('of a replica is not replicated on', async () => {
    await replaceWorld(true);
    await world.rules(ruleText('all', BACKUP));
    await putMarked(await signed('a'));
    expect(await statusOf('a')).toMatchObject({
      role: 'replica',
      replicaOf: `ap-shanghai/backup-1250000000/${OF_BACKUP}`,
      rules: [{ id: 'all', matched: false, reason: 'replica' }],
      destinations: [],
    });
  });

  it("of a user's copy of a replica is that of an object of the source", async () => {
    await replaceWorld(true);
    await world.rules(ruleText('all', BACKUP));
    const meta = await signed('a');
    await putMarked(meta);
    await untilNextSecond(Date.now());
    await putMarked(meta);
    expect(await statusOf('a')).toMatchObject({ role: 'source', destinations: [{ state: 'PENDING' }] });
  });
});
