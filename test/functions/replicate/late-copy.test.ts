import { expect, test, vi } from 'vitest';
import { deployment, refusal, SETTLED } from '../../deployment/small.ts';

const MINUTE = 60_000;

// P28
test('a copy that lands long after its run was given up is put in order, and its version has one replica', async () => {
  const world = await deployment({ markerTold: () => true });
  const first = world.put('1');
  let landing: Promise<void> | undefined;
  let land: () => void = () => undefined;
  world.onRequest((call): Promise<void> | undefined => {
    if (call !== 'copyObject backup' || landing !== undefined) return undefined;
    // Asked for, and never answered; it takes effect when `land` is called.
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

  // What the killed run would do next never happens.
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

test('that a copy may still land is not forgotten when it cannot be written down', async () => {
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
