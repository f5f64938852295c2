import { beforeEach, describe, expect, it } from 'vitest';
import type { NativeReplication, NativeRule } from '../../cos/index.ts';
import { BUCKET, OTHER, REGION, refusal, setup, START } from './setup.ts';
import type { Setup } from './setup.ts';

let world: Setup;
beforeEach(() => {
  world = setup('Enabled');
  world.core.createBucket(OTHER.bucket, OTHER.region);
  world.core.putVersioning(OTHER.bucket, OTHER.region, 'Enabled');
});

const toOther: NativeRule = {
  enabled: true,
  prefix: '',
  destination: OTHER,
  storageClass: undefined,
  deleteMarkers: true,
};
const configure = (from: { bucket: string; region: string }, ...rules: readonly NativeRule[]): void => {
  const replication: NativeReplication = { rules, document: '', created: START };
  world.core.configureBucket(from.bucket, from.region, { replication });
};
const here = { bucket: BUCKET, region: REGION };
const there = () =>
  world.core.listVersions(OTHER.bucket, OTHER.region, {}).entries.map(({ key, versionId }) => [key, versionId]);

describe("COS's own replication", () => {
  it('sends an event of its own for a replica at the destination', () => {
    configure(here, toOther);
    const { versionId } = world.put('a');
    expect(there()).toEqual([['a', versionId]]);
    expect(world.events.map(({ name, bucket }) => [name, bucket])).toEqual([
      ['cos:ObjectCreated:Put', BUCKET],
      ['cos:ObjectCreated:Replication', OTHER.bucket],
    ]);
  });

  it('comes to rest when it goes both ways, and does not chain', () => {
    const third = { bucket: 'third-1250000000', region: REGION };
    world.core.createBucket(third.bucket, third.region);
    world.core.putVersioning(third.bucket, third.region, 'Enabled');
    configure(here, toOther);
    configure(OTHER, { ...toOther, destination: here }, { ...toOther, destination: third });
    world.put('a');
    expect(world.versions().entries).toHaveLength(1);
    expect(there()).toHaveLength(1);
    expect(world.core.listVersions(third.bucket, third.region, {}).entries).toEqual([]);
  });

  it('obeys its rules: status, prefix, class, delete markers', () => {
    configure(here, { ...toOther, prefix: 'in/', storageClass: 'STANDARD_IA', deleteMarkers: false });
    world.put('out');
    world.put('in/a');
    world.remove('in/a');
    expect(there().map(([key]) => key)).toEqual(['in/a']);
    expect(world.core.getObject(OTHER.bucket, OTHER.region, 'in/a').attributes.storageClass).toBe('STANDARD_IA');
    configure(here, { ...toOther, enabled: false });
    world.put('b');
    expect(there()).toHaveLength(1);
  });

  it('needs versioning on both sides', () => {
    world.core.putVersioning(OTHER.bucket, OTHER.region, 'Suspended');
    expect(refusal(() => configure(here, toOther))).toBe('BucketVersionNotOpen 400');
    world.core.putVersioning(OTHER.bucket, OTHER.region, 'Enabled');
    configure(here, toOther);
    expect(refusal(() => world.versioning('Suspended'))).toBe('InvalidBucketState 409');
    world.core.putVersioning(OTHER.bucket, OTHER.region, 'Suspended');
    world.put('a');
    expect(there()).toEqual([]);
  });
});
