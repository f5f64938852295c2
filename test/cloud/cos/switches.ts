/** Doubtful points of COS as switches; the default is the cautious choice. Every field names its doubt. */
export interface Switches {
  /** Whether the 404 on a current delete marker carries `x-cos-delete-marker: true` (undocumented). Default false. */
  markerOn404: boolean;
  /** Whether events of versioned buckets carry `vid` (empty in every public sample). Default false. */
  eventVersionId: boolean;
  /** Whether events carry `meta.ETag` and `meta.x-cos-storage-class` as the recordings of 2022 do. Default true. */
  eventEtag: boolean;
  /** How long, in ms, a write may be missing from listings. Default 0. */
  listingLag: number;
  /** Bytes of user metadata in all, names with their prefix and values (2 KB in older pages). Default 4096. */
  metadataLimit: number;
  /** Bytes of one header of user metadata, with its name (whether the name counts is not documented). Default 2048. */
  metadataHeaderLimit: number;
  /**
   * Whether a missing copy source is `NoSuchCopySource` (in the table of errors) rather than `NoSuchKey` or
   * `NoSuchVersion` (no page says which). 404 either way. Default false.
   */
  noSuchCopySource: boolean;
  /** Whether a lifecycle sends events (early pages: only users' actions do). Default false. */
  lifecycleEvents: boolean;
  /**
   * The effect of an append in a bucket that has or had versioning: the page says that appended objects take no part in it,
   * so the object is the `null` version and changes in place, or the append is refused. Default `null`.
   */
  appendOnVersioned: 'null' | 'refused';
  /** Whether an appended object can be the source of a copy (the page: no). Default false. */
  copyAppendable: boolean;
  /** A copy of a symbolic link: an object with the bytes of its target, or a link (undocumented). Default target. */
  copySymlink: 'target' | 'link';
  /**
   * Whether DELETE with an empty `versionId` is refused. GET and HEAD ignore the empty value. A DELETE that does so too
   * makes a delete marker, which is the worse of the two. Default false.
   */
  refuseEmptyVersionId: boolean;
  /** Whether the tags of an object without any are 404 `NoSuchTagSet` rather than an empty set. Default false. */
  noSuchTagSetOfObjects: boolean;
  /** Whether creating one's own bucket again is `BucketAlreadyExists` (`BucketAlreadyOwnedByYou`). Default false. */
  ownBucketAlreadyExists: boolean;
  /** Whether a bucket whose domain has more than 60 characters is refused: longer ones exist. Default false. */
  refuseLongDomains: boolean;
  /**
   * Whether a new key may not begin with a slash or backslash. Newer pages say so, older ones do not, and earlier keys
   * stay. Default false.
   */
  refuseLeadingSlash: boolean;
  /**
   * Whether an unknown parameter without a value is ignored (`GET /k?17`, which some use against caches). Default
   * false: it is refused, because a client that sends one means a sub-resource.
   */
  ignoreUnknownSubresources: boolean;
  /**
   * Whether `PUT ?replication` on the hosts of COS configures COS's own replication, as another service may have done.
   * Default false: the product's own API is where rules belong, and a misdirected PUT must be noticed.
   */
  nativeReplication: boolean;
}
