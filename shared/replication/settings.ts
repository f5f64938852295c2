import type { Cos, Place } from '../cos/index.ts';
import type { Keyring } from '../identity/index.ts';
import type { Hash } from '../signing/index.ts';
import type { Tasks } from '../tasks/index.ts';

export interface Settings {
  /** ms: listings may lack what was written within this time. */
  readonly settleMs: number;
  /** Bytes of user metadata that COS takes. */
  readonly metadataLimit: number;
  /** Objects above this many bytes are left to a run with more time. */
  readonly inlineBytes: number;
  /** Objects from this many bytes on are copied in parts; one request copies at most 5 GB. */
  readonly largeFrom: number;
  /** Bytes a ms: no copy is expected to be slower while a key is kept for it. */
  readonly slowestCopy: number;
  /** Pieces of failed work at one destination from which on the pairs of it are marked, and a scan repairs them. */
  readonly crowdedFrom: number;
  /** Failures of one instance, with no success in between, by which it knows that a pair is down. */
  readonly failuresInARow: number;
  /** Whether a destination's 404 is known to tell a delete marker from nothing (proved by pre-flight). */
  markerTold(destination: Place): boolean;
  /**
   * State bucket of the deployment that replicates from this bucket, when the bucket is both a source and a destination:
   * part of a two-way set-up, a mesh, a ring or a chain.
   */
  sharedWith(place: Place): Place | undefined;
  /** Told of each version that was copied and proved. */
  copied(copy: Copied): void;
  /** Told of each delete marker that was made. */
  marked(mark: Marked): void;
}

/** One delete marker that was made at a destination. */
export interface Marked {
  readonly source: Place;
  readonly destination: Place;
  /** ID of the rule that has delete markers replicated. */
  readonly rule: string;
}

/** One replica that was made. */
export interface Copied {
  readonly source: Place;
  readonly destination: Place;
  /** ID of the rule that covers the version. */
  readonly rule: string;
  readonly bytes: number;
  /** Parts in which it was copied; 0: whole. */
  readonly parts: number;
  /** ms from the write at the source to that of the replica, by COS's clocks; undefined: the version is older than the rule. */
  readonly lagMs: number | undefined;
}

/** Whether destinations keep versions. A write to one that has stopped would overwrite what others have stored there. */
export interface Versioning {
  /** Forgets the last answer. Call it when another answer contradicts that one. */
  forget(place: Place): void;
  /** Throws `BucketNotVersioned`, or `CosError` when the bucket does not tell. */
  check(place: Place): Promise<void>;
}

/** The outside world of the engine. Nothing in it changes during a run. */
export interface EngineDeps {
  readonly cos: Cos;
  readonly hash: Hash;
  /** The state bucket. */
  readonly state: Place;
  /** The keys that sign and verify markers. */
  readonly keys: Keyring;
  /** ms since 1970. */
  now(): number;
  /** A fresh text of letters and digits, never given twice. */
  unique(): string;
  readonly settings: Settings;
  readonly versioning: Versioning;
  /** Where work that is left is written down. */
  readonly tasks: Pick<Tasks, 'defer' | 'complete' | 'ofKey'>;
  /** Nothing may be written, not even what became of an earlier run's request. */
  readonly readOnly?: true;
}
