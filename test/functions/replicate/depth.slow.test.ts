import { beforeAll, expect, it } from 'vitest';
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

/** Source versions that have a replica, newest first, through all pages of the listing. */
function replicas(): readonly string[] {
  const { bucket, region } = BACKUP;
  const all: string[] = [];
  let next: { keyMarker?: string; versionIdMarker?: string } = {};
  for (;;) {
    const page = world.core.listVersions(bucket, region, next);
    const sources = page.entries.map((entry) => entry.attributes.meta['replication-source']?.split('/').at(-1));
    all.push(...sources.filter((source) => source !== undefined));
    if (!page.truncated) return all;
    next = { keyMarker: page.nextKeyMarker ?? '', versionIdMarker: page.nextVersionIdMarker ?? '' };
  }
}

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
