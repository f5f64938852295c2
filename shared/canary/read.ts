import { formatPlace, type Cos, type Place } from '../cos/index.ts';
import { CANARY_LATE_MS } from '../durations/index.ts';
import { readResults, type CanaryResult, type CanaryResults } from './document.ts';

/** The results of canaries at one destination, and the time at which they were written down. */
export interface SeenCanary extends CanaryResult {
  /** ms since 1970. */
  readonly measuredAt: number;
}

/** The results of the canaries of a source, at all its destinations. Throws `CosError`. */
export async function readCanary(
  deps: { readonly cos: Pick<Cos, 'getObject'>; readonly state: Place },
  source: Place,
): Promise<CanaryResults | undefined> {
  return readResults(deps, source);
}

/** `off`: no canary was ever sent to that destination. `outdated`: none is sent any more. */
export function canaryOf(
  results: CanaryResults | undefined,
  destination: Place,
  now: number,
): SeenCanary | 'off' | 'outdated' {
  const name = formatPlace(destination);
  const found =
    results !== undefined && Object.hasOwn(results.destinations, name) ? results.destinations[name] : undefined;
  if (results === undefined || found === undefined) return 'off';
  const { measuredAt, everyMs } = results;
  return now - measuredAt > 2 * everyMs + CANARY_LATE_MS ? 'outdated' : { ...found, measuredAt };
}
