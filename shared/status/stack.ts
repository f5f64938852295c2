import { samePlace } from '../cos/index.ts';
import type { VersionEntry } from '../cos/index.ts';
import { claimed, type StatusQuery } from './replica.ts';
import { listKey } from './subject.ts';

/** Versions of a key at one side, newest first. */
export interface Stack {
  readonly entries: readonly StackEntry[];
  /** Whether there are older ones. */
  readonly more: boolean;
}

export interface StackEntry extends VersionEntry {
  /** Version ID at the source, if the version is a replica of ours. Delete markers carry no replication marker. */
  readonly replicaOf?: string;
}

/**
 * Reads the `most` newest versions of a key at both sides, and at the destination the claim of each. Changes nothing.
 * Throws `CosError`.
 */
export async function readStack(
  query: Pick<StatusQuery, 'cos' | 'hash' | 'keys' | 'source'>,
  place: StatusQuery['destination'],
  key: string,
  most: number,
): Promise<Stack> {
  const { entries, complete } = await listKey(query.cos, place, key, most);
  const shown = entries.slice(0, most);
  const more = !complete || entries.length > most;
  if (samePlace(place, query.source)) return { entries: shown, more };
  const told = await Promise.all(
    shown.map(async (entry): Promise<StackEntry> => {
      if (entry.deleteMarker) return entry;
      const { marker } = await claimed({ ...query, destination: place }, key, entry);
      if (marker === undefined || !samePlace(marker.source, query.source)) return entry;
      return { ...entry, replicaOf: marker.ref.id.split('/', 1)[0] ?? '' };
    }),
  );
  return { entries: told, more };
}
