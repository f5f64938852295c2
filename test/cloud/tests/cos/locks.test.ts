import { describe, expect, it } from 'vitest';
import type { VersioningStatus } from '../../cos/index.ts';
import { BUCKET, OTHER, plain, refusal, REGION, setup, START } from './setup.ts';
import { DAY, runAfter, setLifecycle } from './settings.ts';

function locked(versioning?: VersioningStatus, defaultDays?: number) {
  const bench = setup(versioning);
  bench.core.configureBucket(BUCKET, REGION, { objectLock: { defaultDays } });
  return bench;
}

describe('a locked version', () => {
  it('cannot be removed by its ID before its lock ends, and can after', () => {
    const bench = locked('Enabled', 3);
    const { versionId } = bench.put('a');
    bench.clock.ms += 3 * DAY - 1;
    expect(refusal(() => bench.remove('a', versionId))).toBe('ObjectLocked 409');
    bench.clock.ms += 1;
    expect(bench.remove('a', versionId)).toEqual({ versionId, deleteMarker: false });
  });

  it('can be hidden by a delete marker and by a newer version', () => {
    const bench = locked('Enabled', 3);
    bench.put('a', '1');
    bench.put('a', '2');
    bench.remove('a');
    expect(bench.stack('a')).toBe('m v v');
  });

  it('cannot be overwritten nor deleted where there is no versioning', () => {
    const bench = locked(undefined, 1);
    bench.put('a');
    expect(refusal(() => bench.put('a', 'other'))).toBe('ObjectLocked 409');
    expect(refusal(() => bench.remove('a'))).toBe('ObjectLocked 409');
    const uploadId = () => bench.core.initiateMultipart(BUCKET, REGION, 'a', plain, bench.context());
    expect(refusal(uploadId)).toBe('ObjectLocked 409');
  });

  it('keeps its tags, but not its ACL', () => {
    const bench = locked('Enabled', 1);
    bench.put('a');
    expect(refusal(() => bench.core.putTags(BUCKET, REGION, 'a', undefined, [['a', 'b']]))).toBe('ObjectLocked 409');
    const acl = { canned: 'public-read', grants: [] } as const;
    expect(bench.core.putAcl(BUCKET, REGION, 'a', undefined, acl).attributes.acl).toEqual(acl);
  });

  it('is left alone by a lifecycle until its lock ends', () => {
    const bench = locked('Enabled', 10);
    bench.put('a', '1');
    bench.put('a', '2');
    setLifecycle(bench, { noncurrentExpiration: 2, expiration: { days: 2 } });
    expect(runAfter(bench, 9)).toEqual([]);
    expect(runAfter(bench, 11)).toEqual(['removed a', 'hidden a']);
  });
});

describe('a retention', () => {
  it("of a version takes precedence over the bucket's, and can only be extended", () => {
    const bench = locked('Enabled', 1);
    bench.put('a', '1', { lockedUntil: START + 5 * DAY });
    const set = (days: number) => bench.core.putRetention(BUCKET, REGION, 'a', undefined, START + days * DAY);
    expect(refusal(() => set(4))).toBe('ObjectLocked 409');
    expect(set(6).attributes.lockedUntil).toBe(START + 6 * DAY);
    expect(refusal(() => set(-1))).toBe('InvalidArgument 400');
  });

  it('is not copied, and needs a bucket with object lock', () => {
    const bench = locked('Enabled');
    bench.put('a', '1', { lockedUntil: START + DAY });
    const how = { replaceMetadata: false, replaceTags: false, attributes: plain };
    const { version } = bench.core.copyObject(
      BUCKET,
      REGION,
      'b',
      { bucket: BUCKET, region: REGION, key: 'a' },
      how,
      bench.context(),
    );
    expect(version.attributes.lockedUntil).toBeUndefined();
    expect(refusal(() => setup().put('a', '', { lockedUntil: START + DAY }))).toBe('InvalidRequest 400');
  });
});

describe('object lock', () => {
  it('stays on, keeps versioning from being suspended, and is refused to a suspended bucket or one of several zones', () => {
    const bench = locked('Enabled');
    expect(refusal(() => bench.core.configureBucket(BUCKET, REGION, { objectLock: undefined }))).toBe(
      'InvalidArgument 400',
    );
    expect(refusal(() => bench.versioning('Suspended'))).toBe('InvalidBucketState 409');
    expect(refusal(() => locked('Suspended'))).toBe('InvalidBucketState 409');
    bench.core.createBucket(OTHER.bucket, OTHER.region, undefined, { multiAz: true });
    const lock = () => bench.core.configureBucket(OTHER.bucket, OTHER.region, { objectLock: { defaultDays: 1 } });
    expect(refusal(lock)).toBe('InvalidBucketState 409');
  });

  it.each([0, 36_501, 1.5])('has no default of %s days', (defaultDays) => {
    expect(refusal(() => locked('Enabled', defaultDays))).toBe('InvalidArgument 400');
  });
});
