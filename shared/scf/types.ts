import type { Credentials } from '../signing/index.ts';
import type { Place } from '../cos/index.ts';

/** One record of a COS event. It is only a hint: it may be late, doubled, reordered or lost. */
export interface ObjectEvent {
  readonly type: 'created' | 'marker' | 'removed' | 'restored' | 'other';
  /** `cos:ObjectCreated:Put` … */
  readonly name: string;
  readonly place: Place;
  readonly key: string;
  /** Undefined when `vid` is empty or missing. */
  readonly versionId: string | undefined;
  /** With quotes; undefined in older event shapes. */
  readonly etag: string | undefined;
  /** Bytes. */
  readonly size: number | undefined;
  /** Milliseconds since 1970, whole seconds. */
  readonly time: number | undefined;
}

/**
 * Where COS's documents are silent or disagree, the newer pages are followed, unless the deployment chooses the
 * stricter reading. `metadata`: 2 KB of user metadata in all, instead of 4 KB. `overlap`: overlapping prefixes need a
 * `Priority` even if the rules have different destinations.
 */
export const CAUTIONS = ['metadata', 'overlap'] as const;
export type Caution = (typeof CAUTIONS)[number];

/** The settings that a deployment gives its functions through the environment. */
export interface DeploymentConfig {
  /** Read from STATE_BUCKET and TENCENTCLOUD_REGION. */
  readonly state: Place;
  /** Read from SOURCES: `bucket-appid@region`, comma-separated. */
  readonly sources: readonly Place[];
  /** Read from DESTINATIONS, in the same form. */
  readonly destinations: readonly Place[];
  /**
   * From PEERS, `bucket-appid@region=state-bucket-appid`: buckets that are both source and destination, each with the
   * state bucket (in the same region) of the deployment that replicates from it.
   */
  readonly peers: readonly Peer[];
  /** Read from CAUTIOUS, comma-separated. */
  readonly cautious: readonly Caution[];
  /** Whether the functions have rights on the ACLs of objects, so that rules may have `ReplicaAcl`. */
  readonly acl: boolean;
  /**
   * From SIGNERS, `state-bucket-appid@region`, comma-separated: state buckets of the other deployments whose replicas
   * this one meets. Empty where replication is one-way.
   */
  readonly signers: readonly Place[];
  /** From COS_ENDPOINT: origin of a local cloud; the Host header stays the bucket's. */
  readonly cosEndpoint: string | undefined;
  /** Role credentials rotate, so they are read at each call. */
  credentials(): Credentials;
}

export interface Peer {
  readonly bucket: Place;
  readonly state: Place;
}

/** One invocation of a function. */
export interface Run {
  readonly requestId: string;
  /** Time at which the platform ends this run, in ms since 1970. */
  readonly deadline: number;
  /** Writes one JSON line. Never pass secrets or signatures. */
  log(fields: Readonly<Record<string, unknown>>): void;
}
