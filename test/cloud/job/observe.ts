import type { Place } from '../../../shared/cos/index.ts';
import { isReserved } from '../../../shared/rules/index.ts';
import { markedSource } from './content.ts';
import { listBucket, type Listing } from './listing.ts';
import { forEachAtOnce } from './pool.ts';
import type { Reader } from './reader.ts';
import { compareStructure, type Structure } from './structure.ts';

export interface Sides {
  readonly source: Place;
  readonly destination: Place;
}

export interface Observation extends Structure {
  readonly source: Listing;
  readonly destination: Listing;
}

/** Looks at both sides once. The marker of a version never changes, so each version is read only once. */
export type Observer = (signal: AbortSignal) => Promise<Observation>;

const AT_ONCE = 8;

/** `onKnown` is called during a look with the number of replicas that are known by their markers. */
export function createObserver(reader: Reader, sides: Sides, onKnown: (replicas: number) => void): Observer {
  const markers = new Map<string, string | undefined>();
  return async (signal) => {
    const source = await listBucket(reader, sides.source, signal);
    const listed = await listBucket(reader, sides.destination, signal);
    // The service keeps notes of its own there, which are no replicas.
    const destination = new Map([...listed].filter(([key]) => !isReserved(key)));
    const unknown = [...destination.values()]
      .flat()
      .filter((entry) => !entry.deleteMarker && !markers.has(entry.versionId));
    const gone = new Set<string>();
    await forEachAtOnce(
      unknown,
      AT_ONCE,
      async ({ key, versionId }) => {
        const seen = await reader.head(sides.destination, key, versionId);
        if (seen === undefined) gone.add(versionId);
        else markers.set(versionId, markedSource(seen, sides.source));
        onKnown(markers.size);
      },
      signal,
    );
    // A surplus replica may be removed between the listing and its HEAD. The next look no longer lists it.
    const standing = gone.size === 0 ? destination : without(destination, gone);
    return { source, destination: standing, ...compareStructure(source, standing, (id) => markers.get(id)) };
  };
}

function without(listing: Listing, gone: ReadonlySet<string>): Listing {
  return new Map([...listing].map(([key, entries]) => [key, entries.filter((entry) => !gone.has(entry.versionId))]));
}
