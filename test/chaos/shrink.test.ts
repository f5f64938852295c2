import { describe, expect, it } from 'vitest';
import type { Deed } from './deeds.ts';
import { CALM } from './faulty.ts';
import { worldOf } from './seeds.ts';
import { shrink } from './shrink.ts';
import { describeWorld } from './tell.ts';
import { A } from './topology.ts';
import type { WorldOptions } from './options.ts';

const deed = (at: number, name: Deed['name'], key: string): Deed => ({ at, name, site: A, key, dice: at });

/** Twenty uploads, and among them the deletion that matters. */
const world: WorldOptions = {
  ...worldOf(1, 'fan-out'),
  deeds: [
    ...Array.from({ length: 13 }, (_, i) => deed(i * 700, 'put', 'b')),
    deed(9500, 'remove', 'c d+%'),
    ...Array.from({ length: 7 }, (_, i) => deed(10_000 + i * 700, 'put', 'a/b')),
  ],
  weather: { ...CALM, late: 0.2, killed: 0.1, refused: 0.3 },
  mail: { lost: 0.2, doubled: 0.1, late: 0.3, latest: 600_000, withVersionId: 0.5 },
  skew: 5000,
  listingLag: 5000,
  longestPage: 2,
  tagged: true,
  later: true,
  large: true,
};

const shrunk = (fails: (options: WorldOptions) => boolean, attempts = 2000) => {
  const tried: number[] = [];
  const progress = (count: number): void => void tried.push(count);
  return shrink(world, { fails: async (options) => fails(options), attempts, progress }).then((smallest) => ({
    smallest,
    tried,
  }));
};

const removes = ({ deeds }: WorldOptions): boolean => deeds.some(({ name }) => name === 'remove');

describe('shrinking a failing world', () => {
  it('leaves the one deed and the one fault that matter', async () => {
    const { smallest } = await shrunk((options) => removes(options) && options.weather.late > 0);
    expect(smallest.deeds).toEqual([deed(0, 'remove', 'a')].map((one) => ({ ...one, dice: 9500 })));
    expect(smallest.weather).toEqual({ ...CALM, late: 0.2, copying: undefined });
    expect(smallest.mail).toEqual({ lost: 0, doubled: 0, late: 0, latest: 600_000, withVersionId: 1 });
    expect(smallest).toMatchObject({ shape: 'one-way', skew: 0, listingLag: 0, longestPage: 1000 });
    expect(smallest).toMatchObject({ tagged: false, later: false, large: false });
  });

  it('keeps two deeds that fail only together, in their order', async () => {
    const { smallest } = await shrunk(
      ({ deeds }) =>
        deeds.findIndex(({ name }) => name === 'remove') > 0 && deeds.findLastIndex(({ name }) => name === 'put') > 1,
    );
    expect(smallest.deeds.map(({ name }) => name)).toEqual(['put', 'remove', 'put']);
  });

  it('tries another luck when the same dice no longer fail', async () => {
    const { smallest } = await shrunk(
      (options) => removes(options) && (options.deeds.length === world.deeds.length || options.seed !== world.seed),
    );
    expect(smallest.deeds).toHaveLength(1);
    expect(smallest.seed).not.toBe(world.seed);
  });

  it('stops after the given attempts, and never at a world that does not fail', async () => {
    const { smallest, tried } = await shrunk(removes, 7);
    expect(tried).toHaveLength(7);
    expect(removes(smallest)).toBe(true);
    expect((await shrunk(() => false)).smallest).toEqual(world);
  });

  it('prints the world in readable lines', async () => {
    const { smallest } = await shrunk((options) => removes(options) && options.weather.late > 0);
    expect(describeWorld({ ...smallest, markerOn404: true })).toBe(
      [
        'one-way, 1 deeds, seed 1',
        '  weather: late 0.2',
        '  mail: withVersionId 1',
        '  beside: markerOn404 true',
        '       0.000 remove a at source-1250000000',
      ].join('\n'),
    );
  });
});
