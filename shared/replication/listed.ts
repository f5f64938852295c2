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
import { createRun } from './run/run.ts';
import type { EngineDeps } from './settings.ts';
import type { Entry, Skip, Step, Work } from './types.ts';

/*
 * A scan has both listings at hand already, so it need not ask for them key by key. What is here costs as little as can be:
 * one HEAD for each replica that is proved, HEAD and copy for each version of a key that has nothing at the destination.
 */

/** Both stacks of the key, newest first and in whole. */
export interface Listed {
  readonly source: readonly VersionEntry[];
  readonly destination: readonly VersionEntry[];
}

export interface Proof {
  /** Nothing is to be done, as far as these two listings tell. */
  readonly right: boolean;
  /** Versions in scope that are neither there nor taken for removed there: version IDs of the source. */
  readonly missing: readonly string[];
  /**
   * ms since 1970 of the oldest version or delete marker that is to be brought there; undefined: more than that is to be
   * done, so that it may be any.
   */
  readonly oldest: number | undefined;
  /** Versions in scope without a replica, which is taken for removed by the destination's lifecycle. */
  readonly expired: readonly string[];
}

/**
 * Whether a key is right, from its listings and a HEAD of each version at the destination, by the very plan that `converge`
 * follows. Writes nothing and takes no lease: what is found wrong is for `converge` to look at again. Throws `CosError`.
 */
export async function prove(deps: EngineDeps, work: Work, listed: Listed, stop: number): Promise<Proof | Ending> {
  const run = createRun(deps, work, { stop });
  const listings = [
    KeyListing.of(run, 'source', listed.source),
    KeyListing.of(run, 'destination', listed.destination),
  ] as const;
  const all = { floor: 0, since: Number.POSITIVE_INFINITY };
  const seen = await observe(run, shownBy(listed.source, deps.now()), all, listings);
  // A listed version has gone, so the two listings say nothing any more.
  if (isHalt(seen)) return seen.halt === 'look-again' ? UNPROVEN : seen;
  const planned = plan(seen);
  // P37c: A key is right when nothing is to be done.
  const stands = !seen.doubtful && planned.kind === 'steps' && planned.steps.length === 0;
  // P47: Where the work asks for it that includes what no listing shows.
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
  // One by one: a spread of a hundred thousand steps is more than the stack holds.
  const oldest = steps.reduce(
    (least, step) => Math.min(least, step.kind === 'copy' || step.kind === 'mark' ? step.entry.ref.time / 1000 : 0),
    Number.POSITIVE_INFINITY,
  );
  return steps.length > 0 && oldest > 0 ? Math.floor(oldest) : undefined;
}

/** The answer that a HEAD of the key would give, going by the listing. */
export function shownBy([newest]: readonly VersionEntry[], date: number): HeadResult {
  if (newest === undefined || newest.deleteMarker)
    return { found: false, date, deleteMarker: newest !== undefined, versionId: newest?.versionId };
  return { found: true, date, head: headOfEntry(newest) };
}

/** Versions of one key that are copied without asking for anything twice; a longer history is for `converge`. */
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
 * Whether the history of a key can be written without a lease: nothing is there, all of it has settled, and it holds
 * versions alone. Where other buckets replicate to the source or from the destination a key has more than one writer.
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
 * Copies the history of a key for which `isPlainHistory` holds, oldest first. It takes no lease, so what it writes may meet
 * what a run writes that an event has started: then a version is there twice, or stands out of its order. Both are what
 * `converge` puts right, and nothing is lost, because versions are only added and no delete marker is made. So whoever calls
 * this looks at both listings again when they have settled, and takes the key for right only if they show exactly what was
 * written; otherwise `converge` does. Throws `ServiceError`; after an unknown outcome the key has to be looked at once
 * more when the request can no longer land.
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
    // The current version is asked for without its ID. If a newer one has come, the event of that one is on its way.
    const result = await heads.source(entry.current === true ? undefined : entry.versionId);
    if (!result.found || refOfHead(result.head).id !== entry.ref.id) return { kind: 'unfit' };
    if ((await claimAt(run, result.head, 'source')).kind === 'ours') return { kind: 'unfit' };
    if (result.head.size > deps.settings.inlineBytes) return { kind: 'unfit' };
    const finding = await findingOf(run, entry, result.head);
    if (finding.kind === 'none') return { kind: 'unfit' };
    if (finding.kind === 'copy') candidates.push(finding.candidate);
    else verdictLog.skip(finding.skip);
  }
  // A version that was passed over has no replica and may be copied some day, so no base names it.
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
  /** ms since 1970: no step is begun after it. */
  readonly stop: number;
  /** Whether the rules of the work are still those that are stored. */
  readonly isInForce: () => Promise<boolean>;
  readonly clock: DestinationClock;
}

/** Oldest first, those that a rule covers. */
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
