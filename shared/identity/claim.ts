import type { ObjectHead, Place } from '../cos/index.ts';
import type { Hash } from '../signing/index.ts';
import { landedInTime, readMarker, signerFor } from './marker.ts';
import { proves } from './proof.ts';
import type { Keyring, Marker, MarkerKey } from './types.ts';
import { KEY_RETIRING_MS } from '../durations/index.ts';

/** The keys, and the hash that checks signatures with them. */
export interface Trust {
  readonly hash: Hash;
  readonly keys: Keyring;
}

/**
 * The one answer to "is this version ours?".
 * - `none`: an ordinary object of somebody else, whatever its metadata says.
 * - `copied`: a user's copy of a replica, which carries the marker along. An ordinary object too.
 * - `damaged`: its marker is ours, but its bytes are not those that the marker describes. A user may have put the
 *   marker there, so it is no replica and is never removed for that.
 * - `ours`: we made it, unless an older version of the key bears the same attempt (`copiesAmong`).
 */
export type Claim =
  { readonly kind: 'none' } | { readonly kind: 'ours' | 'copied' | 'damaged'; readonly marker: Marker };

const NONE: Claim = { kind: 'none' };

/**
 * The claim of a version at `place` under `key`. A marker counts only when a deployment signed exactly its content for
 * exactly this place. Throws `CosError` when the keys cannot be read: nothing is decided then.
 */
export async function claimOf(trust: Trust, head: ObjectHead, place: Place, key: string): Promise<Claim> {
  const said = readMarker(head.meta);
  if (said === undefined) return NONE;
  const keys = await trust.keys.find(said.keyId, head.lastModified);
  const signed = keys.some(
    (candidate) => wasGood(candidate, said.marker) && said.isSignedBy(signerFor(candidate, trust.hash, place, key)),
  );
  // P16: Only a marker that a deployment signed for this very place is believed.
  if (!signed) return NONE;
  const { marker } = said;
  if (!landedInTime(head, marker)) return { kind: 'copied', marker };
  return { kind: proves(marker.proof, head) ? 'ours' : 'damaged', marker };
}

const wasGood = ({ retired }: MarkerKey, { attempted }: Marker): boolean =>
  retired === undefined || attempted <= retired + KEY_RETIRING_MS;

/** The marker of a version that is ours as far as its own HEAD shows. */
export const ownMarker = (claim: Claim): Marker | undefined => (claim.kind === 'ours' ? claim.marker : undefined);

/**
 * Finds the copies of users among versions of one key: of several that bear one attempt, only the oldest was written by
 * it. Takes the attempts of the versions that are ours by their HEADs, newest version first. Returns two sets of
 * indexes: the copies, and the originals that were copied. Without its original, a copy would count as ours.
 */
export function copiesAmong(attempts: readonly (string | undefined)[]): {
  readonly copies: ReadonlySet<number>;
  readonly originals: ReadonlySet<number>;
} {
  const oldest = new Map<string, number>();
  const copies = new Set<number>();
  const originals = new Set<number>();
  for (let i = attempts.length - 1; i >= 0; i -= 1) {
    const attempt = attempts[i];
    if (attempt === undefined) continue;
    const original = oldest.get(attempt);
    if (original === undefined) oldest.set(attempt, i);
    else {
      copies.add(i);
      originals.add(original);
    }
  }
  return { copies, originals };
}
