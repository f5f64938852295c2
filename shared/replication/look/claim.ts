import { samePlace, type ObjectHead } from '../../cos/index.ts';
import { claimOf, rankOf, type Claim, type Marker } from '../../identity/index.ts';
import { at } from '../errors.ts';
import type { Needs } from '../run/run.ts';
import type { OwnItem } from '../types.ts';

/**
 * The claim of a version at the source or at the destination. A bucket that nothing replicates to holds no replica,
 * whatever the metadata of a version says. Throws `CosError` when the keys of the deployments cannot be read.
 */
export async function claimAt(
  { deps, work, books }: Needs<'deps' | 'work' | 'books'>,
  head: ObjectHead,
  side: 'source' | 'destination',
): Promise<Claim> {
  if (side === 'source' && books.source === undefined) return { kind: 'none' };
  return at('state', () => claimOf(deps, head, work[side], work.key));
}

/** The item in the destination's stack for a version that bears a marker of ours. `time`: ms since 1970. */
export function ownItem(
  { work, books }: Needs<'work' | 'books'>,
  version: { readonly versionId: string; readonly time: number },
  marker: Marker,
): OwnItem {
  if (books.destination === undefined) return { ...version, kind: 'replica', marker };
  const kind = samePlace(marker.source, work.source) ? 'replica' : 'other';
  return { ...version, kind, marker, rank: rankOf(marker.ref, marker.source.bucket) };
}
