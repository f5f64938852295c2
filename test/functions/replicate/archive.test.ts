import { beforeEach, describe, expect, it } from 'vitest';
import type { Version } from '../../cloud/cos/index.ts';
import { BACKUP, deployment, type Deployment, KEY, RULE, SETTLED, SOURCE } from '../../deployment/index.ts';

const ARCHIVE = { ...RULE, storageClass: 'ARCHIVE' };

let world: Deployment;
beforeEach(async () => {
  world = await deployment({ markerTold: () => true });
  await world.setRules([ARCHIVE]);
});

/** This many versions of the key, a second apart. */
const write = (count: number, attributes: Parameters<Deployment['put']>[1] = {}): Version[] =>
  Array.from({ length: count }, (_, n) => {
    world.clock.ms += 1000;
    return world.put(String(n), attributes);
  });

const idsOf = (versions: readonly Version[]): string[] => versions.map(({ versionId }) => versionId);

async function causes(): Promise<(string | undefined)[]> {
  const tasks = await Promise.all(world.state('waiting/').map((name) => world.pending(name)));
  return tasks.map((task) => task?.cause);
}

describe('copying an archived replica again from its source, because nobody can read the replica,', () => {
  it('puts versions in order in whatever order their events come', async () => {
    const versions = write(3);
    for (const version of versions.toReversed()) await world.replicate({ version });
    expect(world.stack()).toEqual(idsOf(versions.toReversed()));
    expect(await causes()).toEqual(['settle']);
  });

  it('includes a version that is no longer in scope and has its replica', async () => {
    const tags = [['k', 'v']] as const;
    await world.setRules([{ ...ARCHIVE, tags, deleteMarkers: false }]);
    const versions = write(2, { tags });
    const [first, second] = versions as [Version, Version];
    await world.replicate({ version: second });
    world.core.putTags(SOURCE.bucket, SOURCE.region, KEY, second.versionId, []);
    await world.replicate({ version: first });
    expect(world.stack()).toEqual(idsOf(versions.toReversed()));
  });

  it('includes the current version of objects from before the rule', async () => {
    const [version] = write(1) as [Version];
    world.clock.ms += SETTLED;
    await world.setRules([{ ...ARCHIVE, start: world.clock.ms, existing: 'Current' }]);
    await world.ask();
    // A delete marker of a killed run has arrived late.
    world.remove(undefined, BACKUP);
    world.clock.ms += SETTLED;
    await world.ask({ since: 0 });
    expect(world.stack()[0]).toBe(version.versionId);
  });

  it('writes nothing on top where the source is missing too, and the log says so', async () => {
    const versions = write(4);
    const [oldest, , , newest] = versions as [Version, Version, Version, Version];
    await world.replicate({ version: newest });
    world.remove(newest.versionId);
    await world.replicate({ version: oldest });
    expect(world.stack()).toEqual([newest.versionId]);
    expect(await causes()).toContain('ReplicaArchived');
    expect(world.requests.filter((call) => call.startsWith('copy'))).toEqual([]);
  });
});
