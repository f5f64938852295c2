import { timeOfVersionId } from '../cloud/cos/index.ts';
import type { Evidence, Listed } from './invariants.ts';
import type { Link } from './topology.ts';

/** A span of the history of a key in which versions may be missing, in microseconds since 1970. */
interface Span {
  readonly key: string;
  readonly from: number;
  readonly upTo: number;
  /** Only versions without an event may be missing. */
  readonly unheard: boolean;
}

/**
 * Whether a lifecycle or a user at the destination removed everything that named a version without a replica:
 *
 * - its own replica;
 * - the replica of a newer one, by a lifecycle that also removes every older one. The version had no event, and its own
 * replica would have been removed, too. In the field a scan comes first: the shortest life that a lifecycle gives is a
 * day.
 * - the replica that recorded the gap, by its version ID before the gap was filled: a known limit.
 */
export function excuses(evidence: Pick<Evidence, 'diary' | 'ledger'>, link: Link): (version: Listed) => boolean {
  const { diary, ledger } = evidence;
  const expired = new Set([...diary.expired].map((id) => ledger.made.get(id)?.origin.versionId));
  const spans: Span[] = [];
  for (const id of [...diary.swept, ...diary.withdrawn]) {
    const made = ledger.made.get(id);
    if (made?.place.bucket !== link.destination.bucket || made.origin.bucket !== link.source.bucket) continue;
    const { key, origin, base } = made;
    const unheard = diary.swept.has(id);
    spans.push({ key, from: unheard ? 0 : base, upTo: timeOfVersionId(origin.versionId) ?? 0, unheard });
  }
  return ({ key, versionId, time }) =>
    expired.has(versionId) ||
    spans.some(
      (span) =>
        span.key === key && time > span.from && time < span.upTo && (!span.unheard || diary.unheard.has(versionId)),
    );
}
