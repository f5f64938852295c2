import { expect, it } from 'vitest';
import { deployment, type Deployment, refusal } from '../../deployment/index.ts';

const RUN_MS = 60_000;

/** For this many ms the state bucket only refuses. */
function refuseFor(world: Deployment, ms: number): void {
  const end = world.clock.ms + ms;
  world.onRequest((call) => {
    if (call.endsWith(' crr') && world.clock.ms < end) throw refusal();
  });
}

it('a run waits for a state bucket that refuses, and does not use up its attempts', async () => {
  const world = await deployment({ markerTold: () => true });
  const version = world.put('1');
  refuseFor(world, 40_000);
  expect(await world.replicate({ version })).toEqual({ done: 1, deferred: 0 });
  expect(world.stack()).toEqual([version.versionId]);
});

it('three runs, as many as the platform makes for an event, a minute apart, outlast four minutes', async () => {
  const world = await deployment({ markerTold: () => true });
  const version = world.put('1');
  refuseFor(world, 4 * 60_000);
  let runs = 0;
  for (let heard = false; !heard;) {
    runs += 1;
    const begun = world.clock.ms;
    heard = await world.replicate({ version }).then(
      () => true,
      () => false,
    );
    expect(world.clock.ms - begun).toBeLessThan(RUN_MS);
    if (!heard) world.clock.ms += 60_000;
  }
  expect(runs).toBeLessThanOrEqual(3);
  expect(world.stack()).toEqual([version.versionId]);
});

it('a permanent failure is thrown at once', async () => {
  const world = await deployment({ markerTold: () => true });
  const version = world.put('1');
  world.onRequest((call) => {
    if (call.endsWith(' crr')) throw new Error('a mistake of ours');
  });
  const begun = world.clock.ms;
  await expect(world.replicate({ version })).rejects.toThrow('a mistake of ours');
  expect(world.clock.ms).toBe(begun);
});
