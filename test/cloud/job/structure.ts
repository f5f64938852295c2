import type { Listing } from './listing.ts';
import type { Entry, Mismatch } from './types.ts';

/** A source version and the version at the destination whose marker names it. */
export interface Pair {
  readonly key: string;
  readonly source: Entry;
  readonly replica: Entry;
}

export interface Structure {
  readonly pairs: readonly Pair[];
  /** The missing, surplus and misplaced versions. Empty: the two sides show the same history. */
  readonly mismatches: readonly Mismatch[];
}

/**
 * The source version ID in the marker of a destination version; undefined: the version has no marker of this source.
 */
export type SourceOf = (destinationVersionId: string) => string | undefined;

function inOrder(wanted: readonly string[], found: readonly string[]): boolean {
  return wanted.length === found.length && wanted.every((id, n) => id === found[n]);
}

/** One key, both sides newest first. */
function compareKey(
  key: string,
  source: readonly Entry[],
  destination: readonly Entry[],
  sourceOf: SourceOf,
): { pairs: Pair[]; mismatches: Mismatch[] } {
  const mismatches: Mismatch[] = [];
  const complain = (what: string, versionId?: string): void => void mismatches.push({ key, versionId, what });

  const versions = source.filter((entry) => !entry.deleteMarker);
  const known = new Map(versions.map((entry) => [entry.versionId, entry]));
  const replicas = new Map<string, Entry>();
  for (const entry of destination) {
    if (entry.deleteMarker) continue;
    const id = sourceOf(entry.versionId);
    if (id === undefined) complain('a version at the destination that is no replica', entry.versionId);
    else if (!known.has(id)) complain('a replica of a version that the source does not have', entry.versionId);
    else if (replicas.has(id)) complain('a second replica of the same version', entry.versionId);
    else replicas.set(id, entry);
  }

  const pairs: Pair[] = [];
  for (const version of versions) {
    const replica = replicas.get(version.versionId);
    if (replica === undefined) complain('no replica', version.versionId);
    else pairs.push({ key, source: version, replica });
  }

  const wanted = versions.map((entry) => entry.versionId).filter((id) => replicas.has(id));
  if (!inOrder(wanted, [...replicas.keys()])) complain('the replicas stand in another order than their versions');

  const top = source[0];
  const replicaTop = destination[0];
  if (top === undefined) {
    if (destination.length > 0) complain('a key that the source does not have');
  } else if (top.deleteMarker) {
    if (replicaTop?.deleteMarker !== true) complain('deleted at the source, not at the destination', top.versionId);
  } else if (replicaTop !== undefined && replicaTop !== replicas.get(top.versionId)) {
    complain('the current version is not the replica of the source’s', top.versionId);
  }
  const markersOf = (entries: readonly Entry[]): number => entries.filter((entry) => entry.deleteMarker).length;
  if (markersOf(destination) > markersOf(source)) complain('more delete markers at the destination than at the source');
  for (const [side, entries] of [
    ['source', source],
    ['destination', destination],
  ] as const) {
    if (entries.some((entry, n) => entry.isLatest !== (n === 0)))
      complain(`the ${side} calls another version the latest`);
  }
  return { pairs, mismatches };
}

/**
 * Compares two listings, without bytes. Delete markers between versions carry no data and need not be at the
 * destination; one on top of a key must be.
 */
export function compareStructure(source: Listing, destination: Listing, sourceOf: SourceOf): Structure {
  const pairs: Pair[] = [];
  const mismatches: Mismatch[] = [];
  for (const key of new Set([...source.keys(), ...destination.keys()])) {
    const result = compareKey(key, source.get(key) ?? [], destination.get(key) ?? [], sourceOf);
    pairs.push(...result.pairs);
    mismatches.push(...result.mismatches);
  }
  return { pairs, mismatches };
}
