import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BACKUP, LargeDeployment, MEGABYTE } from '../../../../deployment/index.ts';
import { expectReplica, handOverAfter, scan, SMALL } from './steps.ts';

let world: LargeDeployment;
beforeEach(async () => {
  world = new LargeDeployment(SMALL);
  await world.setRule();
});
afterEach(() => world.close());

const { bucket, region } = BACKUP;

describe('somebody who may write parts to an upload of ours', () => {
  it.each([
    ['an existing part', 1],
    ['a missing part', 12],
  ])('cannot get other bytes accepted as the replica by writing %s', async (_, partNumber) => {
    const source = world.upload('k', 20 * MEGABYTE);
    const uploadId = await handOverAfter(world, source, 3);
    const { parts } = world.core.listParts(bucket, region, 'k', { uploadId });
    const blob = world.blobs.repeat(Buffer.from('theirs'), parts[0]?.size ?? 0);
    world.core.uploadPart(bucket, region, 'k', { uploadId, partNumber, blob });
    await world.rest();
    await scan(world, 'k');
    expectReplica(world, 'k', source);
    expect(world.replicas('k')).toHaveLength(1);
    expect(world.uploads()).toEqual([]);
  });

  it('cannot get a replica of a few parts accepted by completing it', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    const uploadId = await handOverAfter(world, source, 3);
    const { parts } = world.core.listParts(bucket, region, 'k', { uploadId });
    const theirs = world.core.completeMultipart(
      bucket,
      region,
      'k',
      { uploadId, parts: parts.map(({ partNumber, etag }) => ({ partNumber, etag })) },
      { requestId: 'theirs' },
    );
    await world.rest();
    await scan(world, 'k');
    const replicas = world.replicas('k');
    const whole = replicas.filter((version) => version.blob?.crc64 === source.blob?.crc64);
    expect(whole).toHaveLength(1);
    expect(replicas[0]?.versionId).toBe(whole[0]?.versionId);
    // It counts as another's version, whatever its metadata says, and is not removed.
    expect(replicas.map(({ versionId }) => versionId)).toContain(theirs.versionId);
  });

  it('only makes it start again by aborting it', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    const uploadId = await handOverAfter(world, source, 3);
    world.core.abortMultipart(bucket, region, 'k', uploadId);
    await world.rest();
    expectReplica(world, 'k', source);
    expect(world.count('initiateMultipart')).toBe(2);
  });
});
