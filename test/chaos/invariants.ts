import { CANARY_PREFIX } from '../../shared/rules/index.ts';
import { timeOfVersionId, type Core, type Version } from '../cloud/cos/index.ts';
import { grantsOf } from '../deployment/core-attributes.ts';
import { withoutLag } from '../deployment/index.ts';
import { excuses } from './excused.ts';
import { at, type Diary } from './diary.ts';
import type { Ledger } from './ledger.ts';
import { REPLICA_KEY, type RuleBook, type Written } from './rule-book.ts';
import { skippedFor } from './skipped.ts';
import { isShared, type Link, type Topology } from './topology.ts';

export interface Violation {
  readonly invariant: 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I8' | 'scope' | 'lag';
  readonly text: string;
}

export interface Evidence {
  readonly core: Core;
  readonly topology: Topology;
  readonly diary: Diary;
  readonly ledger: Ledger;
  /** One for each source. */
  readonly rules: readonly RuleBook[];
}

export type Listed = Version & { readonly isLatest: boolean };

/** One key at the two ends of a link. */
interface Sides {
  /** Newest first, like the versions at the destination. */
  readonly source: readonly Listed[] | undefined;
  readonly stack: readonly Listed[] | undefined;
  readonly compared: boolean;
}

/**
 * Judges each link by the judge's own record, never by replication markers. `compared`: a user has asked for tags and
 * rights since they were changed.
 */
export function checkLinks(evidence: Evidence, compared: boolean): readonly Violation[] {
  const { core, topology, diary, ledger } = evidence;
  const violations: Violation[] = ledger.crimes.map((text) => ({ invariant: 'I5', text }));
  for (const link of topology.links) {
    const [source, destination] = [byKey(core, link.source), byKey(core, link.destination)];
    for (const key of new Set([...source.keys(), ...destination.keys()])) {
      const sides = { source: source.get(key), stack: destination.get(key), compared };
      violations.push(...new KeyOfLink(evidence, link, key, sides).check());
    }
  }
  for (const { place, key, known } of ledger.uploads.values())
    if (known) violations.push({ invariant: 'I6', text: `${key}: an upload of ours is left at ${place.bucket}` });
  for (const { place, key, uploadId } of diary.uploads) {
    const { uploads } = core.listUploads(place.bucket, place.region, { prefix: key });
    if (!uploads.some((upload) => upload.uploadId === uploadId))
      violations.push({ invariant: 'I5', text: `${key}: a user's upload is gone` });
  }
  return violations;
}

/** Where nothing fails, nothing is left to the timer. `most` in ms; undefined: no limit. */
export function checkPrompt(ledger: Ledger, most: number | undefined): readonly Violation[] {
  if (most === undefined) return [];
  const late = [...lagsOf(ledger)].filter(([, lag]) => lag > most);
  return late.map(([id, lag]) => ({ invariant: 'lag', text: `${id} had no replica for ${Math.round(lag / 1000)} s` }));
}

/** ms from each write to its first replica, by the ID of the version. */
export function lagsOf({ made }: Ledger): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const [replica, { origin }] of made) {
    const lag = ((timeOfVersionId(replica) ?? 0) - (timeOfVersionId(origin.versionId) ?? 0)) / 1000;
    first.set(origin.versionId, Math.min(lag, first.get(origin.versionId) ?? Number.POSITIVE_INFINITY));
  }
  return first;
}

/** The current versions of each key, newest first. The judge reads no listing that lags. */
export function byKey(core: Core, { bucket, region }: Link['source']): Map<string, readonly Listed[]> {
  const keys = new Map<string, Listed[]>();
  const { entries } = withoutLag(core, () => core.listVersions(bucket, region, {}));
  for (const version of entries) {
    // Canaries belong to the service itself, and are judged when all of them must have been removed.
    if (version.key.startsWith(CANARY_PREFIX)) continue;
    const versions = keys.get(version.key);
    if (versions === undefined) keys.set(version.key, [version]);
    else versions.push(version);
  }
  return keys;
}

/**
 * A name that no other version of the key ever bears. The ID `null` is used again, so the bytes and the upload belong to the
 * name. `id`: of the original, where the version is a replica.
 */
export const nameOf = ({ key, versionId, blob, attributes }: Version, id: string = versionId): string =>
  `${key} ${id}${id === 'null' ? ` ${blob?.crc64} ${attributes.meta['n']}` : ''}`;

