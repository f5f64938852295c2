import { formatPlace, type Place } from '../cos/index.ts';
import { CHECK_LATE_MS } from '../durations/index.ts';
import { readFindings, type Break, type Findings, type FindingsDeps, type Lifecycle } from './document.ts';

/** Why the state is unknown: nothing was checked yet, or the platform or COS refused (its error code). */
export interface PartState {
  /** ms since 1970; null: unknown. */
  readonly measuredAt: number | null;
  /** `not-checked`, or the error code that kept it from being checked. */
  readonly reason?: string;
}

/** The preconditions of a source at a destination. */
export interface PairPreconditions {
  readonly broken: readonly Break[];
  readonly buckets: PartState;
  readonly functions: PartState;
}

interface Pair {
  readonly source: Place;
  readonly destination: Place;
}

/** The findings of both parts for all pairs of a deployment; undefined when there are none. */
export interface Preconditions {
  readonly buckets: Findings | undefined;
  readonly functions: Findings | undefined;
}

/** Throws `ServiceError`. */
export async function readPreconditions(deps: FindingsDeps): Promise<Preconditions> {
  const [buckets, functions] = await Promise.all([readFindings(deps, 'buckets'), readFindings(deps, 'functions')]);
  return { buckets, functions };
}

/** The lifecycle of a bucket as it was last read; a text says why it is unknown. */
export function lifecycleOf({ buckets }: Preconditions, place: Place, now: number): Lifecycle | string {
  const { reason } = stateOf(buckets, [formatPlace(place)], now);
  const found = buckets?.lifecycles?.find((one) => one.place === formatPlace(place));
  if (reason !== undefined || found === undefined) return reason ?? 'not-checked';
  return found.unknown ?? found;
}

export function preconditionsOf({ buckets, functions }: Preconditions, pair: Pair, now: number): PairPreconditions {
  const [source, destination] = [formatPlace(pair.source), formatPlace(pair.destination)];
  return {
    broken: [
      ...breaksOf(buckets, 'scan', [source, destination], now),
      ...breaksOf(functions, 'schedule', [source, destination], now),
    ],
    buckets: stateOf(buckets, [source, destination], now),
    functions: stateOf(functions, [source], now),
  };
}

/** Old findings say nothing about now, except that the function that makes them is silent. */
function breaksOf(
  found: Findings | undefined,
  by: 'scan' | 'schedule',
  places: readonly string[],
  now: number,
): readonly Break[] {
  if (found === undefined) return [];
  if (isLate(found, now))
    return [{ check: 'function', place: '', what: by, cause: 'function-silent', since: found.measuredAt }];
  return found.broken.filter(({ place }) => place === '' || places.includes(place));
}

function stateOf(found: Findings | undefined, places: readonly string[], now: number): PartState {
  if (found === undefined || isLate(found, now) || !places.every((place) => found.places.includes(place)))
    return { measuredAt: null, reason: 'not-checked' };
  return found.unknown === undefined ? { measuredAt: found.measuredAt } : { measuredAt: null, reason: found.unknown };
}

const isLate = ({ measuredAt }: Findings, now: number): boolean => now - measuredAt > CHECK_LATE_MS;
