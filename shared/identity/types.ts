import type { Place } from '../cos/index.ts';

/** A version or delete marker of the source bucket, as far as order and identity need it. */
export interface Ref {
  /** Version ID; of a `null` version `null/<Last-Modified in ms>/<ETag>`, because that ID is used again. */
  readonly id: string;
  /** Microseconds since 1970: from the version ID, or from Last-Modified when the ID holds no time. */
  readonly time: number;
}

/** The strongest known fact about the bytes of a source, by which its replica is checked. */
export interface Proof {
  readonly by: 'crc64' | 'etag' | 'size';
  /** CRC64 and size as decimal text, the ETag without quotes. */
  readonly value: string;
}

/** The content of a replication marker, which lies in the user metadata of a replica. */
export interface Marker {
  readonly source: Place;
  readonly ref: Ref;
  /** The newest source entry that was accounted for when this replica was made; undefined: none was. */
  readonly base: Ref | undefined;
  readonly proof: Proof;
  /** ID of one copy attempt. Of several versions with one ID only the oldest is ours. */
  readonly id: string;
  /**
   * False when the event carried no version ID and may have meant an older version. A run that finds such a replica in
   * its place reads the listings too.
   */
  readonly named: boolean;
  /** Copied in parts, which takes longer than a request can last. */
  readonly inParts?: true;
  /** When the attempt began, by the destination's clock, ms since 1970. */
  readonly attempted: number;
}

/** A secret of one deployment, with which it signs the markers that it writes. */
export interface MarkerKey {
  /** Names the key in markers; reveals nothing of the secret. */
  readonly id: string;
  readonly secret: string;
  /** Time at which a newer key replaced it, in ms since 1970. Markers of later attempts are not accepted with it. */
  readonly retired: number | undefined;
}

/** The marker keys of this deployment, and of others whose replicas it meets. */
export interface Keyring {
  /** The key that signs new markers. Throws `ServiceError` `MarkerKeyMissing`, `CosError`. */
  newest(): Promise<MarkerKey>;
  /**
   * Keys with the ID from a marker; usually one or none. `written`: Last-Modified of the version that bears the marker,
   * in ms since 1970. A key is older than its markers, so a key that was absent after that time is not looked for
   * again. Throws `CosError`.
   */
  find(id: string, written: number): Promise<readonly MarkerKey[]>;
}
