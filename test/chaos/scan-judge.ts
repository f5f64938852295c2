import { nodeHash, type Cos } from '../../shared/cos/index.ts';
import { PairStore, type ScanResult } from '../../shared/scan/index.ts';
import { timeOfVersionId, type Core } from '../cloud/cos/index.ts';
import type { Diary } from './diary.ts';
import { excuses } from './excused.ts';
import { byKey, isOriginal, nameOf, replicatedOver, type Listed, type Violation } from './invariants.ts';
import type { Ledger } from './ledger.ts';
import { orphanedCopies } from './orphans.ts';
import type { RuleBook } from './rule-book.ts';
import { skippedFor } from './skipped.ts';
import { isShared, type Link, type Topology } from './topology.ts';

/** ms by which the clocks of functions are wrong at most in worlds where buckets are shared. */
const CLOCKS_MS = 10_000;

interface ScanEvidence {
  readonly core: Core;
  /** The calls as they take effect. */
  readonly cos: Cos;
  readonly topology: Topology;
  readonly diary: Diary;
  readonly ledger: Ledger;
  readonly rules: readonly RuleBook[];
  readonly now: () => number;
}

/**
 * Compares the results of scans with the judge's own record: each in the moment of its writing, the last one by a
 * recount.
 */
export class ScanJudge {
  readonly violations: Violation[] = [];
  readonly #evidence: ScanEvidence;
  /** When each result was written, by its name; clocks of functions are minutes apart. */
  readonly #written = new Map<string, number>();

  constructor(evidence: ScanEvidence) {
    this.#evidence = evidence;
    evidence.core.onEvent(({ bucket, key, name }) => {
      if (!key.endsWith('/result') || !name.startsWith('cos:ObjectCreated:')) return;
      this.#written.set(key, evidence.now());
      const book = evidence.rules.find(({ state }) => state.bucket === bucket);
      if (book !== undefined) void this.#judge(book, key);
    });
  }

