import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Place } from '../../../shared/cos/index.ts';
import { readMarker } from '../../../shared/identity/index.ts';
import type { Version } from '../../cloud/cos/index.ts';
import { remarked } from '../../shared/identity/keys.ts';
import { BACKUP, deployment, type Deployment, KEY, SETTLED, SOURCE, STATE } from '../../deployment/index.ts';

type Meta = Record<string, string>;
const MINUTE = 60_000;
/** A version that nobody has written: of the year 2076. */
const far = (n: number): string =>
  Buffer.from(String(2n ** 64n - 1n - BigInt(Date.UTC(2076, 0, 1) + n) * 1000n)).toString('base64url');
const FAR = far(0);

let world: Deployment;
beforeEach(async () => {
  world = await deployment({ markerTold: () => true });
});

const versionsAt = ({ bucket, region }: Place) => world.core.listVersions(bucket, region, { prefix: KEY }).entries;
const ids = (place: Place): readonly string[] => versionsAt(place).map(({ versionId }) => versionId);

async function replicated(text: string): Promise<Version> {
  const version = world.put(text);
  await world.replicate({ version });
  world.clock.ms += 5000;
  return version;
}

/**
 * Everything that somebody without the marker key can write: the old forms of replication markers, whose digest anybody
 * could compute from public names, and the present form with an invented signature or one of another marker.
 */
function forged(place: Place, source: string, attempted: number, signed?: Meta): Meta {
  const digest = createHash('sha256').update(`${place.bucket}@${place.region}/${KEY}`).digest('hex').slice(0, 16);
  const attempt = `${Math.floor(attempted / 1000)}-vx${Math.floor(Math.random() * 1e9)}`;
  const genuine = (signed?.['replication-marker'] ?? '1;;;c1;1-va;;0a1b2c3d;0123456789012345678901').split(';');
  return {
    'replication-source': source,
    'replication-time': String(attempted),
    'replication-base': '-',
    'replication-crc64': '-',
    'replication-id': `${attempt}-${digest}`,
    'replication-marker': genuine.with(4, attempt).join(';'),
  };
}

describe('somebody who may only write and read at the destination', () => {
  const ofSource = (versionId: string): string => `${SOURCE.region}/${SOURCE.bucket}/${versionId}`;

  // P18
  it('cannot get a genuine replica removed by the same replication marker on other bytes', async () => {
    const version = await replicated('genuine');
    const [replica] = versionsAt(BACKUP);
    const meta = replica?.attributes.meta ?? {};
    world.put('other bytes', { meta: forged(BACKUP, ofSource(version.versionId), world.clock.ms, meta) }, BACKUP);
    world.clock.ms += 5000;
    await replicated('the next write of the key');
    world.clock.ms += SETTLED;
    await world.ask();
    expect(ids(BACKUP)).toContain(replica?.versionId);
    expect(versionsAt(BACKUP)).toHaveLength(3);
  });

  it('cannot get a genuine replica removed by copying its replication marker, on the same bytes or on others', async () => {
    await replicated('genuine');
    const [replica] = versionsAt(BACKUP);
    const { meta } = replica?.attributes ?? { meta: {} };
    for (const text of ['genuine', 'other bytes']) world.put(text, { meta }, BACKUP);
    const before = ids(BACKUP);
    await replicated('the next write of the key');
    world.clock.ms += SETTLED;
    await world.ask();
    expect(ids(BACKUP).slice(1)).toEqual(before);
  });

  it('cannot get a replica removed in favour of other bytes, even with its CRC64 and a signed replication marker', async () => {
    const version = await replicated('genuine');
    const [replica] = versionsAt(BACKUP);
    // CRC64 can be forged. Here there is none, so only the size is equal.
    const attempted = Math.floor(world.clock.ms / 1000) * 1000;
    const later = { attempted, id: `${attempted / 1000}-vlater`, proof: { by: 'size', value: '7' } } as const;
    world.put('trouble', { meta: remarked(replica?.attributes.meta ?? {}, later, BACKUP, KEY) }, BACKUP);
    world.clock.ms += SETTLED;
    await world.ask();
    expect(versionsAt(BACKUP)).toHaveLength(2);
    expect(ids(BACKUP)).toContain(replica?.versionId);
    expect(version.blob?.size).toBe(7);
  });

  it("does not lose a program's write in the place of a replica when the original is removed", async () => {
    await replicated('genuine');
    const [replica] = versionsAt(BACKUP);
    const { meta } = replica?.attributes ?? { meta: {} };
    world.clock.ms += 1000;
    const others = world.put('other bytes', { meta }, BACKUP);
    world.remove(replica?.versionId, BACKUP);
    world.clock.ms += SETTLED;
    await world.ask();
    await replicated('the next write of the key');
    await world.ask();
    expect(ids(BACKUP)).toContain(others.versionId);
  });

  it('cannot end the replication of a key by naming a version of the year 2076', async () => {
    await replicated('first');
    for (let i = 0; i < 3; i += 1) {
      world.put('pinned', { meta: forged(BACKUP, ofSource(FAR), world.clock.ms) }, BACKUP);
      world.clock.ms += 1000;
    }
    const next = await replicated('next');
    expect(versionsAt(BACKUP)[0]?.attributes.meta['replication-source']).toBe(ofSource(next.versionId));
    const { versionId } = world.remove();
    await world.replicate({ name: 'cos:ObjectRemove:DeleteMarkerCreated', vid: versionId ?? '' });
    expect(versionsAt(BACKUP)[0]?.deleteMarker).toBe(true);
  });

  it('cannot make a key too deep to be put in order with a thousand and one such versions', async () => {
    await replicated('first');
    for (let i = 0; i < 1001; i += 1)
      world.put('x', { meta: forged(BACKUP, ofSource(far(i)), world.clock.ms) }, BACKUP);
    world.clock.ms += 5000;
    const next = await replicated('next');
    await world.later();
    expect(versionsAt(BACKUP)[0]?.attributes.meta['replication-source']).toBe(ofSource(next.versionId));
    expect(world.state('waiting/')).toEqual([]);
  }, 30_000);
});

