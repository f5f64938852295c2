import type { Story } from './types.ts';

/** The way by which a key must reach the destination. */
export interface Halves {
  /** Written before there is a rule: only a scan finds it. */
  readonly before: readonly Story[];
  /** Written after it, but without an event: only a scan finds it. */
  readonly dropped: readonly Story[];
  /** Written after it. */
  readonly live: readonly Story[];
}

/** One of this many keys of the second half loses its event; a prime, so that every kind of key is among them. */
const DROPPED_OF = 37;

/**
 * Divides the job in two, every other key, and selects the keys whose events are dropped: keys that are written once,
 * and whose name is not the beginning of another one, because a fault is named by a prefix.
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