  /** For a user who relies on a result, no version from before its time is missing. */
  async #judge(book: RuleBook, key: string): Promise<void> {
    const { topology } = this.#evidence;
    for (const link of topology.links) {
      const store = this.#storeOf(book, link);
      if (store === undefined || !key.includes(store.digest)) continue;
      const result = await store.result();
      // A result under other rules says nothing about these.
      if (result?.completeUpTo == null || book.changedAt >= result.started) continue;
      const replicas = replicatedOver(this.#evidence, link);
      const isExcused = excuses(this.#evidence, link);
      for (const version of this.#dueOf(book, link)) {
        if (version.time / 1000 > result.completeUpTo || skippedFor(version) !== undefined) continue;
        // The version may have got the tags of the rule after the scan passed it.
        if (this.#evidence.diary.formerTags.has(version.versionId)) continue;
        // It was archived when the scan passed it, or may have been.
        if ((this.#evidence.diary.restored.get(version.versionId) ?? 0) > result.started) continue;
        if (!replicas.has(nameOf(version)) && !isExcused(version))
          this.violations.push({
            invariant: 'I8',
            text: `${version.key}: ${version.versionId} is missing at ${link.destination.bucket}, although the result says that it is complete`,
          });
      }
    }
  }

  /** Judges the last scan, while nobody writes: its counts are those of the buckets. */
  async recount(): Promise<readonly Violation[]> {
    const found: Violation[] = [];
    for (const book of this.#evidence.rules) {
      for (const link of this.#evidence.topology.links) {
        const store = this.#storeOf(book, link);
        const result = await store?.result();
        if (result === undefined || !book.pairs().some((pair) => pair.destination.bucket === link.destination.bucket))
          continue;
        if (this.#isMoved(link, result.started)) continue;
        const times = [...this.#written].filter(([key]) => store !== undefined && key.includes(store.digest));
        const written = Math.max(0, ...times.map(([, time]) => time));
        found.push(...this.#compare(book, link, result, written));
      }
    }
    return found;
  }

  /**
   * Whether other deployments may have written to a bucket of the link since the scan has listed it. `since` in ms since 1970,
   * by the clock of a function.
   */
  #isMoved({ source, destination }: Link, since: number): boolean {
    const { topology, ledger } = this.#evidence;
    if (!topology.sites.some((site) => isShared(topology, site))) return false;
    const made = [...ledger.made].map(([id, { place }]) => ({
      bucket: place.bucket,
      time: (timeOfVersionId(id) ?? Number.POSITIVE_INFINITY) / 1000,
    }));
    const marked = [...ledger.marked.values()].map(({ place, time }) => ({ bucket: place.bucket, time }));
    return [...made, ...marked, ...ledger.removed].some(
      ({ bucket, time }) => time > since - CLOCKS_MS && (bucket === source.bucket || bucket === destination.bucket),
    );
  }

  #compare(book: RuleBook, link: Link, { counts }: ScanResult, written: number): readonly Violation[] {
    /** `less`: the figure may be this much smaller. */
    const say = (what: string, told: number, there: number, less = 0): readonly Violation[] =>
      told <= there && told >= there - less
        ? []
        : [{ invariant: 'I8', text: `a scan counted ${told} ${what}, and there are ${there}` }];
    const prefix = book.prefix;
    const listed = (place: Link['source']): readonly Listed[] =>
      [...byKey(this.#evidence.core, place).entries()]
        .filter(([key]) => key.startsWith(prefix))
        .flatMap(([, all]) => all);
    const source = listed(link.source);
    const versions = source.filter(({ deleteMarker }) => !deleteMarker);
    const replicas = new Set([...replicatedOver(this.#evidence, link), ...orphanedCopies(this.#evidence, link)]);
    const { formerTags } = this.#evidence.diary;
    // Listings do not show tags, so a replica counts even if its version has lost the tags of the rule.
    const due = this.#dueOf(book, link, formerTags).filter(
      (version) => !formerTags.has(version.versionId) || replicas.has(nameOf(version)),
    );
    const standings = Object.values(counts.rules);
    const there = listed(link.destination).filter(({ deleteMarker }) => !deleteMarker).length;
    const told = standings.reduce((sum, { replicated }) => sum + replicated[0], 0);
    const replicated = due.filter((version) => replicas.has(nameOf(version))).length;
    // Surplus may be locked for hours after the scan that has counted it.
    const removedSince = this.#evidence.ledger.removed.filter(
      ({ bucket, time }) => bucket === link.destination.bucket && time > written,
    ).length;
    const skipped = standings.reduce((sum, one) => sum + one.skipped[0], 0);
    const passed = due.filter((version) => skippedFor(version) !== undefined && !replicas.has(nameOf(version))).length;
    // The versions of a key that another run held at that moment count as pending. Those of a key whose surplus is locked
    // count as failed, whatever was copied before that was found out.
    const open = standings.reduce((sum, { pending, failed }) => sum + pending[0] + failed[0], 0);
    const isBehind = told < replicated && replicated <= told + open;
    return [
      ...say(`versions at ${link.source.bucket}`, counts.source.current[0] + counts.source.older[0], versions.length),
      ...say(`delete markers at ${link.source.bucket}`, counts.source.deleteMarkers, source.length - versions.length),
      ...say(`skipped versions at ${link.source.bucket}`, skipped, passed, open),
      ...say(`replicated versions at ${link.destination.bucket}`, told, replicated, open),
      ...say(
        `others' versions at ${link.destination.bucket}`,
        counts.others?.[0] ?? -1,
        there - replicated + removedSince,
        isBehind ? removedSince : 0,
      ),
    ];
  }

  #storeOf(book: RuleBook, { source, destination }: Link): PairStore | undefined {
    if (source.bucket !== book.source.bucket) return undefined;
    return new PairStore({ cos: this.#evidence.cos, state: book.state, hash: nodeHash }, { source, destination });
  }

  /** `former`: earlier tags of versions. A replica that a version got by those stays. */
  #dueOf(book: RuleBook, link: Link, former: Diary['formerTags'] = new Map()): readonly Listed[] {
    const { core, ledger } = this.#evidence;
    return [...byKey(core, link.source).values()]
      .flat()
      .filter((version) => !version.deleteMarker && isOriginal(ledger, version))
      .filter(({ key, versionId, deleteMarker, time, attributes }) =>
        [attributes.tags, ...(former.get(versionId) ?? [])].some((tags) =>
          book.due(link, { key, deleteMarker, time: time / 1000, tags }),
        ),
      );
  }
}
