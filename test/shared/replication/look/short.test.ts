import { beforeEach, describe, expect, it } from 'vitest';
import type { Place } from '../../../../shared/cos/index.ts';
import {
  BACKUP,
  deployment,
  type Deployment,
  KEY,
  MARKER_EVENT,
  SETTLED,
  SOURCE,
  STATE,
} from '../../../deployment/index.ts';
import { nodeHash } from '../../../../shared/cos/index.ts';
import { attemptId, readMarker, signerFor, writeMarker } from '../../../../shared/identity/marker.ts';
import { KEY as MARKER_KEY } from '../../identity/keys.ts';

/** Decided by the two current versions alone, or with both listings. The requests show which kind of look it was. */
const lookOf = (world: Deployment): 'short' | 'full' =>
  world.requests.includes('listVersions source') ? 'full' : 'short';

let world: Deployment;
beforeEach(async () => {
  world = await deployment({ markerTold: () => true });
});

const replicated = async (text: string, vid?: string) => {
  const version = world.put(text);
  await world.replicate(vid === undefined ? { version } : { version, vid });
  world.clock.ms += SETTLED;
  return version;
};
const markerOnTop = () => readMarker(world.core.getObject(BACKUP.bucket, BACKUP.region, KEY).attributes.meta)?.marker;

describe('the short look copies', () => {
  it('onto an empty destination, without a base', async () => {
    await replicated('1');
    expect(lookOf(world)).toBe('short');
    expect(markerOnTop()).toMatchObject({ base: undefined, named: true });
  });

  it('onto an older replica, which becomes the base, so that skipped versions stay a gap', async () => {
    const first = await replicated('1');
    const jumped = world.put('2');
    world.clock.ms += 1000;
    const newest = world.put('3');
    await world.replicate({ version: newest });
    expect(lookOf(world)).toBe('short');
    expect(markerOnTop()?.base?.id).toBe(first.versionId);
    await world.replicate({ version: newest, vid: '' });
    expect(lookOf(world)).toBe('full');
    expect(world.stack()).toEqual([newest.versionId, jumped.versionId, first.versionId]);
  });

  it('for an event without a version ID too, and records that', async () => {
    await replicated('1', '');
    expect(lookOf(world)).toBe('short');
    expect(markerOnTop()?.named).toBe(false);
  });
});

describe('the short look finds everything in sync', () => {
  it('where the event named the version whose replica is on top', async () => {
    const version = await replicated('1');
    await world.replicate({ version });
    expect(lookOf(world)).toBe('short');
    expect(world.requests).not.toContain('copyObject backup');
  });
});

