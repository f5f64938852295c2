import type { Place } from '../cos/index.ts';

/** A version or delete marker of the source bucket, as far as order and identity need it. */
export interface Ref {
  /** Version ID; of a `null` version `null/<Last-Modified in ms>/<ETag>`, because that ID is used again. */
  readonly id: string;
  /** Microseconds since 1970: from the version ID, or from Last-Modified when the ID holds no time. */
  readonly time: number;
}

/** The measure for the bytes of a replica: the strongest fact that is known about its source. */
export interface Proof {
  readonly by: 'crc64' | 'etag' | 'size';
  /** CRC64 and size as decimal text, the ETag without its quotes. */
  readonly value: string;
}

/** The replication marker: the statement of a replica about itself, in its user metadata. */
export interface Marker {
  readonly source: Place;
  readonly ref: Ref;
  /** The newest source entry that was accounted for when this replica was made; undefined: none was. */
  readonly base: Ref | undefined;
  readonly proof: Proof;
  /** One copy attempt. Of several versions with one ID only the oldest was made by us. */
  readonly id: string;
  /**
   * False: made on the word of an event that named no version, so that event may have meant an older one. Whoever finds
   * such a replica in its place looks at the listings too.
   */
  readonly named: boolean;
  /** Copied in parts, which takes longer than one request lives. */
  readonly inParts?: true;
  /** When the attempt began, by the destination's clock, ms since 1970. */
  readonly attempted: number;
}

/** A secret of one deployment, with which it signs the markers that it writes. */
export interface MarkerKey {
  /** Names the key in markers; tells nothing of the secret. */
  readonly id: string;
  readonly secret: string;
  /** ms since 1970: when a newer key took its place. What was attempted later than that is not believed. */
  readonly retired: number | undefined;
}

/** The keys of a deployment and of those whose replicas it meets. */
export interface Keyring {
  /** The key that new markers are signed with. Throws `ServiceError` `MarkerKeyMissing`, `CosError`. */
  newest(): Promise<MarkerKey>;
  /**
   * Keys by the ID in a marker; usually one or none. `written`: Last-Modified of the version that bears the marker, ms since
   * 1970: its key is older, so that it need not be asked for twice. Throws `CosError`.
   */
  find(id: string, written: number): Promise<readonly MarkerKey[]>;
}
