import type { VersionEntry } from '../../cos/index.ts';
import { rankOf, refOfEntry, sameRank, type Rank } from '../../identity/index.ts';
import type { Intention, Marks } from '../deletion-records.ts';
import { DELETE_LANDING_MS, PROMPT_DELETE_MS, REGION_SLACK_MS } from '../../durations/index.ts';

/**
 * Which delete marker of `bucket` an intention has brought about, as far as that can be told. `listed`: the versions and
 * delete markers of the key, newest first; `marks`: what is on record of them.
 *
 * A record that stands for a delete marker says that a user made that one: replication stands for nothing of its own. And
 * what lies below the very one that the intention stands for was there before it.
 *
 * Of the others nearly always the one that came at once is meant, and the rest are users'. Where none did, the last one is
 * taken for it: taken for a user's, a delete marker that landed late would hide what was written meanwhile.
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
