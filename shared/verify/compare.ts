import { ownMetadata, proves } from '../identity/index.ts';
import type { ObjectHead } from '../cos/index.ts';
import type { Finding } from '../replication/index.ts';
import type { Difference } from './documents.ts';

type There = Extract<Finding, { kind: 'there' }>;

/** Both sides of a version as they enter the digests, and their differences. */
export interface Compared {
  readonly source: string;
  readonly destination: string;
  readonly differences: readonly Difference[];
}

/** The digest's parts of a version: key, source version, size, checksum, storage class, headers, own metadata. */
function recordOf(key: string, { entry }: There, head: ObjectHead, bytes: string, storageClass: string): string {
  const { size, headers, meta } = head;
  return JSON.stringify([
    'version',
    key,
    entry.ref.id,
    size,
    bytes,
    storageClass,
    sorted(headers),
    sorted(ownMetadata(meta)),
  ]);
}

/** `read`: checksum of the replica's bytes, if they were read again. */
export function compareVersion(key: string, found: There, read: string | undefined): Compared {
  const { head, rule, replica } = found;
  const [mine, its] = bytesOf(found, read);
  const source = recordOf(key, found, head, mine, rule.storageClass ?? head.storageClass);
  const destination = recordOf(key, found, replica.head, its, replica.head.storageClass);
  const differences: Difference[] = [];
  if (mine !== its || head.size !== replica.head.size) differences.push('bytes');
  if (!sameMetadata(head, replica.head)) differences.push('metadata');
  if ((rule.storageClass ?? head.storageClass) !== replica.head.storageClass) differences.push('storage-class');
  return { source, destination, differences };
}

/**
 * CRC64 of both sides. A source that is older than COS's checksums has none: then the marker has to prove the replica,
 * and the checksum of bytes that were read must equal COS's.
 */
function bytesOf({ head, replica }: There, read: string | undefined): readonly [string, string] {
  const its = read ?? replica.head.crc64;
  if (head.crc64 !== undefined) return [head.crc64, its ?? 'unknown'];
  const proved = proves(replica.marker.proof, head) && (read === undefined || read === replica.head.crc64);
  const { by, value } = replica.marker.proof;
  return [`${by} ${value}`, proved ? `${by} ${value}` : 'unknown'];
}

const sameMetadata = (a: ObjectHead, b: ObjectHead): boolean =>
  JSON.stringify([sorted(a.headers), sorted(ownMetadata(a.meta))]) ===
  JSON.stringify([sorted(b.headers), sorted(ownMetadata(b.meta))]);

const sorted = (record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
