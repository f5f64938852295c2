import type { VersionEntry } from '../cos/index.ts';
import type { Hash } from '../signing/index.ts';
import {
  AGE_BOUNDS,
  bucketOf,
  LAG_BOUNDS,
  minus,
  NOTHING,
  plus,
  standingOf,
  type Amount,
  type Counts,
  type SideCounts,
  type Standing,
} from './counts.ts';
import type { Note } from './ledger.ts';
import type { KeyStacks, Witness } from './merge.ts';
import { ruleOfEntry, type KeyRules, type PairRules } from './scope.ts';
import { isReserved } from '../rules/index.ts';
import { StackHash } from './stack-hash.ts';
import { timeOfVersionId } from '../identity/index.ts';
import { LAG_WINDOW_MS } from '../durations/index.ts';

/** A version that a rule covers. */
export interface Covered {
  readonly versionId: string;
  readonly rule: string;
  readonly size: number;
  /** ms since 1970. */
  readonly time: number;
  /** The version is older than its rule, so its wait says nothing about replication. */
  readonly existing: boolean;
}

/** Versions of a key that one rule covers, and their bytes. */
interface RuleAmount {
  readonly rule: string;
  versions: number;
  bytes: number;
}

/** All that the two listings show about one key. */
export interface KeyTally {
  readonly rules: KeyRules;
  readonly hash: string;
  /** The hash of the source's stack alone, if the key is deleted there; otherwise undefined. */
  readonly deleted: string | undefined;
  /** Amounts in the whole stack, one for each rule that covers any of it. */
  readonly amounts: readonly RuleAmount[];
  /** Newest first; for a long stack only its newest versions. */
  readonly covered: readonly Covered[];
  readonly sides: { readonly source: SideCounts; readonly destination: SideCounts };
  /** ms since 1970 of the youngest entry on either side. */
  readonly youngest: number;
  /** Versions and delete markers of the source. */
  readonly entries: number;
}

const side = (): SideCounts => ({ current: NOTHING, older: NOTHING, deleteMarkers: 0 });
const KEPT = 1000;

/** Watches the merge and sums up each key while its entries pass, so that no stack is kept for it. */
export class Tally implements Witness {
  readonly #stack: StackHash;
  readonly #rules: PairRules;
  #key: KeyRules = { rules: [], terms: '' };
  #isDeleted = false;
  #deleted: string | undefined;
  #amounts: RuleAmount[] = [];
  #covered: Covered[] = [];
  #sides = { source: side(), destination: side() };
  #youngest = 0;
  #entries = 0;

  constructor(hash: Hash, salt: string, rules: PairRules) {
    this.#stack = new StackHash(hash, salt);
    this.#rules = rules;
  }

  begin(key: string): void {
    this.#key = this.#rules.of(key);
    this.#stack.begin(key, this.#key.terms);
    this.#amounts = [];
    this.#isDeleted = false;
    this.#deleted = undefined;
    this.#covered = [];
    this.#sides = { source: side(), destination: side() };
    this.#youngest = 0;
    this.#entries = 0;
  }

  source(entry: VersionEntry, position: number): void {
    const rule = ruleOfEntry(this.#key, entry, position);
    this.#stack.add(entry, 's', rule?.id ?? '');
    this.#entries += 1;
    if (position === 0) this.#isDeleted = entry.deleteMarker;
    this.#count(this.#sides.source, entry, position);
    if (rule === undefined || entry.deleteMarker) return;
    const { versionId, size, lastModified } = entry;
    this.#amount(rule.id, size);
    if (this.#covered.length < KEPT)
      this.#covered.push({ versionId, rule: rule.id, size, time: lastModified, existing: lastModified < rule.start });
  }

  destination(entry: VersionEntry, position: number): void {
    if (position === 0) this.#endSource();
    this.#stack.add(entry, 'd', '');
    this.#count(this.#sides.destination, entry, position);
  }

  end(): KeyTally {
    this.#endSource();
    return {
      rules: this.#key,
      deleted: this.#deleted,
      hash: this.#stack.end(),
      amounts: this.#amounts,
      covered: this.#covered,
      sides: this.#sides,
      youngest: this.#youngest,
      entries: this.#entries,
    };
  }

  #endSource(): void {
    if (this.#isDeleted) this.#deleted ??= this.#stack.ofSource();
  }

  #amount(rule: string, size: number): void {
    for (const amount of this.#amounts) {
      if (amount.rule !== rule) continue;
      amount.versions += 1;
      amount.bytes += size;
      return;
    }
    this.#amounts.push({ rule, versions: 1, bytes: size });
  }

  #count(sum: SideCounts, { deleteMarker, size, lastModified }: VersionEntry, position: number): void {
    this.#youngest = Math.max(this.#youngest, lastModified);
    if (deleteMarker) sum.deleteMarkers += 1;
    else if (position === 0) sum.current = [1, size];
    else sum.older = plus(sum.older, [1, size]);
  }
}

/** The result of a key in this pass, as far as it is counted. */
export type Stand =
  | { readonly kind: 'right'; readonly note: Note | undefined }
  /**
   * `missing`: version IDs at the source; undefined when unknown, and then all in scope count. `oldest`: ms since 1970
   * of the oldest version or delete marker that is not right; undefined when it may be any.
   */
  | {
      readonly kind: 'pending' | 'failed';
      readonly missing: ReadonlySet<string> | undefined;
      /** Version IDs whose replicas the destination's lifecycle has removed. */
      readonly expired?: ReadonlySet<string>;
      readonly oldest: number | undefined;
    };

