import { beforeEach, describe, expect, it } from 'vitest';
import { rule } from '../../shared/rules/sample.ts';
import { BACKUP, deployment, type Deployment, KEY, SETTLED, SOURCE } from '../../deployment/index.ts';

const TAGGED = rule({ destination: BACKUP, tags: [['keep', 'yes']], deleteMarkers: false });
const KEEP = { tags: [['keep', 'yes'] as const] };
const MANY = 400;

let world: Deployment;
beforeEach(async () => {
  world = await deployment({ markerTold: () => true }, [TAGGED]);
});

/** Versions that no rule covers. */
async function passedOver(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    world.clock.ms += 20;
    world.put(`passed over ${i}`);
  }
  world.clock.ms += SETTLED;
  await world.replicate({ version: world.put('the last of them') });
  world.clock.ms += SETTLED;
}

const reads = (): number => world.requests.filter((call) => /^(headObject|getTags) source/.test(call)).length;

describe('a key with many versions that are not copied', () => {
  // P19
  it('is read once, and later writes cost no more than those of another key', async () => {
    await passedOver(MANY);
    expect(reads()).toBeGreaterThan(MANY);
    for (const attributes of [{}, KEEP, {}]) {
      await world.replicate({ version: world.put('next', attributes) });
      expect(reads()).toBeLessThan(12);
      world.clock.ms += SETTLED;
    }
    expect(world.stack()).toHaveLength(1);
  });

  it('still gets the version that a write, an event or a request makes due', async () => {
    await passedOver(MANY);
    const { entries } = world.core.listVersions(SOURCE.bucket, SOURCE.region, { prefix: KEY });
    const [first = '', second = ''] = entries.toReversed().map(({ versionId }) => versionId);
    for (const versionId of [first, second])
      world.core.putTags(SOURCE.bucket, SOURCE.region, KEY, versionId, [['keep', 'yes']]);
    // A change of tags has no event. The event names the version, and the request asks for all.
    await world.replicate({ version: world.put('next') });
    expect(world.stack()).toEqual([]);
    await world.replicate({ vid: second });
    expect(world.stack()).toEqual([second]);
    await world.ask();
    expect(world.stack()).toEqual([second, first]);
  });

  it('is read again under other rules', async () => {
    await passedOver(MANY);
    await world.setRules([rule({ destination: BACKUP })]);
    await world.ask({ cause: 'taken' });
    await world.later();
    expect(world.stack()).toHaveLength(MANY + 1);
  }, 30_000);

  it('is read again when its record was damaged or cannot be read', async () => {
    await passedOver(MANY);
    world.onRequest((_, key) => {
      if (key.startsWith('examined/')) throw new Error('nobody can tell');
    });
    await world.replicate({ version: world.put('next', KEEP) });
    expect(world.stack()).toHaveLength(1);
  });

  it('is finished, although it has more versions than any look reads', async () => {
    await passedOver(11_000);
    await world.replicate({ version: world.put('kept', KEEP) });
    await world.later();
    expect(world.stack()).toHaveLength(1);
    expect(world.state('waiting/')).toEqual([]);
  }, 120_000);
});
