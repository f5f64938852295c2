import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMarker } from '../../../../../shared/identity/index.ts';
import { SOURCE } from '../../decide/build.ts';
import { SMALL, expectReplica, onNth } from './steps.ts';
import { GIGABYTE, LargeDeployment, MEGABYTE } from '../../../../deployment/index.ts';

let world: LargeDeployment;
async function open(settings: ConstructorParameters<typeof LargeDeployment>[0] = SMALL) {
  world = new LargeDeployment(settings);
  await world.setRule();
}
beforeEach(() => open());
afterEach(() => world.close());

describe('an object past the limit of one request', () => {
  it('of 6 GB is copied in parts, and proved by its CRC64', async () => {
    await open({});
    const source = world.upload('film', 6 * GIGABYTE);
    await world.event(source);
    await world.rest();
    const replica = expectReplica(world, 'film', source);
    expect(replica.multipart).toBe(true);
    expect(readMarker(replica.attributes.meta)?.marker.proof).toEqual({ by: 'crc64', value: source.blob?.crc64 });
    expect(world.count('copyObject')).toBe(0);
    expect(world.count('uploadPartCopy')).toBe(256);
    expect(world.uploads()).toEqual([]);
    expect(world.tasks()).toEqual([]);
  });

  it('is copied by one request below the threshold', async () => {
    const source = world.upload('small', 3 * MEGABYTE - 1);
    await world.event(source);
    expect(expectReplica(world, 'small', source).multipart).toBe(false);
    expect(world.count('initiateMultipart')).toBe(0);
  });

  it('keeps headers, metadata, class and tags, and its marker names the copy in parts', async () => {
    await world.setRule({ storageClass: 'STANDARD_IA' });
    const source = world.upload('k', 4 * MEGABYTE, {
      headers: { 'content-type': 'video/mp4', 'content-language': 'de' },
      meta: { owner: 'me' },
      tags: [
        ['a', '1'],
        ['b', 'ü &='],
      ],
    });
    await world.event(source);
    const { attributes } = expectReplica(world, 'k', source);
    expect(attributes.headers).toMatchObject({ 'content-type': 'video/mp4', 'content-language': 'de' });
    expect(attributes.meta).toMatchObject({ owner: 'me' });
    expect(readMarker(attributes.meta)?.marker.id).toMatch(/^\d+-p/);
    expect(attributes.storageClass).toBe('STANDARD_IA');
    expect(attributes.tags).toEqual(source.attributes.tags);
  });

  it('has a replica of every version, in order, even when an older one was missed', async () => {
    const first = world.upload('k', 4 * MEGABYTE, {}, '1');
    const second = world.upload('k', 5 * MEGABYTE, {}, '2');
    await world.event(second);
    await world.event(first);
    await world.event(second);
    await world.rest();
    expectReplica(world, 'k', first);
    expectReplica(world, 'k', second);
    const order = world.replicas('k').map(({ blob }) => blob?.size);
    expect(order).toEqual([5 * MEGABYTE, 4 * MEGABYTE]);
    // The newer one was put on top again within the destination, in parts as well.
    expect(world.count('copyObject')).toBe(0);
  });
});

describe('a source that changes during the copy', () => {
  it('by a deletion has its upload aborted, and no replica is made', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    onNth(world, 'uploadPartCopy', 7, () => {
      world.core.deleteObject(SOURCE.bucket, SOURCE.region, 'k', source.versionId, { requestId: 'user' });
    });
    await world.event(source);
    await world.rest();
    expect(world.replicas('k')).toEqual([]);
    expect(world.uploads()).toEqual([]);
    expect(world.count('abortMultipart')).toBe(1);
  });

  it('by a new version has the begun version finished, then the newer one copied', async () => {
    const first = world.upload('k', 20 * MEGABYTE, {}, '1');
    let second = first;
    onNth(world, 'uploadPartCopy', 7, () => (second = world.upload('k', 5 * MEGABYTE, {}, '2')));
    await world.event(first);
    await world.event(second);
    await world.rest();
    expectReplica(world, 'k', first);
    expectReplica(world, 'k', second);
    expect(world.replicas('k').map(({ blob }) => blob?.size)).toEqual([5 * MEGABYTE, 20 * MEGABYTE]);
  });

  it('by an overwritten null version mixes no new part into the replica of the old one', async () => {
    world.core.putVersioning(SOURCE.bucket, SOURCE.region, 'Suspended');
    const first = world.upload('k', 20 * MEGABYTE, {}, '1');
    expect(first.versionId).toBe('null');
    let second = first;
    onNth(world, 'uploadPartCopy', 7, () => {
      world.now += 2000;
      second = world.upload('k', 20 * MEGABYTE, {}, '2');
    });
    await world.event(first);
    await world.rest();
    const sums = world.replicas('k').map(({ blob }) => blob?.crc64);
    expect(sums).toEqual([second.blob?.crc64]);
    expect(world.count('initiateMultipart')).toBe(2);
    expect(world.uploads()).toEqual([]);
  });
});
