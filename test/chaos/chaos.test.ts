import { describe, expect, it } from 'vitest';
import { calmWorld } from './calm.ts';
import { deedsOf } from './deeds.ts';
import { worldOf } from './seeds.ts';
import { topologyOf } from './topology.ts';
import type { WorldOptions } from './options.ts';
import { storedWorlds } from './stored.ts';
import { runWorld } from './world.ts';

const hotKey = (seed: number, withVersionId: number): WorldOptions =>
  calmWorld(seed, deedsOf(seed, { put: 1, deeds: 200, keys: 1, pace: 20 }, topologyOf('one-way')), withVersionId);

describe('simulated worlds', () => {
  // The first worlds of those that `npm run test:chaos` runs by the thousand.
  it('keep every invariant, storms included (40 worlds)', async () => {
    const failed: string[] = [];
    for (let seed = 1; seed <= 40; seed += 1) {
      const { violations } = await runWorld(worldOf(seed));
      failed.push(...violations.map(({ invariant, text }) => `world ${seed}: ${invariant} ${text}`));
    }
    expect(failed).toEqual([]);
  });

  it('keep every invariant under lifecycles and default encryption (40 worlds)', async () => {
    const failed: string[] = [];
    for (let seed = 1; seed <= 40; seed += 1) {
      const { violations } = await runWorld(worldOf(seed, 'lifecycle'));
      failed.push(...violations.map(({ invariant, text }) => `world ${seed}: ${invariant} ${text}`));
    }
    expect(failed).toEqual([]);
  });

  it.each(['one-way', 'fan-out', 'rules', 'parts', 'mesh'] as const)(
    'are the same for the same seed (%s)',
    async (kind) => {
      const [first, second] = [await runWorld(worldOf(17, kind)), await runWorld(worldOf(17, kind))];
      expect(first.lines.length).toBeGreaterThan(10);
      expect(second.lines).toEqual(first.lines);
    },
  );
});

describe('worlds in which a version was once lost, doubled or hidden', () => {
  it.each(storedWorlds('worlds'))('keep every invariant: %s', async (_, world) => {
    expect((await runWorld(world)).violations).toEqual([]);
  });
});

describe('a hot key', () => {
  it.each([
    ['events name no version', 0],
    ['events name their version', 1],
  ])('gets the same stack after 200 overwrites, with at most twice as many copies (%s)', async (_, withVersionId) => {
    for (const seed of [1, 2]) {
      const { violations, ledger } = await runWorld(hotKey(seed, withVersionId));
      expect(violations).toEqual([]);
      expect(ledger.copies).toBeGreaterThanOrEqual(200);
      expect(ledger.copies).toBeLessThanOrEqual(400);
      // A replica in the wrong place is copied on top before the old one is removed.
      expect(ledger.peak).toBeLessThanOrEqual(2);
    }
  });
});
