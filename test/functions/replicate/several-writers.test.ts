import { expect, it } from 'vitest';
import type { Place } from '../../../shared/cos/index.ts';
import type { Version } from '../../cloud/cos/index.ts';
import { BACKUP, deployment, KEY, SETTLED, STATE } from '../../deployment/index.ts';

it('a version that a user writes to the destination of a two-way pair during a copy ends on top within the same run', async () => {
  const sharedWith = ({ bucket }: Place): Place | undefined => (bucket === BACKUP.bucket ? STATE : undefined);
  const world = await deployment({ markerTold: () => true, sharedWith });
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
  const sharedWith = ({ bucket }: Place): Place | undefined => (bucket === BACKUP.bucket ? STATE : undefined);
  const world = await deployment({ markerTold: () => true, sharedWith });
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
