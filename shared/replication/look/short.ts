import type { HeadResult, ObjectHead } from '../../cos/index.ts';
import { candidateOf, type Candidate } from './candidates.ts';
import { ownMarker } from '../../identity/index.ts';
import { KeyListing } from './listing.ts';
import { EVENT_SLACK_MS } from './observe.ts';
import { mayBeOfAnother } from './same-second.ts';
import type { Session } from '../session.ts';
import type { Entry } from '../types.ts';
import type { Marker, Ref } from '../../identity/index.ts';
import { isNull, refOfEntry, refOfHead, surelyOlder } from '../../identity/index.ts';

/** ms within which a replica appears after its attempt began; what appears later may be a user's copy of it. */
const PROMPT_MS = 2000;

export type ShortLook =
  /** Nothing to do: this very version is there. */
  | { readonly kind: 'in-sync' }
  | { readonly kind: 'copy'; readonly candidate: Candidate; readonly base: Ref | undefined; readonly named: boolean }
  /** The current version cannot be copied now; the reason is noted. */
  | { readonly kind: 'skip' }
  /** The two current versions alone do not tell. */
  | { readonly kind: 'full' };

const FULL: ShortLook = { kind: 'full' };

/**
 * Decides from the two current versions alone, without a listing, wherever that is beyond doubt. `source` was read
 * after the key was taken, and the destination is read here, after both.
 */
export async function shortLook(session: Session, source: HeadResult): Promise<ShortLook> {
  if (!source.found || (await session.claimOf(source.head, 'source')).kind === 'ours') return FULL;
  const named = nameOf(session, source.head);
  if (named === 'another') return FULL;

  const { head } = source;
  const ref = refOfHead(head);
  const entry: Entry = { ref, versionId: head.versionId ?? 'null', deleteMarker: false, current: true };
  const there = await session.headDestination();
  const replica = there.found ? await promptReplica(session, there.head) : undefined;
  if (replica?.ref.id === ref.id)
    return named === 'this' && replica.named && !mayBeOfAnother(replica) ? { kind: 'in-sync' } : FULL;
  const follows = replica === undefined ? await isEmpty(session, there, ref) : surelyOlder(replica.ref, ref);
  if (!follows) return FULL;

  const candidate = await candidateOf(session, entry, head);
  if (candidate !== undefined) return { kind: 'copy', candidate, base: replica?.ref, named: named === 'this' };
  return session.skipped.has(entry.versionId) ? { kind: 'skip' } : FULL;
}

/** Which version the event speaks of: the current one by ID, perhaps the current one, or surely another. */
function nameOf({ work }: Session, head: ObjectHead): 'this' | 'perhaps' | 'another' {
  if (work.hints.length > 0) return work.hints.every((hint) => hint === head.versionId) ? 'this' : 'another';
  const { etag, size, time } = work.clue ?? {};
  if (etag !== undefined && etag !== head.etag) return 'another';
  if (size !== undefined && size !== head.size) return 'another';
  if (time !== undefined && Math.abs(head.lastModified - time) > EVENT_SLACK_MS) return 'another';
  return 'perhaps';
}

async function promptReplica(session: Session, head: ObjectHead): Promise<Marker | undefined> {
  if (isNull(head.versionId)) return undefined;
  const marker = ownMarker(await session.claimOf(head, 'destination'));
  if (marker === undefined || !session.isOfSource(marker.source)) return undefined;
  return head.lastModified - marker.attempted <= PROMPT_MS ? marker : undefined;
}

/**
 * A 404 alone may hide a delete marker, unless the destination is known to say so. Listings lag, so an empty one is
 * believed only of a key that has no history at the source either.
 */
async function isEmpty(session: Session, there: HeadResult, current: Ref): Promise<boolean> {
  if (there.found || there.deleteMarker) return false;
  const { destination } = session.work;
  if (session.deps.settings.markerTold(destination)) return true;
  const [history, stack] = await Promise.all([
    KeyListing.open(session, 'source'),
    KeyListing.open(session, 'destination'),
  ]);
  if (stack.entries.length > 0 || !stack.complete || !history.complete) return false;
  return history.entries.every((entry) => refOfEntry(entry).id === current.id);
}
