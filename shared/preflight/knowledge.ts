import { formatPlace } from '../cos/index.ts';
import type { Cos, Place } from '../cos/index.ts';
import { readPreflight } from './document.ts';
import { readMarkerAnswer, storeMarkerAnswer, tryMarkerAnswer } from './marker-answer.ts';

/** ms for which an answer is used again, also "never tried". */
const CACHE_MS = 5 * 60_000;
/** ms after which what was tried counts as unknown: COS may have changed. */
const VALID_MS = 30 * 24 * 3_600_000;

/** Whether the 404 of a destination tells a delete marker from nothing, as pre-flight or a run found out. */
export interface MarkerKnowledge {
  /** Answers from memory, and false unless it is known. */
  told(destination: Place): boolean;
  /**
   * Makes `told` know; asks the state bucket at most every five minutes per destination. `mayTry`: where nobody has found
   * out, it is tried here and now. Never throws.
   */
  learn(destination: Place, mayTry: boolean): Promise<void>;
}

/** `now` in ms since 1970; `unique` as for pre-flight. */
export function createMarkerKnowledge(deps: {
  readonly cos: Cos;
  readonly state: Place;
  readonly now: () => number;
  readonly unique: () => string;
}): MarkerKnowledge {
  const { cos, state, now } = deps;
  const known = new Map<string, { readonly asked: number; readonly told: boolean }>();

  const find = async (destination: Place, asked: number, mayTry: boolean): Promise<boolean> => {
    const isValid = ({ measuredAt }: { readonly measuredAt: number }): boolean => asked - measuredAt < VALID_MS;
    const preflight = await readPreflight(cos, state, destination);
    if (preflight?.markerTold !== undefined && isValid(preflight)) return preflight.markerTold;
    const earlier = await readMarkerAnswer(cos, state, destination);
    if (earlier !== undefined && isValid(earlier)) return earlier.markerTold;
    const found = mayTry ? await tryMarkerAnswer(deps, destination) : undefined;
    if (found === undefined) return false;
    // The finding holds for this instance also where it cannot be written down.
    await storeMarkerAnswer(cos, state, found).catch(() => undefined);
    return found.markerTold;
  };

  return {
    told: (destination) => known.get(formatPlace(destination))?.told ?? false,
    learn: async (destination, mayTry) => {
      const name = formatPlace(destination);
      const asked = now();
      const before = known.get(name);
      if (before !== undefined && asked - before.asked < CACHE_MS) return;
      // At once, so that runs at the same time ask once; what was known stands until the answer.
      known.set(name, { asked, told: before?.told ?? false });
      // Not knowing costs two listings; a run must not end for it. Whatever is wrong with a bucket ends it elsewhere, with
      // a cause.
      const told = await find(destination, asked, mayTry).catch(() => false);
      known.set(name, { asked, told });
    },
  };
}
