import type { Finding, Shown, Work } from '../replication/index.ts';
import { isArchived } from '../replication/index.ts';
import type { Place } from '../cos/index.ts';
import type { Rule } from '../rules/index.ts';
import type { Hash } from '../signing/index.ts';
import { compareVersion } from './compare.ts';
import { Digest } from './digest.ts';
import type { Difference, VerifyItem, VerifySums } from './documents.ts';
import { addAmount, count, emptySums } from './sums.ts';

type There = Extract<Finding, { kind: 'there' }>;

/** The findings of one key. They count once the whole key was compared. */
export class KeyFindings {
  readonly sums: VerifySums = { ...emptySums(), keys: 1 };
  readonly items: VerifyItem[] = [];
  readonly #key: string;
  readonly #pair: number;
  readonly #hash: Hash;
  readonly #digests = { source: new Digest(), destination: new Digest() };

  constructor(key: string, pair: number, hash: Hash) {
    this.#key = key;
    this.#pair = pair;
    this.#hash = hash;
  }

  /** `read`: checksum of the replica's bytes, if they were read again. */
  add(found: Finding, read?: string): void {
    if (found.kind === 'there') return this.#there(found, read);
    const { entry, head } = found;
    const size = head?.size ?? 0;
    const item = this.#item(found.kind, entry, size);
    if (found.kind === 'skipped') {
      count(this.sums.skipped, found.reason, [1, size]);
      this.items.push({ ...item, reason: found.reason });
      return;
    }
    // The record of a missing version: nothing at the destination can add up to it.
    this.#digests.source.add(this.#hash.sha256(JSON.stringify(['missing', this.#key, entry.ref.id, size])));
    addAmount(this.sums.source.versions, [1, size]);
    this.#differs('missing', item, size);
  }

  shown({ newest, as }: Shown): void {
    if (as === 'newer') return;
    const { deleteMarker, ref } = newest;
    const record = (what: string): string =>
      this.#hash.sha256(JSON.stringify(['shown', this.#key, deleteMarker ? 'deleted' : 'version', what]));
    this.#digests.source.add(record(ref.id));
    if (deleteMarker) this.sums.source.deleteMarkers += 1;
    if (as === 'same') {
      this.#digests.destination.add(record(ref.id));
      if (deleteMarker) this.sums.replicas.deleteMarkers += 1;
      return;
    }
    this.#digests.destination.add(record(`instead ${as}`));
    // A missing version cannot be shown, and is already reported.
    if (this.items.some(({ kind, versionId }) => kind === 'missing' && versionId === newest.versionId)) return;
    const kind = deleteMarker ? 'delete-marker' : 'not-shown';
    this.#differs(kind, { ...this.#item(kind, newest), by: as }, 0);
  }

  /** Records that the comparison of this key failed. */
  unverified(cause: string): void {
    this.#digests.source.add(this.#hash.sha256(JSON.stringify(['unverified', this.#key])));
    this.#differs('unverified', { pair: this.#pair, key: this.#key, kind: 'unverified', cause }, 0);
  }

  end(): this {
    this.sums.digests.source = this.#digests.source.value;
    this.sums.digests.destination = this.#digests.destination.value;
    return this;
  }

  #there(found: There, read: string | undefined): void {
    const { entry, head, replica, surplus } = found;
    const { source, destination, differences } = compareVersion(this.#key, found, read);
    this.#digests.source.add(this.#hash.sha256(source));
    addAmount(this.sums.source.versions, [1, head.size]);
    const record = this.#hash.sha256(destination);
    // A replica that exists twice counts twice.
    for (let i = 0; i <= surplus.length; i += 1) this.#digests.destination.add(record);
    addAmount(this.sums.replicas.versions, [1, replica.head.size]);
    for (const kind of differences)
      this.#differs(kind, { ...this.#item(kind, entry, head.size), replicaVersionId: replica.versionId }, head.size);
    for (const replicaVersionId of surplus)
      this.#differs('surplus', { ...this.#item('surplus', entry, head.size), replicaVersionId }, head.size);
  }

  #item(kind: VerifyItem['kind'], { versionId, ref }: Finding['entry'], size?: number): VerifyItem {
    const written = Math.floor(ref.time / 1000);
    return { pair: this.#pair, key: this.#key, kind, versionId, written, ...(size === undefined ? {} : { size }) };
  }

  #differs(kind: Difference, item: VerifyItem, size: number): void {
    count(this.sums.differences, kind, [1, size]);
    this.items.push(item);
  }
}

/** Whether the bytes of a replica can be read without restoring it. */
export const isReadable = ({ replica: { head } }: There): boolean =>
  !isArchived(head.storageClass) || (head.restore?.includes('ongoing-request="false"') ?? false);

/** The work for `inspect`: the whole history of the key as it is, with no changes to make. */
export const workOf = (source: Place, destination: Place, key: string, rules: readonly Rule[]): Work => ({
  source,
  destination,
  key,
  rules,
  hints: [],
  full: true,
  thorough: false,
  compare: false,
  fresh: Number.POSITIVE_INFINITY,
  floor: 0,
  since: Number.POSITIVE_INFINITY,
  uploads: [],
});
