import { nodeHash, type Cos, type ObjectHead, type Place, type VersionEntry } from '../../shared/cos/index.ts';
import { attemptId, proofOf, refOf, signerFor, writeMarker, type Ref } from '../../shared/identity/index.ts';
import { mintVersionId } from '../cloud/cos/version-id.ts';
import { BACKUP, SOURCE } from '../deployment/index.ts';
import { KEY } from '../shared/identity/keys.ts';

const PAGE = 1000;
const START = Date.UTC(2025, 0, 1);
/** ms between two versions, and from a version to its replica. */
const EVERY_MS = 10;
const LAG_MS = 1000;
/** One of this many entries is an older version of the key before it. */
const OLDER = 5;
const META = { album: 'summer' };

/**
 * A source and a destination with the replica of each version, made when they are read. So all memory that grows
 * belongs to the reader.
 */
export class Mirror {
  readonly requests = { listings: 0, sources: 0, replicas: 0 };
  /** Called before each page. */
  beforePage: () => void = () => undefined;
  readonly #entries: number;

  constructor(entries: number) {
    this.#entries = entries;
  }

  /** ms since 1970: everything was written before. */
  get end(): number {
    return START + (this.#entries + 1) * EVERY_MS + LAG_MS;
  }

  listVersions: Cos['listVersions'] = async (place, query) => {
    this.requests.listings += 1;
    this.beforePage();
    const first = query?.keyMarker === undefined ? 0 : after(query.keyMarker);
    const most = Math.min(first + PAGE, this.#entries);
    const end = most < this.#entries && isOlder(most) ? most - 1 : most;
    const entries = Array.from({ length: end - first }, (_, i) => entryOf(place, first + i));
    return { entries, next: end < this.#entries ? { keyMarker: keyOf(end - 1), versionIdMarker: '' } : undefined };
  };

  headObject: Cos['headObject'] = async (place, key, versionId) => {
    const isSource = place.bucket === SOURCE.bucket;
    this.requests[isSource ? 'sources' : 'replicas'] += 1;
    const newest = Number(/(\d{9})/.exec(key)?.[1]);
    const n = versionId === undefined || versionId === idOf(place, newest) ? newest : newest + 1;
    return { found: true, head: isSource ? headOf(SOURCE, n, META) : replicaOf(n), date: this.end };
  };
}

/** The key of the n-th entry of a listing. */
export const keyOf = (n: number): string => `photos/${String(isOlder(n) ? n - 1 : n).padStart(9, '0')}.jpg`;

const isOlder = (n: number): boolean => n % OLDER === OLDER - 1;
const after = (key: string): number => {
  const n = Number(/(\d{9})/.exec(key)?.[1]);
  return isOlder(n + 1) ? n + 2 : n + 1;
};

/** ms since 1970. */
function timeOf({ bucket }: Place, n: number): number {
  // Newest first: the second entry of a key is its older version.
  const written = START + (isOlder(n) ? n - 1.5 : n) * EVERY_MS;
  return bucket === SOURCE.bucket ? written : written + LAG_MS;
}

const secondsOf = (place: Place, n: number): number => Math.floor(timeOf(place, n) / 1000) * 1000;
const idOf = (place: Place, n: number): string => mintVersionId(timeOf(place, n) * 1000);
const etagOf = (n: number): string => `"${n.toString(16).padStart(32, '0')}"`;

const entryOf = (place: Place, n: number): VersionEntry => ({
  key: keyOf(n),
  versionId: idOf(place, n),
  isLatest: !isOlder(n),
  deleteMarker: false,
  lastModified: secondsOf(place, n),
  etag: etagOf(n),
  size: n,
  storageClass: 'STANDARD',
});

const headOf = (place: Place, n: number, meta: Readonly<Record<string, string>>): ObjectHead => ({
  versionId: idOf(place, n),
  etag: etagOf(n),
  size: n,
  lastModified: secondsOf(place, n),
  crc64: String(n),
  storageClass: 'STANDARD',
  headers: { 'content-type': 'image/jpeg' },
  meta,
  encryption: undefined,
  restore: undefined,
});

/** The replication marker that this service would have written for the n-th version. */
function replicaOf(n: number): ObjectHead {
  const refAt = (i: number): Ref => refOf(idOf(SOURCE, i), secondsOf(SOURCE, i), etagOf(i));
  const attempted = secondsOf(BACKUP, n);
  const marker = {
    source: SOURCE,
    ref: refAt(n),
    base: isOlder(n + 1) ? refAt(n + 1) : undefined,
    proof: proofOf(headOf(SOURCE, n, META), false),
    id: attemptId(attempted, true, `u${n}`),
    attempted,
    named: true,
  };
  return headOf(BACKUP, n, writeMarker(META, marker, signerFor(KEY, nodeHash, BACKUP, keyOf(n))));
}
