import type { HeadResult, VersionEntry } from '../cos/index.ts';
import { isNull, refOfEntry, refOfHead } from '../identity/index.ts';
import type { Ref } from '../identity/index.ts';
import { copyVersion } from './act/copy.ts';
import { hasProperties } from './act/properties.ts';
import { missingOf, plan } from './decide/plan.ts';
import { governing } from './decide/scope.ts';
import { isHalt, type Ending, type Halt } from './halt.ts';
import { claimAt } from './look/claim.ts';
import { findingOf, type Candidate } from './look/candidates.ts';
import { KeyListing } from './run/listing.ts';
import { observe } from './look/observe.ts';
import { headOfEntry } from './run/sealed.ts';
import type { DestinationClock } from './run/heads.ts';
import { createRun, type Needs } from './run/run.ts';
import type { EngineDeps } from './settings.ts';
import type { Entry, Skip, Step, Work } from './types.ts';

/*
 * A scan already has both listings, so they need not be requested key by key. The functions here cost as little as
 * possible: one HEAD for each replica that is proved; HEAD and copy for each version of a key that has nothing at the
 * destination.
 */

/** Both stacks of the key, newest first and complete. */
export interface Listed {
  readonly source: readonly VersionEntry[];
  readonly destination: readonly VersionEntry[];
}

export interface Proof {
  /** Nothing has to be done, as far as these two listings show. */
  readonly right: boolean;
  /** Versions in scope that are neither there nor count as removed there, as version IDs of the source. */
  readonly missing: readonly string[];
  /**
   * ms since 1970 of the oldest version or delete marker that is missing there. Undefined when other steps are needed
   * too, so that it may be any.
   */
  readonly oldest: number | undefined;
  /** Versions in scope without a replica that count as removed by the destination's lifecycle. */
  readonly expired: readonly string[];
}

/**
 * Whether a key is right, from its listings and a HEAD of each version at the destination, by the same plan that
 * `converge` follows. Writes nothing and takes no lease: `converge` looks again at a key that is not right. Throws
 * `CosError`.
 */
export async function prove(deps: EngineDeps, work: Work, listed: Listed, stop: number): Promise<Proof | Ending> {
  const run = createRun(deps, work, { stop });
  const listings = [
    KeyListing.of(run, 'source', listed.source),
    KeyListing.of(run, 'destination', listed.destination),
  ] as const;
  const all = { floor: 0, since: Number.POSITIVE_INFINITY };
  const seen = await observe(run, await currentOf(run, listed), all, listings);
  // A listed version is gone, so the two listings are out of date.
  if (isHalt(seen)) return seen.halt === 'look-again' ? UNPROVEN : seen;
  const planned = plan(seen);
  // P37c: A key is right when its plan has no steps.
  const stands = !seen.doubtful && planned.kind === 'steps' && planned.steps.length === 0;
  // P47: If the work asks for it, this includes tags and ACLs, which no listing shows.
  const isSame = !stands || !work.compare || (await hasProperties(run, seen));
  if (isHalt(isSame)) return isSame;
  const missing = missingOf(seen, new Set());
  const there = new Set(seen.stack.map((item) => (item.kind === 'replica' ? item.marker.ref.id : undefined)));
  const expired = seen.entries.filter(
    (entry) => !entry.deleteMarker && !there.has(entry.ref.id) && !missing.includes(entry),
  );
  return {
    right: stands && isSame,
    missing: missing.map((entry) => entry.versionId),
    oldest: planned.kind === 'steps' ? oldestOf(planned.steps) : undefined,
    expired: expired.map((entry) => entry.versionId),
  };
}

const UNPROVEN: Proof = { right: false, missing: [], oldest: undefined, expired: [] };

function oldestOf(steps: readonly Step[]): number | undefined {
  // In a loop: spreading a hundred thousand steps as arguments would overflow the stack.
  const oldest = steps.reduce(
    (least, step) => Math.min(least, step.kind === 'copy' || step.kind === 'mark' ? step.entry.ref.time / 1000 : 0),
    Number.POSITIVE_INFINITY,
  );
  return steps.length > 0 && oldest > 0 ? Math.floor(oldest) : undefined;
}

/** The answer that a HEAD of the key would give, by the listing. */
function shownBy([newest]: readonly VersionEntry[], date: number): HeadResult {
  if (newest === undefined || newest.deleteMarker)
    return { found: false, date, deleteMarker: newest !== undefined, versionId: newest?.versionId };
  return { found: true, date, head: headOfEntry(newest) };
}

/**
 * The current version of the source, going by the listing. Of a `null` version a HEAD tells more: those of one second differ in
 * their metadata, which no listing shows. Throws `CosError`.
 */
