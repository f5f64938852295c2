import { expect, it } from 'vitest';
import type { Place } from '../../../shared/cos/index.ts';
import type { Version } from '../../cloud/cos/index.ts';
import { BACKUP, deployment, KEY, STATE } from '../../deployment/index.ts';

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
