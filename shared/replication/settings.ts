import type { Cos, Place } from '../cos/index.ts';
import type { Keyring } from '../identity/index.ts';
import type { Hash } from '../signing/index.ts';
import type { Tasks } from '../tasks/index.ts';

export interface Settings {
  /** ms: listings may lack writes that are younger. */
  readonly settleMs: number;
  /** Bytes of user metadata that COS accepts. */
  readonly metadataLimit: number;
  /** Larger objects, in bytes, are left to a run with more time. */
  readonly inlineBytes: number;
  /** Objects from this many bytes on are copied in parts; one request copies at most 5 GB. */
  readonly largeFrom: number;
  /** Bytes per ms: a key is kept for a copy as long as one at this speed would take. */
  readonly slowestCopy: number;
  /** Pieces of failed work at one destination from which on its pairs are marked, and scans repair them. */
  readonly crowdedFrom: number;
  /** Failures of one instance in a row, after which a pair counts as down. */
  readonly failuresInARow: number;
  /** Whether a destination's 404 is known to distinguish a delete marker from an absent key (proved by pre-flight). */
  markerTold(destination: Place): boolean;
  /**
   * State bucket of the deployment that replicates from this bucket, if the bucket is both source and destination: part
   * of a two-way set-up, a mesh, a ring or a chain.
   */
  sharedWith(place: Place): Place | undefined;
  /** Called for each version that was copied and proved. */
  copied(copy: Copied): void;
  /** Called for each delete marker that was made. */
  marked(mark: Marked): void;
}

/** One delete marker that was made at a destination. */
export interface Marked {
  readonly source: Place;
  readonly destination: Place;
  /** ID of the rule that replicates delete markers. */
  readonly rule: string;
}

/** One replica that was made. */
export interface Copied {
  readonly source: Place;
  readonly destination: Place;
  /** ID of the rule that covers the version. */
  readonly rule: string;
  readonly bytes: number;
  /** Number of parts; 0: copied whole. */
  readonly parts: number;
  /** ms from the write at the source to that of the replica, by COS's clocks; undefined: the version is older than the rule. */
  readonly lagMs: number | undefined;
}

/** Whether destinations keep versions. A write to one that no longer does would overwrite an object of others. */
export interface Versioning {
  /** Forgets the last answer. Call it when another answer contradicts that one. */
  forget(place: Place): void;
  /** Throws `BucketNotVersioned`, or `CosError` when the bucket cannot be read. */
  check(place: Place): Promise<void>;
}

/** Everything that the engine needs from outside. Nothing in it changes during a run. */
export interface EngineDeps {
  readonly cos: Cos;
  readonly hash: Hash;
  /** The state bucket. */
  readonly state: Place;
  /** The keys that sign and verify markers. */
  readonly keys: Keyring;
  /** ms since 1970. */
  now(): number;
  /** Returns fresh letters and digits, never the same twice. */
  unique(): string;
  readonly settings: Settings;
  readonly versioning: Versioning;
  /** Where remaining work is written down. */
  readonly tasks: Pick<Tasks, 'defer' | 'complete' | 'ofKey'>;
  /** Nothing may be written, not even the result of an earlier run's request. */
  readonly readOnly?: true;
}
