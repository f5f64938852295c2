import type { Place } from '../../shared/cos/index.ts';
import { seeded } from './scheduler.ts';
import { isDestination, isSource, type Topology } from './topology.ts';

/** Deeds of users at sites where replication begins. */
export const SOURCE_DEEDS = [
  'put',
  /** The same bytes as the key's last upload. */
  'putSame',
  /** Ends up to a minute after it began. */
  'multipart',
  'remove',
  'removeVersion',
  'undelete',
  /** Copies an older version, or the current one, onto its own key. */
  'copyBack',
  /** Uploads into an archive class: nobody can read the object before it is restored. */
  'archivePut',
  /** Uploads under a customer's key: nobody else can ever read the object. */
  'sealedPut',
  /** Asks for an archived version to be restored. */
  'restore',
  /** Suspends versioning for a while; only where no replicas arrive. */
  'suspend',
  /** The lifecycle of the source: it removes older versions, and the delete markers of deleted keys. */
  'ageSource',
  /**
   * Writes other bytes with a replication marker that a user without the marker key can make: copied, altered, or
   * invented.
   */
  'forge',
] as const;

/** Deeds at a site to which replicas come and from which none go. */
export const DESTINATION_DEEDS = [
  'foreignPut',
  'foreignCopy',
  'foreignDelete',
  /** A multipart upload that nobody ever ends. */
  'foreignUpload',
  /** Writes other bytes with all the existing metadata, as programs do that change an object in place. */
  'rewrite',
  /** The same under a customer's key, over any version. */
  'foreignSealed',
  /** Lifecycle: an older version is removed. */
  'expire',
  /**
   * The lifecycle of the destination: it hides current versions, removes older ones, and then removes the delete
   * markers.
   */
  'age',
  /** Lifecycle: all older versions are removed, and a delete marker with nothing below it, too. */
  'expireAll',
  /** Suspends versioning for minutes. */
  'suspendThere',
  /** The same where replicas arrive. */
  'foreignForge',
] as const;

/** Deeds at any site that change a version in place, without a new version and without an event. */
export const PROPERTY_DEEDS = [
  /** A version gets other tags, or none. */
  'retag',
  /** A version gets other rights. */
  'regrant',
] as const;

/** Deeds of the owner of a source to its rules; the key does not matter. */
export const RULE_DEEDS = [
  'disable',
  'enable',
  /** DELETE Bucket replication. */
  'dropRules',
  /** Stores the rules again as they were before their removal. */
  'addRules',
  /** The filter becomes the prefix `a`. */
  'narrow',
  'widen',
  'markersOff',
  'markersOn',
  /** Adds the rules of the links that had none so far. */
  'addLinks',
] as const;

export type DeedName =
  | (typeof SOURCE_DEEDS)[number]
  | (typeof DESTINATION_DEEDS)[number]
  | (typeof PROPERTY_DEEDS)[number]
  | (typeof RULE_DEEDS)[number];

/** One deed of a user. A world is a list of deeds, so that one can be left out without a change of the others. */
export interface Deed {
  /** ms after the world's beginning. */
  readonly at: number;
  readonly name: DeedName;
  readonly site: Place;
  readonly key: string;
  /** The seed of the deed's own randomness, from which its bytes and its metadata are made too. */
  readonly dice: number;
}

/** The deeds of users: their weights and their number. */
export interface Habits extends Partial<Readonly<Record<DeedName, number>>> {
  readonly deeds: number;
  readonly keys: number;
  /** Mean ms between two deeds. */
  readonly pace: number;
  /** Deeds that are done in this order, repeatedly, instead of by chance. */
  readonly script?: readonly DeedName[];
}

const KEYS = ['a', 'a/b', 'b', 'c d+%', '/x', 'a/b/c'];

export function deedsOf(seed: number, habits: Habits, topology: Topology): readonly Deed[] {
  const { deeds, keys, pace, script = [], ...weights } = habits;
  const random = seeded(seed);
  let at = 0;
  return Array.from({ length: deeds }, (_, i): Deed => {
    // Bursts: half the pauses are almost nothing.
    at += random() < 0.5 ? random() * 50 : -Math.log(1 - random()) * pace;
    const wanted = script[i % script.length] ?? weighted(weights, random());
    const sites = topology.sites.filter((site) => mayHappen(wanted, topology, site));
    const name = sites.length === 0 ? 'put' : wanted;
    const choice = sites.length === 0 ? topology.deployments.map(({ source }) => source) : sites;
    return {
      at: Math.round(at),
      name,
      site: pick(choice, random()) as Place,
      key: KEYS[Math.floor(random() * keys)] ?? 'a',
      dice: Math.floor(random() * 2 ** 32),
    };
  });
}

export const pick = <T>(list: readonly T[], dice: number): T | undefined => list[Math.floor(dice * list.length)];

function weighted(weights: Partial<Record<DeedName, number>>, dice: number): DeedName {
  let left = dice * Object.values(weights).reduce((a, b) => a + b, 0);
  for (const [name, weight] of Object.entries(weights)) {
    left -= weight;
    if (left < 0) return name as DeedName;
  }
  return 'put';
}

/** Whether this kind of deed belongs to this site. */
export function mayHappen(name: DeedName, topology: Topology, site: Place): boolean {
  if (!topology.sites.some(({ bucket }) => bucket === site.bucket)) return false;
  if ((PROPERTY_DEEDS as readonly string[]).includes(name)) return true;
  if ((DESTINATION_DEEDS as readonly string[]).includes(name)) return !isSource(topology, site);
  if (name === 'suspend') return isSource(topology, site) && !isDestination(topology, site);
  return isSource(topology, site);
}
