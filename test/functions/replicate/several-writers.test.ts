import { expect, it } from 'vitest';
import { nodeHash, type Place } from '../../../shared/cos/index.ts';
import { MarkBook } from '../../../shared/replication/index.ts';
import type { Version } from '../../cloud/cos/index.ts';
import { BACKUP, deployment, KEY, OTHER, SETTLED, SOURCE, STATE } from '../../deployment/index.ts';

const sharedWith = ({ bucket }: Place): Place | undefined => (bucket === BACKUP.bucket ? STATE : undefined);
const twoWay = () => deployment({ markerTold: () => true, sharedWith });

/** The source is a destination of another replication as well, whose records of delete markers are in `book`. */
async function received() {
  const world = await deployment({ markerTold: () => true, sharedWith: () => STATE });
  const book = new MarkBook({ cos: world.straight, hash: nodeHash, unique: () => 'theirs' }, STATE);
  const intend = () => book.intend(SOURCE, KEY, { time: world.clock.ms * 1000, bucket: OTHER.bucket }, OTHER);
  return { world, book, intend };
}

it('a version that a user writes to the destination of a two-way pair during a copy ends on top within the same run', async () => {
  const world = await twoWay();
  const version = world.put('1');
  let theirs: Version | undefined;
  world.onRequest((call) => {
    if (call !== 'copyObject backup' || theirs !== undefined) return;
    world.clock.ms += 1000;
    theirs = world.put('2', {}, BACKUP);
    world.clock.ms += 1000;
  });
  await world.replicate({ version });
  const top = world.core.getObject(BACKUP.bucket, BACKUP.region, KEY);
  expect(theirs).toBeDefined();
  expect(top.versionId).not.toBe(theirs?.versionId);
  expect(top.attributes.meta['replication-source']).toBe(`${BACKUP.region}/${BACKUP.bucket}/${theirs?.versionId}`);
});

// P6b
it('a version that a user writes between two pages of the listing of a destination makes the run list it once more', async () => {
  const world = await twoWay();
  await world.replicate({ version: world.put('1') });
  for (let i = 0; i < 1001; i += 1) world.put(`theirs ${i}`, {}, BACKUP);
  world.clock.ms += SETTLED;
  let latest: Version | undefined;
  const seen: string[] = [];
  world.onRequest((call) => {
    if (call === 'listVersions backup' || call === 'copyObject backup') seen.push(call);
    if (seen.length === 2) latest ??= world.put('latest', {}, BACKUP);
  });
  await world.replicate({ version: world.put('2') });
  expect(latest).toBeDefined();
  // Two pages, and both once more, before anything is written.
  expect(seen.indexOf('copyObject backup')).toBe(4);
});

/** The key is deleted at the source twice, and one delete marker of ours hides it at the destination. */
async function deletedTwice() {
  const world = await twoWay();
  const event = async (): Promise<void> => {
    world.clock.ms += SETTLED;
    await world.replicate({});
  };
  world.put('1');
  await event();
  world.remove();
  await event();
  world.clock.ms += 1000;
  world.remove();
  const [hides] = world.versions(BACKUP, KEY);
  if (hides === undefined || !hides.deleteMarker) throw new Error('not hidden');
  /** Does this between the listing of the destination and the HEAD that follows it, once. */
  const afterListing = (deed: () => void): void => {
    let listed = false;
    world.onRequest((call) => {
      if (call === 'listVersions backup') listed = true;
      else if (call === 'headObject backup' && listed) {
        world.onRequest(() => undefined);
        deed();
      }
    });
  };
  return { world, event, afterListing, takeBack: () => world.remove(hides.versionId, BACKUP) };
}

// P36c
it('an undelete takes back each deletion that was looked at while our delete marker hid the key', async () => {
  const { world, event, takeBack } = await deletedTwice();
  await event();
  takeBack();
  await world.later();
  await event();
  expect(world.stack()[0]).not.toBe('M');
});

// P36c
it('an undelete before that look takes back the first deletion only, even if a listing still shows our delete marker', async () => {
  const { world, event, afterListing, takeBack } = await deletedTwice();
  afterListing(takeBack);
  await event();
  expect(world.stack()[0]).not.toBe('M');
  await world.later();
  expect(world.stack()[0]).toBe('M');
});

// P36c
it('our delete marker stands for no further deletion where a 404 names another one that the listing lacks', async () => {
  const { world, event, afterListing, takeBack } = await deletedTwice();
  const before = world.state('marks/');
  afterListing(() => {
    takeBack();
    world.remove(undefined, BACKUP);
  });
  await event();
  expect(world.state('marks/')).toEqual(before);
});

// P35c
it('a deletion is passed on although a DELETE of another replication at the source never landed', async () => {
  const { world, book, intend } = await received();
  await world.replicate({ version: world.put('1') });
  expect(await intend()).toBeDefined();
  await world.later();
  world.remove();
  await world.replicate({});
  await world.later();
  expect(world.stack()[0]).toBe('M');
  expect(world.state('tasks/')).toEqual([]);
  // Its record is not ours to remove.
  expect((await book.of(SOURCE, KEY)).intended).toHaveLength(1);
});

// P35c
it('a delete marker is not passed on that another replication made without an answer', async () => {
  const { world, intend } = await received();
  const version = world.put('1');
  await world.replicate({ version });
  await intend();
  world.clock.ms += 1000;
  world.remove();
  await world.replicate({});
  await world.later();
  expect(world.stack()[0]).toBe(version.versionId);
  expect(world.state('tasks/')).toEqual([]);
});
