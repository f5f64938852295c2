import { timeOfVersionId } from '../cloud/cos/index.ts';
import type { Evidence, Listed } from './invariants.ts';
import { isThere } from './ledger.ts';
import type { Link } from './topology.ts';

/** ms after which a scan cannot fail to see a write. */
const SETTLED = 120_000;

type Judged = Pick<Evidence, 'core' | 'diary' | 'ledger'>;

/**
 * Tells of a version without a replica at the destination of the link whether the lifecycle of the destination, or a
 * user there, has removed its replica, or the only record that it never had one. No other version is excused.
 */
export function excuses(evidence: Judged, link: Link): (version: Listed) => boolean {
  const { diary, ledger } = evidence;
  const made = [...ledger.made].filter(
    ([, { place, origin }]) => place.bucket === link.destination.bucket && origin.bucket === link.source.bucket,
  );
  const expired = new Set(made.flatMap(([id, { origin }]) => (diary.expired.has(id) ? [origin.versionId] : [])));
  return (version) => expired.has(version.versionId) || hasLostItsRecord(evidence, link, made, version);
}

/**
 * Whether the replica is gone that recorded the gap: the one of the next version that ever had one. A scan that saw the
 * record would have filled the gap.
 */
function hasLostItsRecord(
  { core, diary, ledger }: Judged,
  { source, destination }: Link,
  made: readonly (readonly [string, { readonly key: string; readonly origin: { readonly versionId: string } }])[],
  { key, versionId }: Listed,
): boolean {
  const written = timeOf(versionId);
  const newer = made.filter(([, one]) => one.key === key && timeOf(one.origin.versionId) > written);
  const next = Math.min(...newer.map(([, { origin }]) => timeOf(origin.versionId)));
  const records = newer.filter(([, { origin }]) => timeOf(origin.versionId) === next).map(([id]) => id);
  const removed = records.flatMap((id) => diary.expired.get(id) ?? []);
  if (removed.length === 0 || records.some((id) => isThere(core, destination, key, id))) return false;
  const gone = Math.max(...removed);
  return !ledger.scans.some(
    ({ source: bucket, from, until }) => bucket === source.bucket && from > next + SETTLED && until < gone,
  );
}

/** ms since 1970; NaN for a `null` version, whose ID is used again. */
const timeOf = (versionId: string): number => (timeOfVersionId(versionId) ?? Number.NaN) / 1000;
