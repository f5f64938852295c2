import type { Story } from './types.ts';

/** The way by which a key has to reach the destination. */
export interface Halves {
  /** Written before there is a rule: only a scan finds them. */
  readonly before: readonly Story[];
  /** Written after it, but no event tells of them: only a scan finds them. */
  readonly dropped: readonly Story[];
  /** Written after it. */
  readonly live: readonly Story[];
}

/** Of the second half each so many keys loses its event; a prime, so that all kinds of keys come to it. */
const DROPPED_OF = 37;

/**
 * Cuts the job in two, every other key, and chooses the keys whose events are dropped: such that are written once, and whose
 * name is not the beginning of another one, because a fault is named by a prefix.
 */
export function halve(stories: readonly Story[]): Halves {
  const before = stories.filter((_, i) => i % 2 === 0);
  const after = stories.filter((_, i) => i % 2 === 1);
  const keys = stories.map(({ key }) => key).sort();
  const begins = new Set(keys.filter((key, i) => keys[i + 1]?.startsWith(key)));
  const fit = after.filter(({ key, steps }) => steps.length === 1 && !begins.has(key));
  const dropped = fit.filter((_, i) => i % DROPPED_OF === 0);
  const chosen = new Set(dropped);
  return { before, dropped, live: after.filter((story) => !chosen.has(story)) };
}
