import type { Place } from '../../shared/cos/index.ts';
import type { DefaultEncryption } from '../cloud/cos/index.ts';
import type { Deed } from './deeds.ts';
import type { Outage, Weather } from './faulty.ts';
import type { Mail } from './mail.ts';
import { TIME_LIMITS } from './platform.ts';
import type { Shape, Topology } from './topology.ts';

export interface WorldOptions {
  /** Of everything but the deeds: the network's luck, IDs, delays. */
  readonly seed: number;
  readonly shape: Shape;
  readonly deeds: readonly Deed[];
  readonly weather: Weather;
  readonly mail: Mail;
  /** ms by which a function's clock may be wrong, either way. */
  readonly skew: number;
  /** ms by which listings lag. */
  readonly listingLag: number;
  /** Only listings of these lag; undefined: all, and those of the state buckets. */
  readonly lagAt?: 'sources' | 'destinations' | undefined;
  readonly outages?: readonly Outage[] | undefined;
  /** Failed tasks from which on a destination is crowded; undefined: more than any world has. */
  readonly crowdedFrom?: number | undefined;
  /** The most entries of a listing. */
  readonly longestPage: number;
  readonly markerOn404: boolean;
  /** The rules have a tag filter. */
  readonly tagged: boolean;
  /** Only the first link of each source has a rule in the beginning. */
  readonly later: boolean;
  /** Some objects are of several megabytes, and are copied in parts of one. */
  readonly large: boolean;
  /** Bytes from which on objects are left to the task function. */
  readonly inlineBytes: number;
  /** Scans run during the deeds, and not only after them. */
  readonly scans: boolean;
  /** The encryption of the destinations. Where there is one, some objects have one of their own. */
  readonly encryption?: DefaultEncryption['algorithm'] | undefined;
  /** Users give rights to their objects. */
  readonly granting?: boolean | undefined;
  /** The rules have `ReplicaAcl`. */
  readonly replicaAcl?: boolean | undefined;
  /**
   * Tags and rights of versions are changed later. This says how a user asks for their comparison in the end: by a scan
   * of the kind `properties`, or key by key.
   */
  readonly comparedBy?: 'scan' | 'reattempt' | undefined;
  /** Some objects are under a KMS key, and the rules select them. */
  readonly kms?: boolean | undefined;
  /** Nothing at a destination can be removed on its first day. */
  readonly locked?: boolean;
  /** How often a run gets an instance that has run before, from 0 to 1. */
  readonly warm?: number | undefined;
  /** ms within which each version has its replica; undefined: unknown. */
  readonly prompt?: number | undefined;
  /** Canaries are sent, and instances count their copies. */
  readonly watched?: boolean | undefined;
  /** Keys are kept for copies that take as long as COS allows, and no version is copied twice. */
  readonly awaited?: boolean | undefined;
}

/** Nothing fails, is lost or lags. */
export function isFaultless({ weather, mail, listingLag, outages = [] }: WorldOptions): boolean {
  const { only: _only, copying = 0, ...fates } = weather;
  // A copy that takes longer than the run that asked for it counts as a failing one.
  if (outages.length > 0 || copying >= TIME_LIMITS.replicate) return false;
  return Object.values(fates).every((rate) => rate === 0) && mail.lost === 0 && listingLag === 0;
}

/** The only faults are destinations that are down, which the service repairs before anybody asks for a scan. */
export function repairsItself({ outages = [], crowdedFrom, ...options }: WorldOptions): boolean {
  return crowdedFrom !== undefined && outages.every(({ at }) => at === 'destinations') && isFaultless(options);
}

/** Returns a test of a bucket: do its listings lag? */
export function lagsIn({ lagAt }: WorldOptions, { links }: Topology): (place: Place) => boolean {
  if (lagAt === undefined) return () => true;
  return ({ bucket }) =>
    links.some(({ source, destination }) => (lagAt === 'sources' ? source : destination).bucket === bucket);
}
