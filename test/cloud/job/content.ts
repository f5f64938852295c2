import type { Seen, SeenBytes } from './reader.ts';

/**
 * Object headers that a replica must carry unchanged. A list of its own, so that it shows what the product's list
 * lacks.
 */
export const CARRIED = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-cos-website-redirect-location',
];
const META = 'x-cos-meta-';
/** The content of the replication marker on a replica. */
const MARKER = /^x-cos-meta-replication-(source|marker)$/;
const SOURCE_MARKER = 'x-cos-meta-replication-source';

/** The source version that a replica's marker names; undefined when it names none of this place. */
export function markedSource(seen: Seen, place: { bucket: string; region: string }): string | undefined {
  const marker = seen.headers[SOURCE_MARKER];
  const prefix = `${place.region}/${place.bucket}/`;
  return marker?.startsWith(prefix) ? marker.slice(prefix.length) : undefined;
}

function metaOf(seen: Seen, withMarker: boolean): Record<string, string> {
  const names = Object.keys(seen.headers).filter((name) => name.startsWith(META) && (withMarker || !MARKER.test(name)));
  return Object.fromEntries(names.sort().map((name) => [name, seen.headers[name] ?? '']));
}

const classOf = (seen: Seen): string => (seen.headers['x-cos-storage-class'] ?? 'STANDARD').toUpperCase();

/** The differences between a version and its replica, in words; empty: there are none. */
export function differences(source: SeenBytes, replica: SeenBytes): string[] {
  const found: string[] = [];
  if (source.size !== replica.size) found.push(`${source.size} bytes became ${replica.size}`);
  else if (source.sha256 !== replica.sha256) found.push('the bytes differ');
  for (const name of CARRIED) {
    const [a, b] = [source.headers[name], replica.headers[name]];
    if (a !== b) found.push(`${name}: ${a ?? 'none'} became ${b ?? 'none'}`);
  }
  // Of the source nothing is left out: its own metadata that resembles a marker would have to be copied as well.
  const [a, b] = [JSON.stringify(metaOf(source, true)), JSON.stringify(metaOf(replica, false))];
  if (a !== b) found.push(`user metadata ${a} became ${b}`);
  if (classOf(source) !== classOf(replica)) found.push(`storage class ${classOf(source)} became ${classOf(replica)}`);
  const crc = 'x-cos-hash-crc64ecma';
  if (source.headers[crc] !== replica.headers[crc]) found.push('the CRC64 differs');
  return found;
}
