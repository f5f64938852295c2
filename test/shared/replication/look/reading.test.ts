import { expect, it } from 'vitest';

import { BACKUP, deployment, KEY, MARKER_EVENT, SETTLED, SOURCE } from '../../../deployment/index.ts';

// P5
it('a look ignores keys that only begin with the key', async () => {
  const world = await deployment();
  const version = world.put('1');
  await world.replicate({ version });
  world.remove(version.versionId);
  const longer = `${KEY}.bak`;
  world.put('2', {}, SOURCE, longer);
  world.remove(undefined, SOURCE, longer);
  world.clock.ms += SETTLED;
  await world.ask();
  expect(world.stack()).toEqual([version.versionId]);
});

// P6
it('a version that is removed while the look reads it makes the run look again', async () => {
  const world = await deployment();
  await world.replicate({ version: world.put('1') });
  const theirs = world.put('theirs', {}, BACKUP);
  world.clock.ms += SETTLED;
  let removed = false;
  world.onRequest((call) => {
    if (call !== 'headObject backup' || removed || !world.requests.includes('listVersions backup')) return;
    removed = true;
    world.remove(theirs.versionId, BACKUP);
  });
  world.remove();
  await world.replicate({ name: MARKER_EVENT });
  expect(world.requests.filter((call) => call === 'listVersions backup')).toHaveLength(2);
  expect(world.stack()[0]).toBe('M');
});
