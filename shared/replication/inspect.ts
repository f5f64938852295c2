import type { ObjectHead } from '../cos/index.ts';
import { attemptId, compareRanks, ownMarker, proofOf, rankOf, refOfHead } from '../identity/index.ts';
import type { Marker } from '../identity/index.ts';
import type { Rule } from '../rules/index.ts';
import { skipReasonOf } from './decide/skips.ts';
import { absence } from './decide/bases.ts';
import { missingOf } from './decide/plan.ts';
import { Unsettled } from './errors.ts';
import { isHalt, type Ending, type HandOver } from './halt.ts';
import { ruleOf } from './look/candidates.ts';
import { claimAt } from './look/claim.ts';
import { KeyListing } from './run/listing.ts';
import { observe, type Look } from './look/observe.ts';
import { Originals } from './look/originals.ts';
import { currentOf, type Listed } from './listed.ts';
import { createRun, type KeyRun } from './run/run.ts';
import type { EngineDeps } from './settings.ts';
import type { Absent, Entry, ReplicaItem, SkipReason, StackItem, Work } from './types.ts';

/** The state at the destination of one version of the source that a rule covers. */
export type Finding =
  | {
      readonly kind: 'there';
      readonly entry: Entry;
      readonly head: ObjectHead;
      readonly rule: Rule;
      /** The replica that counts, if there are several. */
      readonly replica: { readonly versionId: string; readonly head: ObjectHead; readonly marker: Marker };
      /** Version IDs of the other replicas. */
      readonly surplus: readonly string[];
    }
  | { readonly kind: 'missing'; readonly entry: Entry; readonly head: ObjectHead }
  | {
      readonly kind: 'skipped';
      readonly entry: Entry;
      /** Undefined for a link without a target. */
      readonly head: ObjectHead | undefined;
      readonly reason: SkipReason | Absent;
    };

/** The version that the destination returns for a key, and the one that it should return. */
export interface Shown {
  /** The newest version or delete marker of the source that the destination has to show. */
  readonly newest: Entry;
  /**
   * `same`: the destination shows it. `newer`: it shows a later write of another bucket that replicates to it.
   * Otherwise the kind of the version that it shows instead.
   */
  readonly as: 'same' | 'newer' | 'replica' | 'delete-marker' | 'other' | 'nothing';
}

export interface InspectQuery {
  /** Both stacks as listed; undefined: they are listed now. */
  readonly listed: Listed | undefined;
  /** ms since 1970: versions that were written at the source later are left out. */
  readonly upTo: number;
  /** ms since 1970: nothing is begun later. */
  readonly stop: number;
  /** Receives each version in turn, oldest first. Versions that only the whole stack decides come last. */
  readonly see: (finding: Finding) => Promise<HandOver | undefined>;
}

/** Versions for which both HEADs are requested at once. */
const BATCH = 16;
const LOOKS = 3;

/**
 * Compares one key on both sides, version by version, and writes nothing. Replicas count as in `converge`: the marker
 * is signed, and the bytes match it. Returns the version that the destination shows; undefined where the source has
 * nothing to show, or shows only a version younger than `upTo`. Throws `CosError`, `HistoryTooDeep`, `KeyUnsettled`.
 */
export async function inspect(deps: EngineDeps, work: Work, query: InspectQuery): Promise<Shown | Ending | undefined> {
  const { upTo, stop, see } = query;
  const run = createRun({ ...deps, readOnly: true }, work, { stop });
  const seen = await look(run, query.listed);
  if (isHalt(seen)) return seen;
  const key = new KeyInspection(run, seen);
  const versions = seen.entries.filter((entry) => !entry.deleteMarker && isWithin(entry, upTo));
  for (let i = 0; i < versions.length; i += BATCH) {
    const over = run.time.over();
    if (over) return over;
    const found = await Promise.all(versions.slice(i, i + BATCH).map((entry) => key.find(entry)));
    for (const one of found) {
      const halt = isHalt(one) ? one : one && (await see(one));
      if (halt) return halt;
    }
  }
  // P45b: A version without a replica is reported.
  for (const one of key.undecided()) {
    const halt = await see(one);
    if (halt) return halt;
  }
  return seen.sourceOrder.every((ref) => ref.time / 1000 <= upTo) ? key.shown() : undefined;
}

/** If a listed version is gone by now, both sides are listed again. */
async function look(run: KeyRun, listed: Listed | undefined): Promise<Look | Ending> {
  for (let attempt = 1; attempt <= LOOKS; attempt += 1) {
    const known = attempt === 1 ? listed : undefined;
    const current = known === undefined ? await run.heads.source() : await currentOf(run, known);
    const listings =
      known &&
      ([KeyListing.of(run, 'source', known.source), KeyListing.of(run, 'destination', known.destination)] as const);
    const seen = await observe(run, current, { floor: 0, since: Number.POSITIVE_INFINITY }, listings);
    if (!isHalt(seen) || seen.halt !== 'look-again') return seen;
  }
  throw new Unsettled(run.work.key);
}

const isWithin = ({ ref }: Entry, upTo: number): boolean => ref.time / 1000 <= upTo;

class KeyInspection {
  readonly #run: KeyRun;
  readonly #seen: Look;
  readonly #originals: Originals;
  /** Newest first, by the ID of their source. */
  readonly #replicas = new Map<string, ReplicaItem[]>();
  /** IDs of entries that need no replica. */
  readonly #excluded = new Set<string>();
  readonly #open: { readonly entry: Entry; readonly head: ObjectHead }[] = [];

