import { beforeAll, expect, it } from 'vitest';
import type { Version } from '../../cloud/cos/index.ts';
import { BACKUP, deployment, type Deployment, MARKER_EVENT, SETTLED } from '../../deployment/index.ts';

/** Five pages of a listing, and more than the first, smaller one. */
const VERSIONS = 5_000;

let world: Deployment;
beforeAll(async () => {
  world = await deployment({ markerTold: () => true });
  for (let i = 0; i < VERSIONS; i += 1) {
    world.clock.ms += 10;
    await world.replicate({ version: world.put(String(i)) });
  }
  world.clock.ms += SETTLED;
}, 60_000);

/** Everything at the destination, newest first, through all pages of the listing. */
function entries() {
  const { bucket, region } = BACKUP;
  const all: Version[] = [];
  let next: { keyMarker?: string; versionIdMarker?: string } = {};
  for (;;) {
    const page = world.core.listVersions(bucket, region, next);
    all.push(...page.entries);
    if (!page.truncated) return all;
    next = { keyMarker: page.nextKeyMarker ?? '', versionIdMarker: page.nextVersionIdMarker ?? '' };
  }
}

/** Source versions that have a replica, newest first. */
const replicas = (): readonly string[] =>
  entries().flatMap(({ attributes }) => attributes.meta['replication-source']?.split('/').at(-1) ?? []);

it('a key with a long history is read only as deep as the event asks', async () => {
  expect(replicas()).toHaveLength(VERSIONS);
  await world.replicate({ name: MARKER_EVENT, vid: world.remove().versionId ?? '' });
  expect(world.stack()[0]).toBe('M');
  expect(world.requests.filter((call) => call === 'listVersions source')).toHaveLength(1);
  expect(world.requests.filter((call) => call === 'listVersions backup')).toHaveLength(1);
  expect(world.requests.filter((call) => call === 'headObject backup').length).toBeLessThan(10);
});

it('a version that is missing deep down is still found from its event', async () => {
  await world.replicate({ version: world.put('back again') });
  world.clock.ms += 10;
  const gap = world.put('missed');
  world.clock.ms += 10;
  for (let i = 0; i < 300; i += 1) {
    world.clock.ms += 10;
    await world.replicate({ version: world.put(`later ${i}`) });
  }
  expect(replicas()).not.toContain(gap.versionId);
  await world.replicate({ version: gap });
  const all = replicas();
  expect(all.indexOf(gap.versionId)).toBe(300);
  expect(all).toHaveLength(VERSIONS + 302);
  expect(new Set(all).size).toBe(VERSIONS + 302);
}, 60_000);

it('where a lifecycle has left few replicas, a full look asks for those alone, and copies nothing again', async () => {
  const [kept, removed] = [entries().slice(0, 500), entries().slice(500)];
  for (const { versionId } of removed) world.remove(versionId, BACKUP);
  world.clock.ms += SETTLED;
  let asked = 0;
  world.onRequest(() => {
    asked += 1;
  });
  await world.ask();
  await world.later();
  expect(entries().map(({ versionId }) => versionId)).toEqual(kept.map(({ versionId }) => versionId));
  expect(world.state('tasks/')).toEqual([]);
  expect(world.state('waiting/')).toEqual([]);
  expect(asked).toBeGreaterThan(kept.length);
  expect(asked).toBeLessThan(4 * kept.length);
});
