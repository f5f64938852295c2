import type { VersionEntry } from '../../cos/index.ts';
import { rankOf, refOfEntry, sameRank, type Rank } from '../../identity/index.ts';
import type { Intention, Marks } from '../deletion-records.ts';
import { DELETE_LANDING_MS, PROMPT_DELETE_MS, REGION_SLACK_MS } from '../../durations/index.ts';

/**
 * The delete marker of `bucket` that an intention has made, as far as that can be known. `listed`: the versions and
 * delete markers of the key, newest first; `marks`: the records of our delete markers.
 *
 * A record that names a delete marker as the deletion it stands for proves that a user made that one: replication
 * stands for none of its own. Entries below the deletion that the intention stands for are older than the intention.
 *
 * Of the others, the one that came at once is nearly always meant, and the rest are users'. If none came at once, the
 * last one counts as ours: if it counted as a user's, a late delete marker would hide newer writes.
 */
export function madeFor(
  intention: Intention,
  listed: readonly VersionEntry[],
  { made, intended }: Marks,
  bucket: string,
): VersionEntry | undefined {
  const { time, rank } = intention;
  const means = (one: Rank, entry: VersionEntry): boolean =>
    entry.deleteMarker && sameRank(one, rankOf(refOfEntry(entry), bucket));
  const meant = listed.findIndex((entry) => means(rank, entry));
  const records = [...made, ...intended];
  const unknown = listed
    .slice(0, meant === -1 ? listed.length : meant)
    .filter((entry) => entry.deleteMarker && isInTime(entry, intention))
    .filter((entry) => !made.some(({ versionId }) => versionId === entry.versionId))
    .filter((entry) => !records.some((one) => means(one.rank, entry)));
  return unknown.findLast((entry) => entry.lastModified <= time + PROMPT_DELETE_MS) ?? unknown[0];
}

const isInTime = ({ lastModified }: VersionEntry, { time }: Intention): boolean =>
  lastModified >= time - REGION_SLACK_MS && lastModified <= time + DELETE_LANDING_MS;
