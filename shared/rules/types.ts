import type { Place } from '../cos/index.ts';

/** One replication rule, parsed, with the facts that the store adds to the document. */
export interface Rule {
  readonly id: string;
  readonly enabled: boolean;
  /**
   * 1 to 1000; the smallest wins among rules for one destination. 0 when the document has none; such a rule wins last.
   */
  readonly priority: number;
  readonly prefix: string;
  /** A version must have all of them to be in scope. Empty: no tag filter. */
  readonly tags: readonly (readonly [string, string])[];
  readonly destination: Place;
  /** Upper case; undefined keeps the class of the source object. */
  readonly storageClass: string | undefined;
  /** Destination key for SSE-KMS replicas. */
  readonly kmsKeyId: string | undefined;
  /** Whether SSE-KMS source objects are replicated (`SourceSelectionCriteria`). */
  readonly kmsObjects: boolean;
  /** False with a tag filter. True when the element is missing, as in COS. */
  readonly deleteMarkers: boolean;
  readonly replicaAcl: boolean;
  readonly existing: 'All' | 'Current' | undefined;
  /** ms since 1970, a whole second: versions from this second on are in scope. */
  readonly start: number;
  /** ms since 1970: older delete markers are not replicated. */
  readonly deleteMarkersSince: number;
  /**
   * Time at which the rule was last enabled after it had been disabled, in ms since 1970. Older versions may have lost
   * their event.
   */
  readonly enabledSince?: number | undefined;
}

/** A rule with only the fields that the document gives. */
export type DocumentRule = Omit<Rule, 'start' | 'deleteMarkersSince' | 'enabledSince'>;

/** A replication configuration as it was sent, and checked. */
export interface RuleDocument {
  readonly role: string;
  /** The rules in the order of the document. */
  readonly rules: readonly DocumentRule[];
  /**
   * The document as it is returned: as sent, with missing IDs filled in. In pieces, one more than there are rules: each
   * ends with its rule, and the last one with the root.
   */
  readonly xml: readonly string[];
}

/** The replication configuration of one source bucket. */
export interface RuleSet {
  readonly source: Place;
  readonly role: string;
  /** The rules in the order of the document. */
  readonly rules: readonly Rule[];
  /** Time of the PUT that stored it, in ms since 1970. */
  readonly created: number;
}

/** The result of a PUT: the rules, and their document in pieces as in `RuleDocument`. */
export interface StoredRules extends RuleSet {
  readonly xml: readonly string[];
}

/** The rules whose prefix covers one key at one destination, the winning one first. Tags are not checked yet. */
export interface Candidates {
  readonly destination: Place;
  readonly rules: readonly Rule[];
}
