import { beforeEach, expect, it } from 'vitest';
import { BACKUP, deployment, type Deployment, KEY } from '../../deployment/index.ts';

let world: Deployment;
beforeEach(async () => {
  world = await deployment();
});

const setVersioning = (state: 'Enabled' | 'Suspended'): void =>
  world.core.putVersioning(BACKUP.bucket, BACKUP.region, state);

it('where versioning was suspended nothing is overwritten, and the work waits with its cause', async () => {
  setVersioning('Suspended');
  const theirs = world.put('their own', {}, BACKUP);
  expect(theirs.versionId).toBe('null');
  expect(await world.replicate({ version: world.put('1') })).toEqual({ done: 0, deferred: 1 });
  expect(world.core.getObject(BACKUP.bucket, BACKUP.region, KEY).etag).toBe(theirs.etag);
  expect(world.stack()).toEqual(['user']);
  const [name = ''] = world.state('waiting/');
  expect(await world.pending(name)).toMatchObject({ key: KEY, cause: 'BucketVersionNotOpen' });
});

it('work that was deferred while versioning was suspended is done when it is enabled again', async () => {
  setVersioning('Suspended');
  const version = world.put('1');
  await world.replicate({ version });
  setVersioning('Enabled');
  world.clock.ms += 120_000;
  await world.sweep();
  await world.runTask(world.started.at(-1)?.key ?? '');
  expect(world.stack()).toEqual([version.versionId]);
  expect(world.state('leases/')).toEqual([]);
});

it('the answer is cached for some seconds only', async () => {
  await world.replicate({ version: world.put('1') });
  setVersioning('Suspended');
  world.clock.ms += 10_000;
  expect(await world.replicate({ version: world.put('2') })).toEqual({ done: 0, deferred: 1 });
  expect(world.stack()).toHaveLength(1);
});

it('a deletion waits too', async () => {
  const version = world.put('1');
  await world.replicate({ version });
  setVersioning('Suspended');
  world.clock.ms += 120_000;
  const { versionId = '' } = world.remove();
  await world.replicate({ name: 'cos:ObjectRemove:DeleteMarkerCreated', vid: versionId });
  expect(world.stack()).toEqual([version.versionId]);
});

it('a run that takes minutes asks again before each write', async () => {
  const first = world.put('1');
  const last = world.put('2');
  world.onAnswer((call) => {
    if (call !== 'copyObject backup') return;
    world.clock.ms += 20_000;
    setVersioning('Suspended');
  });
  expect(await world.replicate({ version: last })).toEqual({ done: 0, deferred: 1 });
  expect(world.stack()).toEqual([first.versionId]);
});