/** Adds one key to the counts. `now` in ms since 1970. */
export function countKey(counts: Counts, stacks: KeyStacks, tally: KeyTally, stand: Stand, now: number): void {
  // Objects that this service itself keeps in the buckets are no user data.
  if (isReserved(stacks.key)) return;
  if (tally.entries === 0) counts.orphans += 1;
  else counts.keys += 1;
  addSide(counts.source, tally.sides.source);
  addSide(counts.destination, tally.sides.destination);
  const { current, older } = tally.sides.destination;
  const replicated =
    stand.kind === 'right' ? countRight(counts, tally, stand.note) : countOpen(counts, stacks, tally, stand, now);
  // Versions that were written in this pass are not in its listing; the second pass counts them.
  counts.others &&= plus(counts.others, minus(plus(current, older), replicated));
  if (stand.kind === 'right') countLags(counts, stacks, tally, stand.note, now);
}

/** All versions of a key that was proved before, counted as removed by the destination's lifecycle. */
export function allExpired({ amounts }: KeyTally): Note {
  const expired = amounts.reduce<Amount>((sum, { versions, bytes }) => plus(sum, [versions, bytes]), NOTHING);
  return { skipped: NOTHING, expired, outside: NOTHING };
}

function addSide(sum: SideCounts, { current, older, deleteMarkers }: SideCounts): void {
  sum.current = plus(sum.current, current);
  sum.older = plus(sum.older, older);
  sum.deleteMarkers += deleteMarkers;
}

/** Counts a right key, and returns the amount that is replicated, as the functions below do. */
function countRight(counts: Counts, { amounts }: KeyTally, note: Note | undefined): Amount {
  if (note !== undefined) return countNoted(counts, amounts, note);
  let sum = NOTHING;
  for (const { rule, versions, bytes } of amounts) {
    const standing = standingOf(counts, rule);
    standing.replicated = plus(standing.replicated, [versions, bytes]);
    sum = plus(sum, [versions, bytes]);
  }
  return sum;
}

function countNoted(counts: Counts, amounts: readonly RuleAmount[], note: Note): Amount {
  let { skipped, expired, outside } = note;
  let sum = NOTHING;
  for (const { rule, versions, bytes } of amounts) {
    const standing = standingOf(counts, rule);
    let left: Amount = [versions, bytes];
    const part = (of: Amount): Amount => {
      const taken: Amount = [Math.min(of[0], left[0]), Math.min(of[1], left[1])];
      left = minus(left, taken);
      return taken;
    };
    const [a, b, c] = [part(skipped), part(expired), part(outside)];
    [skipped, expired, outside] = [minus(skipped, a), minus(expired, b), minus(outside, c)];
    standing.skipped = plus(standing.skipped, a);
    standing.expired = plus(standing.expired, b);
    standing.replicated = plus(standing.replicated, left);
    sum = plus(sum, left);
  }
  return sum;
}

function countOpen(
  counts: Counts,
  { whole, source }: KeyStacks,
  { amounts, covered }: KeyTally,
  { kind, missing, expired, oldest }: Exclude<Stand, { kind: 'right' }>,
  now: number,
): Amount {
  const open = covered.filter(({ versionId }) => missing === undefined || missing.has(versionId));
  const there = new Map(amounts.map(({ rule, versions, bytes }): [string, Amount] => [rule, [versions, bytes]]));
  for (const { rule, size, time } of open) {
    const standing: Standing = standingOf(counts, rule);
    standing[kind] = plus(standing[kind], [1, size]);
    there.set(rule, minus(there.get(rule) ?? NOTHING, [1, size]));
    const bucket = bucketOf(AGE_BOUNDS, now - time);
    counts.ages[bucket] = (counts.ages[bucket] ?? 0) + 1;
  }
  for (const { rule, size, versionId } of covered) {
    if (expired?.has(versionId) !== true) continue;
    const standing = standingOf(counts, rule);
    standing.expired = plus(standing.expired, [1, size]);
    there.set(rule, minus(there.get(rule) ?? NOTHING, [1, size]));
  }
  // For an incomplete stack it is not known which versions have a replica.
  const first = whole ? (oldest ?? source.at(-1)?.lastModified ?? 0) : 0;
  counts.oldest = Math.min(counts.oldest ?? first, first);
  let sum = NOTHING;
  for (const [rule, amount] of there) {
    const standing = standingOf(counts, rule);
    if (whole) {
      standing.replicated = plus(standing.replicated, amount);
      sum = plus(sum, amount);
    } else standing[kind] = plus(standing[kind], amount);
  }
  return sum;
}

/** If both sides have as many versions, they are in the same order, so each has its replica at its own position. */
function countLags(
  counts: Counts,
  { source, destination, whole }: KeyStacks,
  { covered, youngest }: KeyTally,
  note: Note | undefined,
  now: number,
): void {
  if (!whole || note !== undefined || youngest < now - LAG_WINDOW_MS) return;
  const written = source.filter((entry) => !entry.deleteMarker);
  const replicas = destination.filter((entry) => !entry.deleteMarker);
  if (written.length !== replicas.length || written.length !== covered.length) return;
  for (const [i, { existing, time }] of covered.entries()) {
    const [from, to] = [written[i], replicas[i]];
    if (existing || time < now - LAG_WINDOW_MS || from === undefined || to === undefined) continue;
    const lag = Math.max(0, momentOf(to) - momentOf(from));
    const bucket = bucketOf(LAG_BOUNDS, lag);
    counts.lags[bucket] = (counts.lags[bucket] ?? 0) + 1;
    counts.largestLag = Math.max(counts.largestLag, lag);
  }
}

/** ms since 1970. A version ID is more precise than whole seconds. */
const momentOf = ({ versionId, lastModified }: VersionEntry): number =>
  (timeOfVersionId(versionId) ?? lastModified * 1000) / 1000;
