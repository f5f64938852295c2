import type { Credentials } from '../signing/index.ts';
import type { Place } from '../cos/index.ts';

/** One record of a COS event. It is only a hint: may be late, doubled, reordered or lost. */
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
 * Where COS's documents are silent or disagree, the newer pages are followed unless the deployment asks for the stricter
 * reading. `metadata`: 2 KB of user metadata in all, in the place of 4 KB. `overlap`: prefixes overlap only with a
 * `Priority` also where the rules have different destinations.
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
   * From PEERS, `bucket-appid@region=state-bucket-appid`: buckets that are both source and destination, each with the state
   * bucket of the deployment that replicates from it, which is in the same region.
   */
  readonly peers: readonly Peer[];
  /** Read from CAUTIOUS, comma-separated. */
  readonly cautious: readonly Caution[];
  /** Whether the functions have rights on the ACLs of objects, so that rules may have `ReplicaAcl`. */
  readonly acl: boolean;
  /**
   * From SIGNERS, `state-bucket-appid@region`, comma-separated: state buckets of the other deployments whose replicas this one
   * meets. Empty where replication goes only one way.
   */
  readonly signers: readonly Place[];
  /** COS_ENDPOINT: origin of a local cloud; the Host header stays the bucket's. */
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
  /** ms since 1970: when the platform ends this run. */
  readonly deadline: number;
  /** Writes one JSON line; secrets and signatures are never passed in. */
  log(fields: Readonly<Record<string, unknown>>): void;
}