describe('a look reads the listings', () => {
  // P2
  it('for a duplicate event without a version ID, which may mean an older version', async () => {
    const version = await replicated('1');
    await world.replicate({ version, vid: '' });
    expect(lookOf(world)).toBe('full');
  });

  it('where an event without a version ID led to the replica', async () => {
    const version = await replicated('1', '');
    await world.replicate({ version });
    expect(lookOf(world)).toBe('full');
    expect(world.stack()).toEqual([version.versionId]);
  });

  it('for an event that names another version than the current one', async () => {
    const older = world.put('1');
    world.clock.ms += 1000;
    const newer = world.put('2');
    await world.replicate({ version: older });
    expect(lookOf(world)).toBe('full');
    expect(world.stack()).toEqual([newer.versionId, older.versionId]);
  });

  it.each([
    ['ETag', { etag: '"other"' }],
    ['size', { size: 99 }],
    ['time', { seconds: -10 }],
  ])('for an event without a version ID whose %s is not that of the current version', async (_, change) => {
    const version = world.put('1');
    const {
      etag = version.etag,
      size = version.blob?.size,
      seconds = 0,
    } = change as { etag?: string; size?: number; seconds?: number };
    const [name, appid] = ['source', '1250000000'];
    const cosObject = { key: `/${appid}/${name}/${KEY}`, vid: '', size, meta: { ETag: etag } };
    const event = { eventName: 'cos:ObjectCreated:Put', eventTime: Math.floor(version.time / 1e6) + seconds };
    await world.raw({ Records: [{ cos: { cosObject, cosBucket: { name, appid, cosRegion: SOURCE.region } }, event }] });
    expect(lookOf(world)).toBe('full');
    expect(world.stack()).toEqual([version.versionId]);
  });

  it('where the source is deleted', async () => {
    const version = await replicated('1');
    world.remove();
    await world.replicate({ version });
    expect(lookOf(world)).toBe('full');
    expect(world.stack()).toEqual(['M', version.versionId]);
  });

  it('where somebody else wrote at the destination, or deleted there', async () => {
    await replicated('1');
    world.put('user', {}, BACKUP);
    await world.replicate({ version: world.put('2') });
    expect(lookOf(world)).toBe('full');
    world.clock.ms += SETTLED;
    world.remove(undefined, BACKUP);
    await world.replicate({ version: world.put('3') });
    expect(lookOf(world)).toBe('full');
  });

  it('where a user copied a replica to the top, which has our marker but is not ours', async () => {
    const version = await replicated('1');
    const { attributes, blob } = world.core.getObject(BACKUP.bucket, BACKUP.region, KEY);
    world.core.putObject(BACKUP.bucket, BACKUP.region, KEY, blob as NonNullable<typeof blob>, attributes, {
      requestId: 'user',
    });
    const copy = world.core.getObject(BACKUP.bucket, BACKUP.region, KEY).versionId;
    await world.replicate({ version });
    expect(lookOf(world)).toBe('full');
    expect(world.core.getObject(BACKUP.bucket, BACKUP.region, KEY, copy).versionId).toBe(copy);
    expect(world.stack()).toHaveLength(2);
  });

  // P33
  it('where the current version is itself a replica, which is never replicated further', async () => {
    const sharedWith = ({ bucket }: Place) => (bucket === SOURCE.bucket ? STATE : undefined);
    world = await deployment({ markerTold: () => true, sharedWith });
    await replicated('1');
    const ofAnother = { bucket: 'third-1250000000', region: 'ap-beijing' };
    const seconds = Math.floor(world.clock.ms / 1000);
    const meta = writeMarker(
      {},
      {
        source: ofAnother,
        ref: { id: 'MTg0NDUwNDQwNzM3MDk0MjgxNTk', time: 1_700_000_000_123_456 },
        base: undefined,
        proof: { by: 'size', value: '1' },
        id: attemptId(world.clock.ms, true, 'u'),
        named: true,
        attempted: seconds * 1000,
      },
      signerFor(MARKER_KEY, nodeHash, SOURCE, KEY),
    );
    await world.replicate({ version: world.put('2', { meta }) });
    expect(lookOf(world)).toBe('full');
    expect(world.stack()).toHaveLength(1);
  });

  it("but a copy of another place's replica is an ordinary object and is replicated", async () => {
    await replicated('1');
    const { meta } = world.core.getObject(BACKUP.bucket, BACKUP.region, KEY).attributes;
    const version = world.put('2', { meta });
    await world.replicate({ version });
    expect(lookOf(world)).toBe('short');
    expect(world.stack()[0]).toBe(version.versionId);
    expect(world.stack()).toHaveLength(2);
  });

  // P4
  it('where a 404 may hide a delete marker, before anything is copied', async () => {
    world = await deployment();
    await world.replicate({ version: world.put('1') });
    expect(lookOf(world)).toBe('full');
    world.clock.ms += SETTLED;
    const vid = world.remove().versionId ?? '';
    await world.replicate({ name: MARKER_EVENT, vid });
    world.clock.ms += SETTLED;
    const version = world.put('2');
    await world.replicate({ version });
    expect(lookOf(world)).toBe('full');
    expect(world.stack()).toEqual([version.versionId, 'M', expect.any(String)]);
  });
});

it('only if needed: a version that cannot be copied now is skipped without a listing, and newer ones are replicated', async () => {
  const archived = world.put('1', { storageClass: 'ARCHIVE' });
  await world.replicate({ version: archived });
  expect(lookOf(world)).toBe('short');
  expect(world.stack()).toEqual([]);
  world.clock.ms += SETTLED;
  const version = world.put('2');
  await world.replicate({ version });
  expect(world.stack()).toEqual([version.versionId]);
});