/** Names of the versions of the source that have a replica of ours at the destination. */
export function replicatedOver({ core, ledger }: Pick<Evidence, 'core' | 'ledger'>, link: Link): ReadonlySet<string> {
  const { source, destination } = link;
  const all = [...byKey(core, destination).values()].flat();
  return new Set(
    all.flatMap((version) => {
      const origin = ledger.made.get(version.versionId)?.origin;
      return origin?.bucket === source.bucket ? [nameOf(version, origin.versionId)] : [];
    }),
  );
}

/** Whether a user made it. */
export const isOriginal = ({ made, marked }: Ledger, { versionId }: Version): boolean =>
  !made.has(versionId) && !marked.has(versionId);

/** The rights that an object gives to others, in any order. */
const textOfRights = (version: Version): string =>
  String(
    grantsOf(version)
      .map(({ permission, grantee }) => `${permission} ${grantee}`)
      .toSorted(),
  );
const NO_RIGHTS = '';

class KeyOfLink {
  readonly #evidence: Evidence;
  readonly #link: Link;
  readonly #key: string;
  /** The versions of users at the source, newest first. */
  readonly #originals: readonly Listed[];
  readonly #stack: readonly Listed[];
  /** Our replicas of this link, newest first. */
  readonly #replicas: readonly Listed[];
  readonly #rules: RuleBook;
  readonly #compared: boolean;
  readonly #isExcused: (version: Listed) => boolean;
  readonly #violations: Violation[] = [];

  constructor(evidence: Evidence, link: Link, key: string, { source = [], stack = [], compared }: Sides) {
    const { ledger, rules } = evidence;
    this.#evidence = evidence;
    this.#link = link;
    this.#key = key;
    this.#originals = source.filter((version) => isOriginal(ledger, version));
    this.#stack = stack;
    this.#replicas = stack.filter(({ versionId }) => ledger.made.get(versionId)?.origin.bucket === link.source.bucket);
    this.#rules = rules.find((book) => book.source.bucket === link.source.bucket) as RuleBook;
    this.#compared = compared;
    this.#isExcused = excuses(evidence, link);
  }

  check(): readonly Violation[] {
    for (const version of this.#originals) {
      if (version.deleteMarker) continue;
      if (version.versionId === 'null') this.#checkNull(version);
      else this.#checkVersion(version);
    }
    // Where users write as well, the newest version of all sites must be on top, by whatever means.
    if (!isShared(this.#evidence.topology, this.#link.destination)) {
      this.#checkOrder();
      this.#checkCurrent();
      this.#checkHidden();
    }
    return this.#violations;
  }

  #say(invariant: Violation['invariant'], text: string): void {
    const { source, destination } = this.#link;
    this.#violations.push({ invariant, text: `${this.#key}, ${source.bucket} to ${destination.bucket}: ${text}` });
  }

