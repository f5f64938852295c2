import type { ObjectHead } from '../../cos/index.ts';
import { attemptId, signerFor, writeMarker, type Marker } from '../../identity/index.ts';
import { at } from '../errors.ts';
import type { Needs } from '../run/run.ts';

export interface AttemptKind {
  /** See `Marker`. */
  readonly named?: boolean;
  readonly inParts?: boolean;
}

/**
 * A fresh attempt. Its time is by the destination's clock, and not later than anything that the attempt writes. Throws
 * `CosError`.
 */
export async function newAttempt(
  { deps, heads }: Needs<'deps' | 'heads'>,
  { named = true, inParts = false }: AttemptKind = {},
): Promise<Pick<Marker, 'id' | 'attempted' | 'named' | 'inParts'>> {
  const attempted = await heads.destinationTime();
  return {
    named,
    ...(inParts ? { inParts } : {}),
    id: attemptId(attempted, named, deps.unique(), inParts),
    attempted: Math.floor(attempted / 1000) * 1000,
  };
}

/** User metadata of a replica before it is written: that of its original, and the signed marker. */
export async function withMarker(
  { deps, work }: Needs<'deps' | 'work'>,
  own: ObjectHead['meta'],
  marker: Marker,
): Promise<Record<string, string>> {
  const key = await at('state', () => deps.keys.newest());
  return writeMarker(own, marker, signerFor(key, deps.hash, work.destination, work.key));
}
