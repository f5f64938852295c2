import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DESTINATION, SOURCE } from '../../decide/build.ts';
import {
  PARTS_OF_20_MB,
  SMALL,
  abortedIds,
  expectReplica,
  failure,
  handOverAfter,
  loseAnswerOf,
  onNth,
  putOff,
  scan,
} from './steps.ts';
import { LargeDeployment, MEGABYTE } from '../../../../deployment/index.ts';

let world: LargeDeployment;
beforeEach(async () => {
  world = new LargeDeployment(SMALL);
  await world.setRule();
});
afterEach(() => world.close());

describe('useless uploads', () => {
  it('are aborted when another upload has made the replica', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    const uploadId = await handOverAfter(world, source, 3);
    await putOff(world);
    await world.event(source);
    expectReplica(world, 'k', source);
    expect(world.uploads().map((one) => one.uploadId)).toEqual([uploadId]);
    await world.rest();
    expectReplica(world, 'k', source);
    expect(world.uploads()).toEqual([]);
  });

  it('are aborted when the source version is removed', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    const uploadId = await handOverAfter(world, source, 3);
    world.core.deleteObject(SOURCE.bucket, SOURCE.region, 'k', source.versionId, { requestId: 'user' });
    await world.rest();
    expect(abortedIds(world)).toContain(uploadId);
    expect(world.uploads()).toEqual([]);
    expect(world.replicas('k')).toEqual([]);
  });

  // P32
  it('are aborted when no rule covers the key any more', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    await handOverAfter(world, source, 3);
    await world.setRule({ prefix: 'other/' });
    world.now += 60_000;
    await world.rest();
    expect(world.uploads()).toEqual([]);
    expect(world.replicas('k')).toEqual([]);
    expect(world.tasks()).toEqual([]);
  });

  it('are aborted when the rule asks for other replicas', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    const uploadId = await handOverAfter(world, source, 3);
    await world.setRule({ storageClass: 'STANDARD_IA' });
    world.now += 60_000;
    await world.rest();
    expect(expectReplica(world, 'k', source).attributes.storageClass).toBe('STANDARD_IA');
    expect(new Set(abortedIds(world))).toEqual(new Set([uploadId]));
    expect(world.uploads()).toEqual([]);
  });

  it('of others are never touched', async () => {
    const { bucket, region } = DESTINATION;
    const empty = { headers: {}, meta: {}, storageClass: 'STANDARD', tags: [], encryption: undefined };
    const attributes = { ...empty, acl: { canned: 'default', grants: [] } } as const;
    const theirs = world.core.initiateMultipart(bucket, region, 'k', attributes, { requestId: 'user' });
    const source = world.upload('k', 20 * MEGABYTE);
    onNth(world, 'uploadPartCopy', 7, () => {
      world.core.deleteObject(SOURCE.bucket, SOURCE.region, 'k', source.versionId, { requestId: 'user' });
    });
    await world.event(source);
    const again = world.upload('k', 20 * MEGABYTE);
    world.intercept = () => undefined;
    await handOverAfter(world, again, 3);
    await world.rest();
    await scan(world, 'k');
    expectReplica(world, 'k', again);
    expect(world.uploads().map(({ uploadId }) => uploadId)).toEqual([theirs]);
    expect(abortedIds(world)).not.toContain(theirs);
  });

  it('that somebody aborted are begun again', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    const uploadId = await handOverAfter(world, source, 3);
    world.core.abortMultipart(DESTINATION.bucket, DESTINATION.region, 'k', uploadId);
    await world.rest();
    expectReplica(world, 'k', source);
    expect(world.count('initiateMultipart')).toBe(2);
  });
});