  constructor(run: KeyRun, seen: Look) {
    this.#run = run;
    this.#seen = seen;
    this.#originals = new Originals(run, seen.sourceOrder);
    for (const item of seen.stack) {
      if (item.kind !== 'replica') continue;
      const others = this.#replicas.get(item.marker.ref.id);
      if (others === undefined) this.#replicas.set(item.marker.ref.id, [item]);
      else others.push(item);
    }
  }

  /** Undefined when the version is gone, is a replica itself, is covered by no rule after all, or is `undecided`. */
  async find(entry: Entry): Promise<Finding | HandOver | undefined> {
    const { heads, deps } = this.#run;
    const result = await heads.source(entry.versionId);
    if (!result.found) {
      this.#excluded.add(entry.ref.id);
      if (!(await heads.isDangling('source', entry.versionId))) return undefined;
      return { kind: 'skipped', entry, head: undefined, reason: 'dangling-link' };
    }
    const { head } = result;
    const rule = refOfHead(head).id === entry.ref.id ? await this.#ruleFor(entry, head) : undefined;
    if (isHalt(rule)) return rule;
    if (rule === undefined) {
      this.#excluded.add(entry.ref.id);
      return undefined;
    }
    const replica = await this.#there(entry, head, rule);
    if (replica !== undefined) return replica;
    const reason = skipReasonOf(head, rule, sampleMarker(this.#run.work, entry, head), deps.settings.metadataLimit);
    if (reason === undefined) this.#open.push({ entry, head });
    else this.#excluded.add(entry.ref.id);
    return reason && { kind: 'skipped', entry, head, reason };
  }

  /** Replicas at the source are never passed on; a user's copy of one is an ordinary object. */
  async #ruleFor(entry: Entry, head: ObjectHead): Promise<Rule | HandOver | undefined> {
    const marker = ownMarker(await claimAt(this.#run, head, 'source'));
    if (marker !== undefined) {
      const isCopy = await this.#originals.isCopy(marker, entry.ref);
      if (isHalt(isCopy)) return isCopy;
      if (!isCopy) return undefined;
    }
    return ruleOf(this.#run, entry);
  }

  async #there(entry: Entry, head: ObjectHead, rule: Rule): Promise<Finding | undefined> {
    // P45: A version is there only if a replica of ours bears its name.
    const its = this.#replicas.get(entry.ref.id) ?? [];
    const last = its.reduce((most, { marker }) => Math.max(most, marker.attempted), Number.NEGATIVE_INFINITY);
    const kept = its.find(({ marker }) => marker.attempted === last);
    const replica = kept && (await this.#run.heads.ofReplica(kept.versionId));
    if (kept === undefined || replica === undefined) return undefined;
    // A replica that vouches for a user's copy stays, and does not count as surplus.
    const surplus = its.filter((one) => one !== kept && one.vouches !== true).map(({ versionId }) => versionId);
    const { versionId, marker } = kept;
    return { kind: 'there', entry, head, rule, replica: { versionId, head: replica, marker }, surplus };
  }

  /** For a version without a replica: whether one must be made, or one that existed has been removed. */
  undecided(): readonly Finding[] {
    const missing = new Set(missingOf(this.#seen, this.#excluded).map(({ ref }) => ref.id));
    const markers = this.#seen.stack.flatMap((item) => (item.kind === 'replica' ? [item.marker] : []));
    return this.#open.map(({ entry, head }): Finding => {
      if (missing.has(entry.ref.id)) return { kind: 'missing', entry, head };
      if (head.appendable) return { kind: 'skipped', entry, head, reason: 'appended' };
      return { kind: 'skipped', entry, head, reason: absence(entry.ref, markers) };
    });
  }

  shown(): Shown | undefined {
    const { entries, stack, together } = this.#seen;
    const newest = entries.findLast(({ ref }) => !this.#excluded.has(ref.id));
    if (newest === undefined) return undefined;
    return {
      newest,
      as: this.#isSame(newest, stack[0]) ? 'same' : this.#other(newest, stack[0], together !== undefined),
    };
  }

  #isSame({ deleteMarker, ref }: Entry, top: StackItem | undefined): boolean {
    if (!deleteMarker) return top?.kind === 'replica' && top.marker.ref.id === ref.id;
    if (top?.kind !== 'delete-marker') return top === undefined;
    // Where others write too, a delete marker below a newer version is not the one that counts.
    return top.rank === undefined || compareRanks(top.rank, rankOf(ref, this.#run.work.source.bucket)) >= 0;
  }

  #other({ ref }: Entry, top: StackItem | undefined, together: boolean): Shown['as'] {
    if (top === undefined) return 'nothing';
    const rank = rankOf(ref, this.#run.work.source.bucket);
    if (together && top.rank !== undefined && compareRanks(top.rank, rank) > 0) return 'newer';
    if (top.kind === 'delete-marker') return 'delete-marker';
    return top.kind === 'replica' ? 'replica' : 'other';
  }
}

/** A marker as large as the real one would be. */
function sampleMarker(work: Work, { ref }: Entry, head: ObjectHead): Marker {
  const attempted = head.lastModified;
  const id = attemptId(attempted, true, '0'.repeat(18));
  return { source: work.source, ref, base: ref, proof: proofOf(head, false), named: true, attempted, id };
}
