import { formatPlace } from '../cos/index.ts';
import type { Cos, Place } from '../cos/index.ts';
import { readPreflight } from './document.ts';

/** ms for which an answer is used again, also "never tried". */
const CACHE_MS = 5 * 60_000;
/** ms after which what was tried counts as unknown: COS may have changed. */
const VALID_MS = 30 * 24 * 3_600_000;

/** Whether the 404 of a destination tells a delete marker from nothing, as pre-flight found out. */
export interface MarkerKnowledge {
  /** Without asking anybody; false unless it is known. */
  told(destination: Place): boolean;
  /** Makes `told` know; asks the state bucket at most every five minutes per destination. Never throws. */
  learn(destination: Place): Promise<void>;
}

/** `now` in ms since 1970. */
export function createMarkerKnowledge({
  cos,
  state,
  now,
}: {
  readonly cos: Cos;
  readonly state: Place;
  readonly now: () => number;
}): MarkerKnowledge {
  const known = new Map<string, { readonly asked: number; readonly told: boolean }>();
  return {
    told: (destination) => known.get(formatPlace(destination))?.told ?? false,
    learn: async (destination) => {
      const name = formatPlace(destination);
      const asked = now();
      const before = known.get(name);
      if (before !== undefined && asked - before.asked < CACHE_MS) return;
      // At once, so that runs at the same time ask once; what was known stands until the answer.
      known.set(name, { asked, told: before?.told ?? false });
      let told = false;
      try {
        const found = await readPreflight(cos, state, destination);
        told = found?.markerTold === true && asked - found.measuredAt < VALID_MS;
      } catch {
        // Not knowing costs two listings; a run must not end for it. Whatever is wrong with the state bucket ends it
        // elsewhere, with a cause.
      }
      known.set(name, { asked, told });
    },
  };
}
