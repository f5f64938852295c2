import { samePlace, type HeadResult, type ObjectHead } from '../../cos/index.ts';
import { isHalt, type HandOver } from '../halt.ts';
import { claimAt } from './claim.ts';
import { findingOf, type Candidate } from './candidates.ts';
import { ownMarker } from '../../identity/index.ts';
import { KeyListing } from '../run/listing.ts';
import { mayBeOfAnother } from './same-second.ts';
import type { Needs } from '../run/run.ts';
import type { Entry, Skip } from '../types.ts';
import type { Marker, Ref } from '../../identity/index.ts';
import { isNull, listedId, refOfEntry, refOfHead, surelyOlder } from '../../identity/index.ts';
import { EVENT_SLACK_MS, LATE_EVENT_MS, PROMPT_REPLICA_MS } from '../../durations/index.ts';

export type ShortLook =
  /** Nothing to do: the destination shows this very version. */
  | { readonly kind: 'in-sync' }
  | { readonly kind: 'copy'; readonly candidate: Candidate; readonly base: Ref | undefined; readonly named: boolean }
  /** The current version cannot be copied now. */
  | { readonly kind: 'skip'; readonly skip: Skip }
  /** The two current versions alone do not decide. */
  | { readonly kind: 'full' };

const FULL: ShortLook = { kind: 'full' };

type Reading = Needs<'deps' | 'work' | 'time' | 'heads' | 'books'>;

/**
 * Decides from the two current versions alone, without a listing, if they leave no doubt. `source` was read after the
 * key was taken; the destination is read here, after both.
 */
export async function shortLook(run: Reading, source: HeadResult): Promise<ShortLook | HandOver> {
  if (!source.found || (await claimAt(run, source.head, 'source')).kind === 'ours') return FULL;
  const named = nameOf(run, source.head);
  if (named === 'another') return FULL;

  const { head } = source;
  const ref = refOfHead(head);
  const entry: Entry = { ref, versionId: listedId(head.versionId), deleteMarker: false, current: true };
  // P3b: Read after the lease was taken.
  const there = await run.heads.destination();
  const replica = there.found ? await promptReplica(run, there.head) : undefined;
  // P11: Equal bytes are not the same version; only the replication marker identifies it.
  if (replica?.ref.id === ref.id) {
    // P2: This event, or that of the replica, may have meant a version that a short look passed over.
    const isMeant = named === 'this' && replica.named;
    return isMeant && !mayBeOfAnother(replica) ? { kind: 'in-sync' } : FULL;
  }
  // Late events: another run may have copied the version long ago, and since then a user may have put a copy of an
  // older replica on top.
  if (replica !== undefined && source.date - head.lastModified > LATE_EVENT_MS) return FULL;
  // The same if the replica on top landed after the current version was written: a look at that time saw both.
  if (replica !== undefined && there.found && there.head.lastModified > head.lastModified) return FULL;
  const follows = replica === undefined ? await isEmpty(run, there, ref) : surelyOlder(replica.ref, ref);
  if (isHalt(follows)) return follows;
  // P1d: Only a version that follows the replica on top may be copied there.
  if (!follows) return FULL;

  const finding = await findingOf(run, entry, head);
  if (finding.kind !== 'copy') return finding.kind === 'skip' ? finding : FULL;
  return { kind: 'copy', candidate: finding.candidate, base: replica?.ref, named: named === 'this' };
}

/** Which version the event concerns: the current one by ID, perhaps the current one, or certainly another. */
function nameOf({ work }: Needs<'work'>, head: ObjectHead): 'this' | 'perhaps' | 'another' {
  // P1: An event names a version. It does not say that it is the current one.
  if (work.hints.length > 0) return work.hints.every((hint) => hint === head.versionId) ? 'this' : 'another';
  const { etag, size, time } = work.clue ?? {};
  if (etag !== undefined && etag !== head.etag) return 'another';
  if (size !== undefined && size !== head.size) return 'another';
  if (time !== undefined && Math.abs(head.lastModified - time) > EVENT_SLACK_MS) return 'another';
  return 'perhaps';
}

async function promptReplica(run: Reading, head: ObjectHead): Promise<Marker | undefined> {
  if (isNull(head.versionId)) return undefined;
  const marker = ownMarker(await claimAt(run, head, 'destination'));
  if (marker === undefined || !samePlace(marker.source, run.work.source)) return undefined;
  return head.lastModified - marker.attempted <= PROMPT_REPLICA_MS ? marker : undefined;
}

/**
 * A 404 alone may hide a delete marker, unless the destination is known to name them. Listings lag, so an empty one
 * counts only if the key has no history at the source either.
 */
async function isEmpty(run: Reading, there: HeadResult, current: Ref): Promise<boolean | HandOver> {
  if (there.found || there.deleteMarker) return false;
  const { destination } = run.work;
  // P4: Elsewhere a 404 may stand for a delete marker.
  if (run.deps.settings.markerTold(destination)) return true;
  const [history, stack] = await Promise.all([KeyListing.open(run, 'source'), KeyListing.open(run, 'destination')]);
  if (isHalt(history)) return history;
  if (isHalt(stack)) return stack;
  if (stack.entries.length > 0 || !stack.complete || !history.complete) return false;
  return history.entries.every((entry) => refOfEntry(entry).id === current.id);
}
