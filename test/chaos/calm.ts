import { CALM } from './faulty.ts';
import type { WorldOptions } from './options.ts';

/** As the engine has it. */
export const INLINE_BYTES = 256 * 2 ** 20;

/**
 * A one-way world without faults or delayed events. `withVersionId`: how often events name their version, from 0 to 1.
 */
export const calmWorld = (seed: number, deeds: WorldOptions['deeds'], withVersionId: number): WorldOptions => ({
  seed,
  shape: 'one-way',
  deeds,
  weather: CALM,
  mail: { lost: 0, doubled: 0, late: 0, latest: 600_000, withVersionId },
  skew: 0,
  listingLag: 0,
  longestPage: 1000,
  markerOn404: true,
  tagged: false,
  later: false,
  large: false,
  inlineBytes: INLINE_BYTES,
  scans: false,
});
