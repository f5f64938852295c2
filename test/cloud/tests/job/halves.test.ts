import { describe, expect, it } from 'vitest';
import { halve } from '../../job/halves.ts';
import type { Story } from '../../job/types.ts';

const story = (key: string, steps = 1): Story => ({
  key,
  steps: Array.from({ length: steps }, () => ({ kind: 'delete' })),
});
const keysOf = (stories: readonly Story[]): readonly string[] => stories.map(({ key }) => key);

describe('halve', () => {
  it('puts half of the keys before the rule and gives each key once', () => {
    const stories = Array.from({ length: 200 }, (_, n) => story(`k${String(n).padStart(3, '0')}`, (n % 3) + 1));
    const { before, dropped, live } = halve(stories);
    expect(before).toHaveLength(100);
    expect(dropped.length).toBeGreaterThan(0);
    expect([...before, ...dropped, ...live].map(({ key }) => key).sort()).toEqual(keysOf(stories));
  });

  it('drops no events of a key that is written twice, or whose name begins another one', () => {
    const stories = [story('x'), story('a'), story('y'), story('ab'), story('z'), story('b', 2)];
    expect(keysOf(halve(stories).dropped)).toEqual(['ab']);
  });

  it('drops an event even of the smallest folder that has two files', () => {
    expect(keysOf(halve([story('a'), story('b')]).dropped)).toEqual(['b']);
  });
});
