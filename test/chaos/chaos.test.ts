import { describe, expect, it } from 'vitest';
import { CALM } from './faulty.ts';
import { worldOf } from './seeds.ts';
import { NO_HABITS } from './users.ts';
import { runWorld, type WorldOptions } from './world.ts';

const hotKey = (seed: number, withVersionId: number): WorldOptions => ({
  seed,
  weather: CALM,
  mail: { lost: 0, doubled: 0, late: 0, withVersionId },
  habits: { ...NO_HABITS, put: 1, deeds: 200 },
  skew: 0,
  listingLag: 0,
  markerOn404: true,
});

describe('simulated worlds', () => {
  it('keep every invariant, storms included', async () => {
    const failed: string[] = [];
    for (let seed = 1; seed <= 150; seed += 1) {
      const { violations } = await runWorld(worldOf(seed));
      failed.push(...violations.map(({ invariant, text }) => `world ${seed}: ${invariant} ${text}`));
    }
    expect(failed).toEqual([]);
  });

  it('are the same for the same seed', async () => {
    const [first, second] = [await runWorld(worldOf(17)), await runWorld(worldOf(17))];
    expect(first.lines.length).toBeGreaterThan(10);
    expect(second.lines).toEqual(first.lines);
  });
});

describe('a hot key', () => {
  it.each([
    ['events name no version', 0],
    ['events name their version', 1],
  ])('of 200 overwrites ends as the same stack, with at most twice as many copies (%s)', async (_, withVersionId) => {
    for (const seed of [1, 2, 3]) {
      const { violations, deeds } = await runWorld(hotKey(seed, withVersionId));
      expect(violations).toEqual([]);
      expect(deeds.copies).toBeGreaterThanOrEqual(200);
      expect(deeds.copies).toBeLessThanOrEqual(400);
    }
  });
});