  #originOf({ versionId }: Version): string {
    return this.#evidence.ledger.made.get(versionId)?.origin.versionId ?? '';
  }

  #written({ deleteMarker, time, attributes }: Version) {
    return { key: this.#key, deleteMarker, time: time / 1000, tags: attributes.tags };
  }

  #isDue(version: Version): boolean {
    if (skippedFor(version) !== undefined) return false;
    const tags = this.#compared ? [version.attributes.tags] : this.#tagsOf(version);
    return tags.every((some) => this.#rules.due(this.#link, { ...this.#written(version), tags: some }));
  }

  /** Its present tags, and those from before a change. */
  #tagsOf({ versionId, attributes: { tags } }: Version): readonly Written['tags'][] {
    return [tags, ...(this.#evidence.diary.formerTags.get(versionId) ?? [])];
  }

  #isAllowed(version: Version): boolean {
    const written = this.#written(version);
    return this.#tagsOf(version).some((tags) => this.#rules.allowed(this.#link, { ...written, tags }));
  }

  /** Whether somebody changed the tags or the rights of the version, or of a replica of it, which sends no event. */
  #wasChanged({ versionId }: Version): boolean {
    const { diary, ledger } = this.#evidence;
    return [...diary.formerTags.keys()].some(
      (id) => id === versionId || ledger.made.get(id)?.origin.versionId === versionId,
    );
  }

  #checkVersion(version: Listed): void {
    const { versionId, blob, attributes } = version;
    const its = this.#replicas.filter((replica) => this.#originOf(replica) === versionId);
    const due = this.#isDue(version);
    if (due && its.length === 0 && !this.#isExcused(version)) this.#say('I1', `${versionId} has no replica`);
    if (!due && its.length > 0 && !this.#isAllowed(version)) this.#say('scope', `${versionId} has a replica`);
    // A replica stays below a newer one while a user's copy of it would otherwise count as ours.
    const copied = new Set(this.#evidence.diary.copies.values());
    const surplus = its.filter((replica) => !copied.has(replica.versionId)).length > 1;
    if (surplus && this.#rules.covers(this.#link, this.#key))
      this.#say('I3', `${versionId} has ${its.length} replicas`);
    if (its.some((replica) => replica.blob?.crc64 !== blob?.crc64)) this.#say('I1', `${versionId} differs`);
    if (its.some((replica) => replica.attributes.meta['n'] !== attributes.meta['n']))
      this.#say('I1', `${versionId} has other metadata`);
    const ownAlgorithm = attributes.encryption?.algorithm;
    if (ownAlgorithm !== undefined && its.some((one) => one.attributes.encryption?.algorithm !== ownAlgorithm))
      this.#say('I1', `${versionId} is encrypted otherwise`);
    if (ownAlgorithm === 'cos/kms' && its.some((one) => one.attributes.encryption?.kmsKeyId !== REPLICA_KEY))
      this.#say('I1', `${versionId} is under another key than the rule names`);
    const changed = this.#wasChanged(version);
    if (changed && !(due && this.#compared)) return;
    if (its.some((replica) => String(replica.attributes.tags) !== String(attributes.tags)))
      this.#say('I1', `${versionId} has other tags`);
    // A user's change to the rights of a replica stays, unless a rule gives it those of its version.
    if (changed && !this.#rules.replicaAcl) return;
    const rights = this.#rules.replicaAcl ? textOfRights(version) : NO_RIGHTS;
    if (its.some((replica) => textOfRights(replica) !== rights)) this.#say('I1', `${versionId} has other rights`);
  }

  /** The ID is used again, so the version is known by its bytes. */
  #checkNull(version: Listed): void {
    if (!this.#isDue(version)) return;
    const its = this.#replicas.filter(
      (replica) => this.#originOf(replica) === 'null' && replica.blob?.crc64 === version.blob?.crc64,
    );
    if (its.length === 0) this.#say('I1', 'the null version has no replica');
  }

  #checkOrder(): void {
    // An older replica of a version may have to stay below, because it vouches for a user's copy. The newest one
    // counts.
    const origins = [...new Set(this.#replicas.map((replica) => this.#originOf(replica)))];
    const times = origins.map((origin) => timeOfVersionId(origin)).filter((time) => time !== undefined);
    if (times.some((time, i) => i > 0 && time > (times[i - 1] ?? 0)))
      this.#say('I2', 'replicas stand in the wrong order');
  }

  #checkCurrent(): void {
    const { source, destination } = this.#link;
    if (this.#evidence.diary.foreign.has(at(destination, this.#key))) return;
    const newest = this.#originals.find((version) => !version.deleteMarker || this.#isAllowed(version));
    if (newest === undefined || !this.#isDue(newest)) return;
    const top = this.#stack[0];
    if (this.#evidence.diary.pruned.has(at(source, this.#key)) && this.#isOfGone(top)) return;
    if (newest.deleteMarker) {
      if (top !== undefined && !top.deleteMarker) this.#say('I2', 'deleted at the source, but not at the destination');
    } else if (top === undefined || top.deleteMarker || this.#originOf(top) !== newest.versionId)
      this.#say('I2', `the current version is not the replica of ${newest.versionId}`);
  }

  /** Whether it stands for something that was removed at the source by its ID, which is not replicated. */
  #isOfGone(top: Listed | undefined): boolean {
    if (top === undefined || top.deleteMarker) return true;
    return !this.#originals.some(({ versionId }) => versionId === this.#originOf(top));
  }

  /** A DELETE of ours that arrived long after it was sent hides nothing for good, even if its deletion was undone. */
  #checkHidden(): void {
    const { diary, ledger } = this.#evidence;
    const [current, top] = [this.#originals[0], this.#stack[0]];
    if (current === undefined || current.deleteMarker || !this.#isDue(current)) return;
    const landed = ledger.marked.get(top?.versionId ?? '')?.time;
    const touched = diary.touched.get(at(this.#link.source, this.#key)) ?? 0;
    if (landed !== undefined && landed > touched)
      this.#say('I2', `${current.versionId} is hidden by a delete marker of ours that came late`);
  }
}