export async function currentOf(run: Needs<'deps' | 'heads'>, { source }: Listed): Promise<HeadResult> {
  const [newest] = source;
  if (newest !== undefined && !newest.deleteMarker && isNull(newest.versionId))
    return run.heads.source(newest.versionId);
  return shownBy(source, run.deps.now());
}

/** Most versions of one key that are copied without reading anything twice. A longer history is left to `converge`. */
const MOST = 50;

/** `unfit`: nothing was written, and `converge` has to do it. */
export type History =
  | { readonly kind: 'unfit' }
  | {
      readonly kind: 'copied';
      /** Version IDs at the destination, oldest first; undefined where the answer named none. */
      readonly written: readonly (string | undefined)[];
      readonly bytes: number;
      readonly skipped: readonly Skip[];
    };

/**
 * Whether the history of a key can be written without a lease: nothing is at the destination, all entries have settled,
 * and all are versions. Where other buckets replicate to the source or from the destination, a key has several writers
 * and needs the lease.
 */
export function isPlainHistory(deps: EngineDeps, work: Work, listed: Listed, settledBefore: number): boolean {
  const { settings } = deps;
  if ([work.source, work.destination].some((place) => settings.sharedWith(place) !== undefined)) return false;
  // P39b: Only where nothing is at the destination.
  if (listed.destination.length > 0 || listed.source.length > MOST) return false;
  const covered = entriesOf(work, listed.source);
  return (
    covered.length > 0 &&
    listed.source.every((entry) => entry.lastModified < settledBefore && !isNull(entry.versionId)) &&
    covered.every((entry) => !entry.deleteMarker)
  );
}

/**
 * Copies the history of a key for which `isPlainHistory` holds, oldest first. It takes no lease, so a run that an event
 * has started may write the key too: a version is then there twice, or out of order. `converge` mends both, and nothing
 * is lost, because versions are only added and no delete marker is made. So the caller looks at both listings again
 * when they have settled. It counts the key as right only if they show exactly the written versions, and otherwise
 * leaves it to `converge`. Throws `ServiceError`. After an unknown outcome the key has to be looked at again when the
 * request can no longer land.
 */
export async function copyHistory(
  deps: EngineDeps,
  work: Work,
  listed: Listed,
  { stop, isInForce, clock }: CopyHistoryOptions,
): Promise<History | Halt> {
  const run = createRun(deps, work, { stop, isInForce, clock });
  const { heads, verdictLog } = run;
  run.gate.prepare();
  const entries = entriesOf(work, listed.source);
  const candidates: Candidate[] = [];
  for (const entry of entries) {
    const over = run.time.over();
    if (over) return over;
    // The current version is requested without its ID. If a newer one exists, its own event is on the way.
    const result = await heads.source(entry.current === true ? undefined : entry.versionId);
    if (!result.found || refOfHead(result.head).id !== entry.ref.id) return { kind: 'unfit' };
    if ((await claimAt(run, result.head, 'source')).kind === 'ours') return { kind: 'unfit' };
    if (result.head.size > deps.settings.inlineBytes) return { kind: 'unfit' };
    const finding = await findingOf(run, entry, result.head);
    if (finding.kind === 'none' || finding.kind === 'untagged') return { kind: 'unfit' };
    if (finding.kind === 'copy') candidates.push(finding.candidate);
    else verdictLog.skip(finding.skip);
  }
  // A skipped version has no replica and may be copied some day, so no base names it.
  let base: Ref | undefined;
  for (const candidate of candidates) {
    const halt = await copyVersion(run, candidate, base);
    if (halt) return halt;
    base = candidate.entry.ref;
  }
  return {
    kind: 'copied',
    written: run.deeds.written.map(({ versionId }) => (isNull(versionId) ? undefined : versionId)),
    bytes: run.deeds.counts.bytes,
    skipped: [...verdictLog.skipped.values()],
  };
}

export interface CopyHistoryOptions {
  /** ms since 1970: no step is begun later. */
  readonly stop: number;
  /** Whether the rules of the work are still those that are stored. */
  readonly isInForce: () => Promise<boolean>;
  readonly clock: DestinationClock;
}

/** Oldest first, only those that a rule covers. */
function entriesOf({ rules }: Work, source: readonly VersionEntry[]): Entry[] {
  return source
    .map((entry, i) => ({
      ref: refOfEntry(entry),
      versionId: entry.versionId,
      deleteMarker: entry.deleteMarker,
      ...(i === 0 && !entry.deleteMarker ? { current: true } : {}),
    }))
    .filter((entry) => governing(rules, entry) !== undefined)
    .toReversed();
}
