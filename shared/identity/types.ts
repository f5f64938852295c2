import type { Place } from '../cos/index.ts';

/** A version or delete marker of the source bucket, as far as order and identity need it. */
export interface Ref {
  /** Version ID; of a `null` version `null/<Last-Modified in ms>/<ETag>`, because that ID is used again. */
  readonly id: string;
  /** Microseconds since 1970: from the version ID, or from Last-Modified when the ID holds no time. */
  readonly time: number;
}

/** What a replica says of itself in its user metadata. */
export interface Marker {
  readonly source: Place;
  readonly ref: Ref;
  /** The newest source entry that was accounted for when this replica was made; undefined: none was. */
  readonly base: Ref | undefined;
  /** CRC64 of the source; undefined on sources older than the feature. */
  readonly crc64: string | undefined;
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
