import { JSON_BODY, readPlace, samePlace } from '../cos/index.ts';
import type { Cos, Place } from '../cos/index.ts';
import { PREFLIGHT_PREFIX } from '../rules/index.ts';
import { encodeState, flag, number, object } from '../shape/index.ts';

/** The finding of a run about a destination that no pre-flight has tried. */
interface MarkerAnswer {
  readonly destination: Place;
  /** ms since 1970 by the clock of COS. */
  readonly measuredAt: number;
  readonly markerTold: boolean;
}

const document = object<MarkerAnswer>({
  destination: readPlace,
  measuredAt: number,
  markerTold: flag,
});

/** Prefix of the findings of runs about destinations on the state bucket. */
export const MARKER_ANSWERS = 'status/marker/';
const nameOf = (destination: Place): string => `${MARKER_ANSWERS}${destination.bucket}`;

/**
 * Finds out whether the 404 of a deleted key names its delete marker: makes one under a fresh key, asks, and removes
 * exactly that one again. Three requests. Undefined where the bucket makes no delete marker. Throws `CosError`.
 */
export async function tryMarkerAnswer(
  { cos, unique }: { readonly cos: Cos; readonly unique: () => string },
  destination: Place,
): Promise<MarkerAnswer | undefined> {
  const key = `${PREFLIGHT_PREFIX}${unique()}`;
  const { versionId, deleteMarker } = await cos.deleteObject(destination, key);
  if (!deleteMarker || versionId === undefined) return undefined;
  try {
    const result = await cos.headObject(destination, key);
    if (result.found) return undefined;
    return { destination, measuredAt: result.date, markerTold: result.deleteMarker };
  } finally {
    await cos.deleteObject(destination, key, versionId);
  }
}

/** Throws `CosError` with side `state`. */
export async function storeMarkerAnswer(cos: Cos, state: Place, found: MarkerAnswer): Promise<void> {
  const body = encodeState(found);
  await cos.putObject(state, nameOf(found.destination), body, JSON_BODY);
}

/** Undefined when there is none, or when the object is something else. Throws `CosError`. */
export async function readMarkerAnswer(cos: Cos, state: Place, destination: Place): Promise<MarkerAnswer | undefined> {
  const stored = await cos.getObject(state, nameOf(destination));
  if (stored === undefined) return undefined;
  try {
    const found = document(JSON.parse(Buffer.from(stored.body).toString('utf8')));
    return samePlace(found.destination, destination) ? found : undefined;
  } catch {
    // The answer is found out again, and replaced.
    return undefined;
  }
}
