import { formatPlace, nodeHash, type Place } from '../../shared/cos/index.ts';
import { timeOfVersionId } from '../cloud/cos/index.ts';
import type { Evidence } from './invariants.ts';
import type { Intended, Named } from './ledger.ts';

/** ms in which a DELETE that got no answer can make its delete marker. */
const LANDING = 90_000;
/** ms in which a DELETE that was not delayed has made it. */
const PROMPT = 3_000;
/** Listings show whole seconds. */
const SECOND = 1_000;
/** ms by which two clocks of one region may differ, whole seconds included. */
const SLACK = 2 * SECOND;

/** Delete markers that no listing tells apart: a user's, and one that a DELETE of ours without an answer made. */
export interface Mistaken {
  /** Version IDs of users' delete markers that count as ours. */
  readonly ours: ReadonlySet<string>;
  /** Those of ours that count as users'. */
  readonly users: ReadonlySet<string>;
}

type Judged = Pick<Evidence, 'ledger' | 'diary'>;

/**
 * The known limit of two-way set-ups: a DELETE of ours got no answer, and a user deleted the same key there while it
 * could still land. A record that names a user's delete marker is excused only where the page on two-way set-ups says
 * that this one counts as ours, and no answer and no record said otherwise.
 */
export function mistakenAt(evidence: Judged, place: Place, key: string): Mistaken {
  const { ledger, diary } = evidence;
  const records = ledger.named.filter(({ digest }) => digest === digestOf(place, key));
  const users = new Set(deletionsAt(diary.deletions, place, key));
  const ours = records.filter((one) => users.has(one.versionId) && isExcused(evidence, place, key, one));
  const known = new Set(records.map(({ versionId }) => versionId));
  const unknown = ours.length === 0 ? [] : markedAt(evidence, place, key).filter((id) => !known.has(id));
  return { ours: new Set(ours.map(({ versionId }) => versionId)), users: new Set(unknown) };
}

function isExcused({ ledger, diary }: Judged, place: Place, key: string, named: Named): boolean {
  const intended = ledger.intended.get(named.unique);
  if (intended === undefined) return false;
  const isGone = (id: string): boolean =>
    diary.undeletes.some(({ versionId, time }) => versionId === id && time < named.time);
  const isKnown = (id: string): boolean =>
    ledger.named.some(({ versionId, time }) => versionId === id && time < named.time);
  const there = [...deletionsAt(diary.deletions, place, key), ...markedAt({ ledger }, place, key)]
    .filter((id) => timeOf(id) < named.time && isInTime(id, intended) && !isGone(id) && !isKnown(id))
    .filter((id) => !isMeant(ledger.intended.values(), rankAt(place, id), named.time))
    .filter((id) => intended.rank.bucket !== place.bucket || timeOf(id) * 1000 > intended.rank.time)
    .toSorted((a, b) => timeOf(a) - timeOf(b));
  // An answer named it, and the run had only to write it down.
  if (there.some((id) => ledger.answered.has(id) && !ledger.recording.has(id))) return false;
  const prompt = there.find((id) => second(timeOf(id)) <= second(intended.time) + PROMPT);
  return (prompt ?? there.at(-1)) === named.versionId;
}

/** Whether the DELETE of ours that made this delete marker had been asked for by then, and got no answer. */
export function wasOnItsWay({ ledger }: Pick<Evidence, 'ledger'>, place: Place, key: string, id: string, time: number) {
  if (ledger.answered.has(id)) return false;
  const digest = digestOf(place, key);
  return [...ledger.intended.values()].some((one) => one.digest === digest && one.time <= time && isInTime(id, one));
}

/** The part of a record's name that stands for a key at a place. */
export const digestOf = (place: Place, key: string): string =>
  nodeHash.sha256(`${formatPlace(place)}\0${key}`).slice(0, 32);

const second = (ms: number): number => Math.floor(ms / SECOND) * SECOND;

/** ms since 1970. */
const timeOf = (versionId: string): number => (timeOfVersionId(versionId) ?? 0) / 1000;

const rankAt = ({ bucket }: Place, versionId: string): string => `${timeOfVersionId(versionId)}/${bucket}`;

const isInTime = (id: string, { time }: Intended): boolean =>
  second(timeOf(id)) >= second(time) - SLACK && second(timeOf(id)) <= second(time) + LANDING;

/** A record names it as the deletion that another delete marker stands for, so a user made it. */
function isMeant(intended: Iterable<Intended>, rank: string, now: number): boolean {
  return [...intended].some(
    (one) => `${one.rank.time}/${one.rank.bucket}` === rank && one.time < now && !(one.until < now),
  );
}

const deletionsAt = (all: Evidence['diary']['deletions'], place: Place, key: string): readonly string[] =>
  all.filter((one) => one.place.bucket === place.bucket && one.key === key).map(({ versionId }) => versionId);

const markedAt = ({ ledger }: Pick<Evidence, 'ledger'>, place: Place, key: string): readonly string[] =>
  [...ledger.marked].filter(([, one]) => one.place.bucket === place.bucket && one.key === key).map(([id]) => id);
