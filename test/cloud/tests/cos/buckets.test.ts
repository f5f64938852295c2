import { describe, expect, it } from 'vitest';
import { BUCKET, OTHER, plain, refusal, REGION, setup, START } from './setup.ts';

describe('creating a bucket', () => {
  it('gives a private bucket without versioning', () => {
    const { core } = setup();
    const info = { name: OTHER.bucket, region: OTHER.region, created: START, versioning: undefined, multiAz: false };
    expect(core.createBucket(OTHER.bucket, OTHER.region)).toEqual({ ...info, acl: { canned: 'private', grants: [] } });
    expect(core.headBucket(OTHER.bucket, OTHER.region)).toMatchObject(info);
  });

  it('is refused for an existing name, in any region', () => {
    const { core } = setup();
    expect(refusal(() => core.createBucket(BUCKET, REGION))).toBe('BucketAlreadyOwnedByYou 409');
    expect(refusal(() => core.createBucket(BUCKET, OTHER.region))).toBe('BucketAlreadyOwnedByYou 409');
    core.switches.ownBucketAlreadyExists = true;
    expect(refusal(() => core.createBucket(BUCKET, REGION))).toBe('BucketAlreadyExists 409');
  });

  it.each(['photos', 'Photos-125', '-photos-125', 'photos_x-125', 'photos-125a', '-125', 'photos--', ''])(
    'is refused for the name %j',
    (name) => expect(refusal(() => setup().core.createBucket(name, REGION))).toBe('InvalidBucketName 400'),
  );

  it('is refused when the name is no label of a host', () => {
    const { core } = setup();
    expect(core.createBucket(`${'a'.repeat(59)}-125`, REGION).region).toBe(REGION);
    expect(refusal(() => core.createBucket(`${'a'.repeat(60)}-125`, REGION))).toBe('BucketNameTooLong 400');
  });

  it('is refused when the domain would have more than 60 characters, where the switch says so', () => {
    const { core } = setup(undefined, { refuseLongDomains: true });
    const room = 60 - `-125.cos.${REGION}.myqcloud.com`.length;
    expect(core.createBucket(`${'a'.repeat(room)}-125`, REGION).region).toBe(REGION);
    expect(refusal(() => core.createBucket(`${'a'.repeat(room + 1)}-125`, REGION))).toBe('BucketNameTooLong 400');
  });

  it('is refused from the 201st bucket of an account on', () => {
    const { core } = setup();
    for (let i = 1; i < 200; i++) core.createBucket(`b${i}-1250000000`, REGION);
    expect(refusal(() => core.createBucket('one-more-1250000000', REGION))).toBe('TooManyBuckets 400');
    expect(core.createBucket('another-account-1250000001', REGION).region).toBe(REGION);
  });
});

it('buckets are listed by name, of one region or all', () => {
  const { core } = setup();
  core.createBucket(OTHER.bucket, OTHER.region);
  expect(core.listBuckets().map((bucket) => bucket.name)).toEqual([OTHER.bucket, BUCKET]);
  expect(core.listBuckets(OTHER.region).map((bucket) => bucket.name)).toEqual([OTHER.bucket]);
});

describe('deleting a bucket', () => {
  it('is possible when it is empty, and then it is missing', () => {
    const { core, put, remove } = setup();
    put('a');
    expect(refusal(() => core.deleteBucket(BUCKET, REGION))).toBe('BucketNotEmpty 409');
    remove('a');
    core.deleteBucket(BUCKET, REGION);
    expect(refusal(() => core.headBucket(BUCKET, REGION))).toBe('NoSuchBucket 404');
    expect(refusal(() => core.deleteBucket(BUCKET, REGION))).toBe('NoSuchBucket 404');
  });

  it('is refused for an older version, a delete marker or an upload alone', () => {
    const { core, put, remove, context } = setup('Enabled');
    const { versionId } = put('a');
    const marker = remove('a');
    expect(refusal(() => core.deleteBucket(BUCKET, REGION))).toBe('BucketNotEmpty 409');
    remove('a', versionId);
    expect(refusal(() => core.deleteBucket(BUCKET, REGION))).toBe('BucketNotEmpty 409');
    remove('a', marker.versionId);
    const uploadId = core.initiateMultipart(BUCKET, REGION, 'b', plain, context());
    expect(refusal(() => core.deleteBucket(BUCKET, REGION))).toBe('BucketNotEmpty 409');
    core.abortMultipart(BUCKET, REGION, 'b', uploadId);
    core.deleteBucket(BUCKET, REGION);
    expect(core.listBuckets()).toEqual([]);
  });
});

it('a bucket is found in its own region only', () => {
  const { core, put } = setup();
  put('a');
  const region = OTHER.region;
  expect(refusal(() => core.headBucket(BUCKET, region))).toBe('NoSuchBucket 404');
  expect(refusal(() => core.getObject(BUCKET, region, 'a'))).toBe('NoSuchBucket 404');
  expect(refusal(() => core.putVersioning(BUCKET, region, 'Enabled'))).toBe('NoSuchBucket 404');
});

it('the access control list of a bucket can be set', () => {
  const { core } = setup();
  const acl = { canned: 'public-read', grants: [{ permission: 'READ', grantee: '100000000001' }] } as const;
  core.putBucketAcl(BUCKET, REGION, acl);
  expect(core.getBucketAcl(BUCKET, REGION)).toEqual(acl);
  const grants = Array.from({ length: 101 }, () => acl.grants[0]);
  expect(refusal(() => core.putBucketAcl(BUCKET, REGION, { canned: 'private', grants }))).toBe('InvalidArgument 400');
});
