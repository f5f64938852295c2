import { expect, it, vi } from 'vitest';
import { BACKUP, deployment, refusal, SETTLED } from '../../deployment/index.ts';

const MINUTE = 60_000;

// P28
it('a copy that takes effect long after its run has ended is put in order, and its version has one replica', async () => {
  const world = await deployment({ markerTold: () => true });
  const first = world.put('1');
  let landing: Promise<void> | undefined;
  let land: () => void = () => undefined;
  world.onRequest((call): Promise<void> | undefined => {
    if (call !== 'copyObject backup' || landing !== undefined) return undefined;
    // Requested, and never answered. It takes effect when `land` is called.
    landing = new Promise<void>((resolve) => {
      land = resolve;
    });
    return landing;
  });
  const run = world.replicate({ version: first });
  run.catch(() => undefined);
  await vi.waitFor(() => expect(landing).toBeDefined());

  world.clock.ms += 3 * MINUTE;
  const second = world.put('2');
  await world.replicate({ version: second });
  expect(world.stack()).toEqual([second.versionId, first.versionId]);

  // The killed run would never continue.
  world.onAnswer((call) => {
    return call === 'copyObject backup' ? new Promise<void>(() => undefined) : undefined;
  });
  land();
  for (let i = 0; i < 20; i += 1) await new Promise(setImmediate);
  world.onAnswer(() => undefined);
  expect(world.stack()).toEqual([first.versionId, second.versionId, first.versionId]);

  for (let minutes = 0; minutes < 20; minutes += 1) {
    world.clock.ms += MINUTE;
    await world.sweep();
    await world.runStarted();
  }
  expect(world.stack()).toEqual([second.versionId, first.versionId]);
  expect(world.state()).toEqual(['rules/source-1250000000']);
});

it('the record of a copy that may still take effect is kept when the next task cannot be written', async () => {
  const world = await deployment({ markerTold: () => true });
  const first = world.put('1');
  world.onRequest((call) => {
    if (call === 'copyObject backup') throw refusal('unknown', 'AnswerTimeout');
  });
  await world.replicate({ version: first });
  world.clock.ms += SETTLED + MINUTE;
  world.onRequest((call, key) => {
    if (call === 'putObject crr' && key.startsWith('waiting/')) throw refusal();
  });
  await world.replicate({ version: first });
  expect(world.stack()).toEqual([first.versionId]);
  expect(world.state('leases/')).toHaveLength(1);
});

/** A version whose copy is requested by a run that is killed. `land` lets the copy take effect, without an event. */
async function abandonedCopy(settings: Parameters<typeof deployment>[0]) {
  const world = await deployment({ markerTold: () => true, ...settings });
  const first = world.put('1');
  let release: (() => void) | undefined;
  world.onRequest((call): Promise<void> | undefined => {
    if (call !== 'copyObject backup' || release !== undefined) return undefined;
    return new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  world.replicate({ version: first }).catch(() => undefined);
  await vi.waitFor(() => expect(release).toBeDefined());
  const land = async (): Promise<void> => {
    world.onAnswer((call) => (call === 'copyObject backup' ? new Promise<void>(() => undefined) : undefined));
    release?.();
    await vi.waitFor(() => expect(world.stack()).toContain(first.versionId));
    world.onAnswer(() => undefined);
  };
  const minutes = async (number: number): Promise<void> => {
    for (let i = 0; i < number; i += 1) {
      world.clock.ms += MINUTE;
      await world.sweep();
      await world.runStarted();
    }
  };
  return { world, first, land, minutes };
}

/** Bytes a ms: copies of a single byte may take the 15 minutes that COS allows for any. */
const SLOW = { slowestCopy: 1e-9 };

// P51
it('nobody writes a key while the slow copy of a killed run may take effect, so no version is copied twice', async () => {
  const { world, first, land, minutes } = await abandonedCopy(SLOW);
  const second = world.put('2');
  await minutes(10);
  expect(world.stack()).toEqual([]);
  await land();
  await minutes(10);
  await world.later();
  expect(world.stack()).toEqual([second.versionId, first.versionId]);
  expect(world.requests.length).toBeGreaterThan(0);
  expect(world.core.listVersions(BACKUP.bucket, BACKUP.region, {}).entries).toHaveLength(2);
  expect(world.state()).toEqual(['rules/source-1250000000']);
});

it('a key is kept for a copy that never takes effect no longer than COS lets a copy take', async () => {
  const { world, first, minutes } = await abandonedCopy(SLOW);
  await minutes(16);
  expect(world.stack()).toEqual([]);
  await minutes(3);
  expect(world.stack()).toEqual([first.versionId]);
});

it('a key is free again as soon as the copy that it is kept for has taken effect', async () => {
  const { world, first, land } = await abandonedCopy(SLOW);
  world.clock.ms += 3 * MINUTE;
  await land();
  const second = world.put('2');
  await world.replicate({ version: second });
  expect(world.stack()).toEqual([second.versionId, first.versionId]);
});

it('a small object needs no further lease, and a run that ends leaves none', async () => {
  for (const settings of [{}, SLOW]) {
    const world = await deployment({ markerTold: () => true, ...settings });
    const version = world.put('1');
    await world.replicate({ version });
    expect(world.stack()).toEqual([version.versionId]);
    expect(world.requests.filter((call) => call === 'putObject crr')).toHaveLength(settings === SLOW ? 2 : 1);
    expect(world.state()).toEqual(['rules/source-1250000000']);
  }
});
