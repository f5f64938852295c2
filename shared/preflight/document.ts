import { JSON_BODY, readPlace, samePlace } from '../cos/index.ts';
import type { Cos, Place } from '../cos/index.ts';
import { decodeState, encodeState, flag, listOf, number, object, oneOf, optional, text } from '../shape/index.ts';

/** The steps of a pre-flight at a destination, in this order; each one depends on those before it. */
export const CHECKS = [
  'reach',
  'versioning',
  'write',
  'copy',
  'metadata',
  'read',
  'delete-marker',
  'marker-answer',
  'remove',
] as const;
export type CheckName = (typeof CHECKS)[number];

export interface Check {
  readonly name: CheckName;
  readonly passed: boolean;
  /** Error code, or one of our own words; only set where the step did not pass. */
  readonly cause?: string | undefined;
}

/** The last pre-flight of one destination. */
export interface Preflight {
  readonly destination: Place;
  /** ms since 1970 by the clock of COS. */
  readonly measuredAt: number;
  readonly passed: boolean;
  /** Whether the 404 of a deleted key says that a delete marker is the reason; undefined when not found out. */
  readonly markerTold?: boolean | undefined;
  readonly checks: readonly Check[];
}

const document = object<Preflight>({
  destination: readPlace,
  measuredAt: number,
  passed: flag,
  markerTold: optional(flag),
  checks: listOf(object<Check>({ name: oneOf(CHECKS), passed: flag, cause: optional(text()) })),
});

/** Prefix of the findings of pre-flights on the state bucket. */
export const PREFLIGHTS = 'status/preflight/';
const nameOf = (destination: Place): string => `${PREFLIGHTS}${destination.bucket}`;

/** Throws `CosError` with side `state`. */
export async function storePreflight(cos: Cos, state: Place, found: Preflight): Promise<void> {
  const body = encodeState(found);
  await cos.putObject(state, nameOf(found.destination), body, JSON_BODY);
}

/**
 * The last pre-flight of a destination; undefined when there was none. Throws `ServiceError` `InvalidStateObject` when
 * the object is not a pre-flight.
 */
export async function readPreflight(cos: Cos, state: Place, destination: Place): Promise<Preflight | undefined> {
  const name = nameOf(destination);
  const stored = await cos.getObject(state, name);
  if (stored === undefined) return undefined;
  const found = decodeState(name, stored.body, document);
  // A bucket that was made again in another region must be tried again.
  return samePlace(found.destination, destination) ? found : undefined;
}