describe('failures', () => {
  it('parts that fail temporarily are tried again in the same run', async () => {
    const source = world.upload('k', 40 * MEGABYTE);
    let parts = 0;
    world.intercept = (name) => {
      if (name === 'uploadPartCopy' && (parts += 1) % 9 === 0) throw failure('SlowDown', 'none');
    };
    await world.event(source);
    expectReplica(world, 'k', source);
    expect(parts).toBeGreaterThan(Math.ceil(40 / 3));
  });

  it('a destination that is down gets no further parts, and the upload is kept', async () => {
    const source = world.upload('k', 40 * MEGABYTE);
    world.intercept = (name) => {
      if (name === 'uploadPartCopy') throw failure('AnswerTimeout', 'unknown');
    };
    await world.event(source);
    for (let i = 0; i < 5; i += 1) await world.minute();
    expect(world.uploads()).toHaveLength(1);
    // A part makes no version, so the key is free although the outcome of the requests is unknown.
    expect(world.core.listObjects('crr-dev-gz-1250000000', 'ap-guangzhou', { prefix: 'leases/' }).entries).toEqual([]);
    expect((await world.pending()).every(({ uploads }) => uploads?.length === 1)).toBe(true);
    expect((await world.pending()).some(({ attempts }) => attempts > 0)).toBe(true);
    world.intercept = () => undefined;
    await world.rest();
    expectReplica(world, 'k', source);
    expect(world.count('initiateMultipart')).toBe(1);
  });

  it('a completion without an answer that succeeded keeps the key taken, and the next run finds it', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    loseAnswerOf(world, 'completeMultipart', true);
    await world.event(source);
    const leases = () => world.core.listObjects('crr-dev-gz-1250000000', 'ap-guangzhou', { prefix: 'leases/' }).entries;
    expect(leases()).toHaveLength(1);
    world.now += 10 * 60_000;
    await world.rest();
    expectReplica(world, 'k', source);
    expect(world.count('completeMultipart')).toBe(1);
    expect(leases()).toEqual([]);
    expect(world.tasks()).toEqual([]);
  });

  it('a completion without an answer that failed is repeated by the next run', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    loseAnswerOf(world, 'completeMultipart', false);
    await world.event(source);
    world.now += 10 * 60_000;
    await world.rest();
    expectReplica(world, 'k', source);
    expect(world.count('initiateMultipart')).toBe(1);
    expect(world.count('uploadPartCopy')).toBe(PARTS_OF_20_MB);
  });

  it("bytes that differ from the source's are removed", async () => {
    const source = world.upload('k', 20 * MEGABYTE, {}, '1');
    const other = world.upload('other', 20 * MEGABYTE, {}, '2');
    let spoilt = false;
    world.intercept = (name, args) => {
      if (name !== 'completeMultipart' || spoilt) return;
      spoilt = true;
      const { bucket, region } = DESTINATION;
      const from = { ...SOURCE, key: 'other', versionId: other.versionId };
      const range = [0, MEGABYTE - 1] as const;
      const part = { uploadId: String(args[2]), partNumber: 2, source: from, range };
      const { etag } = world.core.uploadPartCopy(bucket, region, 'k', part);
      const named = args[3] as { partNumber: number; etag: string }[];
      named.splice(1, 1, { partNumber: 2, etag });
    };
    await world.event(source);
    expect(spoilt).toBe(true);
    expect(world.replicas('k')).toEqual([]);
    expect((await world.pending()).map(({ cause }) => cause)).toEqual(['ReplicaChecksumMismatch']);
    await world.rest();
    expectReplica(world, 'k', source);
  });

  it('a part that was written again is read again', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    let refused = false;
    world.intercept = (name) => {
      if (name !== 'completeMultipart' || refused) return;
      refused = true;
      throw failure('InvalidPart', 'none', false);
    };
    await world.event(source);
    await world.rest();
    expectReplica(world, 'k', source);
    expect(world.count('initiateMultipart')).toBe(1);
    expect(world.count('uploadPartCopy')).toBe(PARTS_OF_20_MB);
  });

  it('a final refusal aborts the upload, and its task has the cause', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    world.intercept = (name) => {
      if (name === 'completeMultipart') throw failure('EntityTooSmall', 'none', false);
    };
    await world.event(source);
    expect(world.uploads()).toEqual([]);
    expect((await world.pending()).map(({ cause }) => cause)).toEqual(['EntityTooSmall']);
  });
});
