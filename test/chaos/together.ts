import type { Place } from '../../shared/cos/index.ts';
import type { Rank } from '../../shared/identity/index.ts';
import { timeOfVersionId } from '../cloud/cos/index.ts';
import { at } from './diary.ts';
import { skippedFor } from './skipped.ts';
import { digestOf, mistakenAt, wasOnItsWay, type Mistaken } from './unanswered.ts';
import { byKey, isOriginal, type Evidence, type Listed, type Violation } from './invariants.ts';

/**
 * I4, where every site sends to every other: all show the newest write of any user, or all show nothing. The newest has
 * the highest microseconds in its ID, and then the highest name of its bucket. `mayLookLate`: the world has faults
 * (killed runs, failing requests, lost events, lagging listings), so a deletion may be looked at long after it was made.
 */
export function checkTogether(evidence: Evidence, mayLookLate: boolean): readonly Violation[] {
  const { core, topology, diary } = evidence;
  const sites = topology.sites.map((place) => ({ place, keys: byKey(core, place) }));
  const violations = [...afterUndelete(evidence, mayLookLate)];
  for (const key of new Set(sites.flatMap(({ keys }) => [...keys.keys()]))) {
    // Deletions by version ID are never replicated, so after one each site has a history of its own.
    if (topology.sites.some((place) => diary.pruned.has(at(place, key)))) continue;
    const all = sites.flatMap(({ place, keys }) =>
      (keys.get(key) ?? []).map((version) => ({ ...version, bucket: place.bucket })),
    );
    const winner = newestOf(all.filter((version) => isOriginal(evidence.ledger, version)));
    const taken = topology.sites.map((place) => mistakenAt(evidence, place, key));
    const isTaken = taken.some(({ ours }) => ours.size > 0);
    const otherwise = isTaken ? newestOf(all.filter((version) => isOriginalBy(evidence, taken, version))) : undefined;
    for (const { place, keys } of sites) {
      const [top] = keys.get(key) ?? [];
      if (winner !== undefined && skippedFor(winner) !== undefined) {
        // A version that cannot be copied is shown only where it was written. There a replica or a delete marker of
        // ours that arrives later is above it.
        const { made, marked } = evidence.ledger;
        const isAbove = top !== undefined && (made.has(top.versionId) || marked.has(top.versionId));
        if (winner.bucket !== place.bucket || isAbove) continue;
      }
      const problem = differenceOf(winner, top);
      if (problem === undefined) continue;
      if (isTaken && differenceOf(otherwise, top) === undefined) continue;
      const wanted = `${winner?.versionId} of ${winner?.bucket} is the newest`;
      violations.push({ invariant: 'I4', text: `${key} at ${place.bucket}: ${problem}; ${wanted}` });
    }
  }
  return violations;
}

type Sited = Listed & { readonly bucket: string };

const newestOf = (all: readonly Sited[]): Sited | undefined =>
  all.reduce<Sited | undefined>((a, b) => (a && isNewer(rankOf(a), rankOf(b)) ? a : b), undefined);

/** Whether a user made it, as far as listings and records can tell. */
function isOriginalBy({ ledger }: Evidence, taken: readonly Mistaken[], version: Listed): boolean {
  const { versionId } = version;
  if (taken.some(({ ours }) => ours.has(versionId))) return false;
  return isOriginal(ledger, version) || taken.some(({ users }) => users.has(versionId));
}

const timeOf = ({ versionId, time }: Listed): number => timeOfVersionId(versionId) ?? time;

const rankOf = (one: Sited): Rank => ({ time: timeOf(one), bucket: one.bucket });

/** By the judge's own order, not the product's. */
const isNewer = (a: Rank, b: Rank): boolean => a.time > b.time || (a.time === b.time && a.bucket > b.bucket);

function differenceOf(winner: Listed | undefined, top: Listed | undefined): string | undefined {
  const shown = top?.deleteMarker ? undefined : top;
  if (winner === undefined || winner.deleteMarker) return shown && `${shown.versionId} is shown`;
  if (shown === undefined) return 'nothing is shown';
  const same = shown.blob?.crc64 === winner.blob?.crc64 && shown.attributes.meta['n'] === winner.attributes.meta['n'];
  return same ? undefined : `${shown.versionId} is shown`;
}

/**
 * An undeleted key stays undeleted until a user deletes it again: a delete marker of ours never brings the old deletion
 * back.
 */
function* afterUndelete({ diary, ledger }: Evidence, mayLookLate: boolean): Generator<Violation> {
  // A delete marker of ours whose run was killed before it was recorded, and that a user removed: nobody can know of
  // it.
  const recorded = new Set(ledger.named.map(({ versionId }) => versionId));
  const unknown = diary.undeletes.filter(({ versionId: id }) => ledger.marked.has(id) && !recorded.has(id));
  for (const { place, key, versionId, time, stillHidden } of diary.undeletes) {
    // It uncovers an older delete marker, so the key stays deleted.
    if (stillHidden) continue;
    if (unknown.some((one) => one.key === key && one.place.bucket === place.bucket && one.time <= time)) continue;
    // A delete marker of ours stands for the deletion that came before it at another site.
    const made = ledger.marked.get(versionId)?.time;
    const undone = diary.deletions.filter((one) => one.key === key);
    const own = undone.find((one) => one.versionId === versionId)?.time;
    const since = own ?? undone.findLast((one) => one.time <= (made ?? 0))?.time ?? 0;
    const here = [...ledger.marked].filter(([, one]) => one.place.bucket === place.bucket && one.key === key);
    // A deletion made elsewhere may have been on its way.
    const elsewhere = undone.filter((one) => one.place.bucket !== place.bucket && one.time <= time);
    const onItsWay = elsewhere.some((one) => !here.some(([, ours]) => ours.time >= one.time && ours.time <= time));
    if (own !== undefined && onItsWay) continue;
    for (const [id, marked] of here) {
      if (marked.time <= time || wasOnItsWay({ ledger }, place, key, id, time)) continue;
      if (undone.some((one) => one.time > since && one.time <= marked.time)) continue;
      if (mayLookLate && isOfUnseen(ledger, { place, key, id, time })) continue;
      yield { invariant: 'I4', text: `${key} at ${place.bucket}: undeleted, and hidden again by our ${id}` };
    }
  }
}

/**
 * The known limit: a key is deleted twice, and undeleted where only the first deletion was looked at. The second hides
 * it there again. `id`: the delete marker that does; `time`: of the undelete, in ms since 1970.
 */
export function isOfUnseen(
  { named }: Pick<Evidence['ledger'], 'named'>,
  { place, key, id, time }: { readonly place: Place; readonly key: string; readonly id: string; readonly time: number },
): boolean {
  const digest = digestOf(place, key);
  const here = named.filter((one) => one.digest === digest);
  const seen = here.filter((one) => one.time <= time && one.versionId !== id);
  const hides = here.filter((one) => one.versionId === id);
  return hides.length > 0 && seen.length > 0 && hides.every(({ rank }) => seen.every((one) => isNewer(rank, one.rank)));
}
