import { describe, expect, it } from 'vitest';
import { createBlobStore } from '../../cloud/cos/index.ts';
import {
  BACKUP,
  type Deployment,
  plain,
  RULE,
  scanDeployment,
  type ScanDeployment,
  SETTLED,
  SOURCE,
} from '../../deployment/index.ts';

const DAY = 24 * 3_600_000;
const blobs = createBlobStore();

function link({ clock, core }: Deployment, key: string, target: string, place = SOURCE) {
  clock.ms += 1000;
  const blob = blobs.fromBytes(Buffer.from(target));
  const version = core.putSymlink(place.bucket, place.region, key, { target, blob }, plain(), { requestId: 'test' });
  return version.versionId;
}

/** A day after `write` a rule asks for existing objects, and a scan brings them. */
async function scannedAfter(write: (world: ScanDeployment) => void): Promise<ScanDeployment> {
  const world = await scanDeployment([]);
  write(world);
  world.clock.ms += DAY;
  const start = Math.floor(world.clock.ms / 1000) * 1000;
  await world.setRules([{ ...RULE, start, existing: 'All', deleteMarkersSince: 0 }]);
  await world.scanned();
  return world;
}

const countsOf = async ({ store }: ScanDeployment) => {
  const counts = (await store.result())?.counts.rules[RULE.id];
  return { replicated: counts?.replicated[0], skipped: counts?.skipped[0] };
};

describe('a symbolic link', () => {
  it('is copied by a scan and proved by the next, although its listing differs from a HEAD', async () => {
    let id = '';
    const world = await scannedAfter((one) => {
      one.put('much longer than the name of it', {}, SOURCE, 'target');
      id = link(one, 'link', 'target');
    });
    expect(world.stack(BACKUP, 'link')).toEqual([id]);
    expect(await countsOf(world)).toMatchObject({ replicated: 2, skipped: 0 });
    world.clock.ms += 8 * DAY;
    await world.scanned();
    expect(world.stack(BACKUP, 'link')).toEqual([id]);
    expect(await countsOf(world)).toMatchObject({ replicated: 2, skipped: 0 });
  });

  it('that leads nowhere is counted as skipped, and copied once its target exists', async () => {
    let id = '';
    const world = await scannedAfter((one) => {
      id = link(one, 'link', 'target');
    });
    expect(world.stack(BACKUP, 'link')).toEqual([]);
    expect(await countsOf(world)).toMatchObject({ replicated: 0, skipped: 1 });
    world.put('text', {}, SOURCE, 'target');
    await world.replicate({ key: 'target' });
    world.clock.ms += 8 * DAY;
    await world.scanned();
    expect(world.stack(BACKUP, 'link')).toEqual([id]);
  });

  it('that leads nowhere leaves no work behind', async () => {
    const world = await scanDeployment();
    const versionId = link(world, 'link', 'target');
    await world.replicate({ key: 'link' });
    expect(world.logs).toContainEqual(
      expect.objectContaining({ skipped: [{ versionId, reason: 'dangling-link' }] }) as unknown,
    );
    world.clock.ms += SETTLED;
    await world.later();
    expect([...world.state('tasks/'), ...world.state('waiting/'), ...world.state('leases/')]).toEqual([]);
  });
});
