import type { Place } from '../cos/index.ts';

/** One replication rule, parsed, with what the store knows beside the document. */
export interface Rule {
  readonly id: string;
  readonly enabled: boolean;
  /** 1 to 1000, the smallest wins among rules for one destination; 0 when the document names none, and that wins last. */
  readonly priority: number;
  readonly prefix: string;
  /** All must be on a version for it to be in scope. Empty: no tag filter. */
  readonly tags: readonly (readonly [string, string])[];
  readonly destination: Place;
  /** Upper case; undefined keeps the class of the source object. */
  readonly storageClass: string | undefined;
  /** Destination key for SSE-KMS replicas. */
  readonly kmsKeyId: string | undefined;
  /** Whether SSE-KMS source objects are replicated (`SourceSelectionCriteria`). */
  readonly kmsObjects: boolean;
  /** False with a tag filter. Without the element: true, as COS does. */
  readonly deleteMarkers: boolean;
  readonly replicaAcl: boolean;
  readonly existing: 'All' | 'Current' | undefined;
  /** ms since 1970, a whole second: versions from that second on are in scope. */
  readonly start: number;
  /** ms since 1970: delete markers made before this are not replicated. */
  readonly deleteMarkersSince: number;
  /** ms since 1970: when the rule was last switched on after it had been off. What is older may have lost its event then. */
  readonly enabledSince?: number | undefined;
}

/** A rule as far as the document alone tells. */
export type DocumentRule = Omit<Rule, 'start' | 'deleteMarkersSince' | 'enabledSince'>;

/** A replication configuration as it was sent, checked for its form. */
export interface RuleDocument {
  readonly role: string;
  /** The rules in the order of the document. */
  readonly rules: readonly DocumentRule[];
  /**
   * The document as it is given back: as sent, with the IDs filled in that were missing. In pieces, one more than there
   * are rules: each ends with its rule, and the last one with the root.
   */
  readonly xml: readonly string[];
}

/** The replication configuration of one source bucket. */
export interface RuleSet {
  readonly source: Place;
  readonly role: string;
  /** The rules in the order of the document. */
  readonly rules: readonly Rule[];
  /** ms since 1970 of the PUT that stored it. */
  readonly created: number;
}

/** The result of a PUT: the rules, and the document that they were read from, in pieces as in `RuleDocument`. */
export interface StoredRules extends RuleSet {
  readonly xml: readonly string[];
}

/** The rules that speak about one key at one destination, the winning one first; tags are not looked at yet. */
export interface Candidates {
  readonly destination: Place;
  readonly rules: readonly Rule[];
}