it("a user's copy of a replica, made an hour later at a source that is also a destination, is replicated like any object", async () => {
  const sharedWith = ({ bucket }: Place): Place | undefined => (bucket === SOURCE.bucket ? STATE : undefined);
  world = await deployment({ markerTold: () => true, sharedWith });
  const marker = forged(SOURCE, `${BACKUP.region}/${BACKUP.bucket}/${FAR}`, world.clock.ms);
  const meta = remarked(
    { ...marker, 'replication-source': `${BACKUP.region}/${BACKUP.bucket}/${FAR}` },
    {},
    SOURCE,
    KEY,
  );
  world.clock.ms += 60 * MINUTE;
  await world.replicate({ version: world.put('copied', { meta: { ...marker, ...meta } }) });
  expect(versionsAt(BACKUP)).toHaveLength(1);
});

describe('somebody who may only write at the source', () => {
  const MARKED = `${BACKUP.region}/${BACKUP.bucket}/${FAR}`;

  it('cannot hide a write with a replication marker for its own place', async () => {
    const version = world.put('hidden?', { meta: forged(SOURCE, MARKED, world.clock.ms) });
    await world.replicate({ version });
    expect(versionsAt(BACKUP)).toHaveLength(1);
  });

  it('cannot do so where the source is a destination of others either', async () => {
    const sharedWith = ({ bucket }: Place): Place | undefined => (bucket === SOURCE.bucket ? STATE : undefined);
    world = await deployment({ markerTold: () => true, sharedWith });
    const version = world.put('hidden?', { meta: forged(SOURCE, MARKED, world.clock.ms) });
    await world.replicate({ version });
    expect(versionsAt(BACKUP)).toHaveLength(1);
  });

  it('cannot make a key that no run finishes with attempts that claim to be of 1970', async () => {
    const sharedWith = ({ bucket }: Place): Place | undefined => (bucket === SOURCE.bucket ? STATE : undefined);
    world = await deployment({ markerTold: () => true, sharedWith });
    for (let i = 0; i < 100; i += 1) {
      world.clock.ms += 20;
      world.put('x', { meta: forged(SOURCE, MARKED, 1000) });
    }
    world.clock.ms += MINUTE;
    world.requests.length = 0;
    await world.ask();
    expect(world.requests.filter((call) => call === 'headObject source').length).toBeLessThan(210);
    expect(versionsAt(BACKUP)).toHaveLength(100);
  }, 30_000);
});

it('a source without CRC64 is compared by its ETag: other bytes are no replica', async () => {
  const version = world.put('without');
  Object.assign(version, { blob: { ...version.blob, crc64: undefined } });
  await world.replicate({ version });
  const [replica] = versionsAt(BACKUP);
  const meta = replica?.attributes.meta ?? {};
  expect(readMarker(meta)?.marker.proof).toEqual({ by: 'etag', value: version.etag.replaceAll('"', '') });
  world.put('another', { meta }, BACKUP);
  world.remove(replica?.versionId, BACKUP);
  world.clock.ms += SETTLED;
  await world.ask();
  expect(world.stack()).toHaveLength(2);
});
