import { timeOfVersionId, type Core, type Version } from '../cloud/cos/index.ts';
import type { Deeds } from './guard.ts';
import type { Users } from './users.ts';
import { DESTINATION, SOURCE } from './world.ts';

export interface Violation {
  readonly invariant: 'I1' | 'I2' | 'I3' | 'I5' | 'I6';
  readonly text: string;
}

/** Judges the two buckets by the judge's own record, never by what replicas say of themselves. */
export function checkWorld(core: Core, users: Users, deeds: Deeds, atRest: boolean): readonly Violation[] {
  const violations: Violation[] = deeds.crimes.map((text) => ({ invariant: 'I5', text }));
  if (!atRest) violations.push({ invariant: 'I6', text: 'work was still left after seven days' });
  const source = byKey(core, SOURCE.bucket, SOURCE.region);
  const destination = byKey(core, DESTINATION.bucket, DESTINATION.region);
  for (const key of new Set([...source.keys(), ...destination.keys()])) {
    violations.push(...checkKey(key, source.get(key) ?? [], destination.get(key) ?? [], users, deeds));
  }
  return violations;
}

type Listed = Version & { readonly isLatest: boolean };

function byKey(core: Core, bucket: string, region: string): Map<string, Listed[]> {
  const keys = new Map<string, Listed[]>();
  for (const version of core.listVersions(bucket, region, {}).entries) {
    const versions = keys.get(version.key);
    if (versions === undefined) keys.set(version.key, [version]);
    else versions.push(version);
  }
  return keys;
}

/** Both lists newest first. */
function checkKey(
  key: string,
  source: readonly Listed[],
  destination: readonly Listed[],
  users: Users,
  deeds: Deeds,
): readonly Violation[] {
  const violations: Violation[] = [];
  const say = (invariant: Violation['invariant'], text: string): void => {
    violations.push({ invariant, text: `${key}: ${text}` });
  };
  const replicas = destination.filter((version) => !version.deleteMarker && deeds.made.has(version.versionId));
  const sourceOf = (version: Listed): string => deeds.made.get(version.versionId)?.source ?? '';
  const expired = new Set([...users.expired].map((id) => deeds.made.get(id)?.source));

  for (const version of source) {
    if (version.deleteMarker || version.versionId === 'null') continue;
    const its = replicas.filter((replica) => sourceOf(replica) === version.versionId);
    if (its.length === 0 && !expired.has(version.versionId)) say('I1', `${version.versionId} has no replica`);
    // A replica stays, though there is a newer one, while a user's copy of it would be taken for ours without it.
    if (its.filter((replica) => !users.copied.has(replica.versionId)).length > 1)
      say('I3', `${version.versionId} has ${its.length} replicas`);
    if (its.some((replica) => replica.blob?.crc64 !== version.blob?.crc64)) say('I1', `${version.versionId} differs`);
    if (its.some((replica) => replica.attributes.meta['n'] !== version.attributes.meta['n'])) {
      say('I1', `${version.versionId} has other metadata`);
    }
  }
  const current = source.find((version) => version.versionId === 'null' && !version.deleteMarker);
  if (current !== undefined && !users.foreign.has(key)) {
    const its = replicas.filter(
      (replica) => sourceOf(replica) === 'null' && replica.blob?.crc64 === current.blob?.crc64,
    );
    if (its.length === 0 && users.expired.size === 0) say('I1', 'the null version has no replica');
  }

  // An older replica of a version may have to stay below (it vouches for a user's copy); the newest one counts.
  const newestOfEach = replicas.filter(
    (replica, i) => replicas.findIndex((other) => sourceOf(other) === sourceOf(replica)) === i,
  );
  const times = newestOfEach.map((replica) => timeOfVersionId(sourceOf(replica))).filter((time) => time !== undefined);
  if (times.some((time, i) => i > 0 && time > (times[i - 1] ?? 0))) say('I2', 'replicas stand in the wrong order');

  const newest = source[0];
  if (newest === undefined || users.foreign.has(key) || users.pruned.has(key)) return violations;
  const top = destination[0];
  if (newest.deleteMarker) {
    if (top !== undefined && !top.deleteMarker) say('I2', 'deleted at the source, but not at the destination');
  } else if (top === undefined || top.deleteMarker || sourceOf(top) !== newest.versionId) {
    if (!expired.has(newest.versionId)) say('I2', `the current version is not the replica of ${newest.versionId}`);
  }
  return violations;
}
