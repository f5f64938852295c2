import { formatPlace } from '../cos/index.ts';
import type { Cos, Place } from '../cos/index.ts';
import { readPreflight } from './document.ts';
import { readMarkerAnswer, storeMarkerAnswer, tryMarkerAnswer } from './marker-answer.ts';

/** ms for which an answer is used again, including "never tried". */
const CACHE_MS = 5 * 60_000;
/** ms after which a finding counts as unknown: COS may have changed. */
const VALID_MS = 30 * 24 * 3_600_000;

/**
 * Whether the 404 of a destination distinguishes a delete marker from an absent key, as pre-flight or a run found out.
 */
export interface MarkerKnowledge {
  /** Answers from memory; false when it is not known. */
  told(destination: Place): boolean;
  /**
   * Fills the memory of `told`. It asks the state bucket at most every five minutes per destination. `mayTry`: where
   * nothing is known, it is tried at the destination. Never throws.
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
    // The finding is valid in this instance even if it cannot be stored.
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
      // Set at once, so that concurrent runs ask once. The known answer stays until the new one comes.
      known.set(name, { asked, told: before?.told ?? false });
      // Without the answer a run reads two listings, so it must not fail here. A problem with the bucket ends the run
      // elsewhere, with a cause.
      const told = await find(destination, asked, mayTry).catch(() => false);
      known.set(name, { asked, told });
    },
  };
}
