import type { Cos, Place, VersionEntry, VersionsPage } from '../cos/index.ts';
import { listedId } from '../identity/index.ts';
import { isArchived, plannedParts } from '../replication/index.ts';
import { isReserved, type Rule, type RuleSet } from '../rules/index.ts';
import { pairsOf } from './keep.ts';
import type { Pair } from './names.ts';
import { commonPrefix, PairRules, ruleOfEntry, rulesOfPair, type KeyRules } from './scope.ts';

/** Why a version below the listed prefix would get no replica, as far as a listing shows. */
export const FORECAST_SKIPS = ['reserved', 'prefix', 'before-start', 'delete-marker', 'archived'] as const;
export type ForecastSkip = (typeof FORECAST_SKIPS)[number];

/** All fields add up, so that the counts of several calls can be summed. */
export interface ForecastAmount {
  versions: number;
  bytes: number;
  deleteMarkers: number;
}

export interface Planned extends ForecastAmount {
  /** Versions that are the newest of their key. */
  objects: number;
}

export interface DestinationForecast {
  readonly destination: Place;
  /** By rule ID. */
  readonly rules: Map<string, Planned>;
  /** Parts of all versions that are copied in parts. */
  parts: number;
  /** The planned versions that get a replica only if they have the tags of the filter. */
  readonly ifTagged: ForecastAmount;
  /** The versions that the stored rules replicate already. */
  readonly already: ForecastAmount;
  readonly skipped: Map<ForecastSkip, ForecastAmount>;
}

export interface Forecast {
  /** The listed prefix: every key in the scope of an enabled rule begins with it. */
  readonly prefix: string;
  readonly entries: number;
  readonly destinations: readonly DestinationForecast[];
  /** The cursor to continue from, set when the time was up before the end. */
  readonly next: VersionsPage['next'];
}

export interface ForecastQuery {
  readonly cos: Pick<Cos, 'listVersions'>;
  /** The rules as if they were stored now. */
  readonly ruleSet: RuleSet;
  /** The stored rules. */
  readonly previous: RuleSet | undefined;
  /** The cursor at which an earlier forecast ended. */
  readonly from: VersionsPage['next'];
  /** ms since 1970: no page but the first is requested later. */
  readonly until: number;
  readonly now: () => number;
}

const amount = (): ForecastAmount => ({ versions: 0, bytes: 0, deleteMarkers: 0 });

/**
 * Counts the versions that the rules would replicate, from listings of the source alone. It writes nothing and does not
 * read the destination. It holds one page. Throws `CosError`.
 */
export async function forecast(query: ForecastQuery): Promise<Forecast> {
  const { cos, ruleSet, previous, until, now } = query;
  const pairs = pairsOf(ruleSet.source, ruleSet);
  const enabled = ruleSet.rules.filter((rule) => rule.enabled);
  const prefix = commonPrefix(enabled.map((rule) => rule.prefix));
  const counts = pairs.map((pair) => new PairForecast(pair, ruleSet, previous));
  let key: string | undefined;
  let position = 0;
  let entries = 0;
  let next = query.from;
  if (pairs.length > 0) {
    do {
      const page = await cos.listVersions(ruleSet.source, { prefix, ...next });
      for (const entry of page.entries) {
        if (entry.key !== key) {
          key = entry.key;
          // A continued listing may begin in the middle of a stack.
          position = entries === 0 && key === query.from?.keyMarker ? 1 : 0;
          for (const one of counts) one.begin(key);
        }
        for (const one of counts) one.add(entry, position);
        position += 1;
        entries += 1;
      }
      ({ next } = page);
    } while (next !== undefined && now() < until);
  }
  return { prefix, entries, destinations: counts.map(({ found }) => found), next };
}

class PairForecast {
  readonly found: DestinationForecast;
  readonly #rules: PairRules;
  readonly #before: PairRules;
  #now: KeyRules = { rules: [], terms: '' };
  #then: KeyRules = { rules: [], terms: '' };

  constructor(pair: Pair, ruleSet: RuleSet, previous: RuleSet | undefined) {
    this.#rules = new PairRules(ruleSet, pair);
    this.#before = new PairRules(previous, pair);
    this.found = {
      destination: pair.destination,
      rules: new Map(rulesOfPair(ruleSet, pair).map(({ id }) => [id, { objects: 0, ...amount() }])),
      parts: 0,
      ifTagged: amount(),
      already: amount(),
      skipped: new Map(),
    };
  }

  begin(key: string): void {
    this.#now = this.#rules.of(key);
    this.#then = this.#before.of(key);
  }

  add(entry: VersionEntry, position: number): void {
    const perhaps = ruleOfEntry(this.#now, entry, position);
    if (perhaps === undefined) return this.#skip(reasonOf(this.#now, entry), entry);
    if (!entry.deleteMarker && isArchived(entry.storageClass)) return this.#skip('archived', entry);
    const certain = perhaps.tags.length === 0 ? perhaps : ruleOfEntry(this.#now, entry, position, []);
    if (this.#isCovered(entry, position, certain ?? perhaps)) return addTo(this.found.already, entry);
    if (certain === undefined) addTo(this.found.ifTagged, entry);
    const planned = this.found.rules.get((certain ?? perhaps).id);
    if (planned === undefined) return;
    addTo(planned, entry);
    if (entry.deleteMarker) return;
    if (position === 0) planned.objects += 1;
    this.found.parts += plannedParts(entry.size);
  }

  /** Whether the stored rules cover the entry for certain, or under the same condition as the new rule. */
  #isCovered(entry: VersionEntry, position: number, rule: Rule): boolean {
    if (ruleOfEntry(this.#then, entry, position, []) !== undefined) return true;
    const before = ruleOfEntry(this.#then, entry, position);
    return before !== undefined && tagsOf(before) === tagsOf(rule);
  }

  #skip(reason: ForecastSkip, entry: VersionEntry): void {
    const sum = this.found.skipped.get(reason) ?? amount();
    this.found.skipped.set(reason, sum);
    addTo(sum, entry);
  }
}

/** The order of tags in a filter has no meaning. */
const tagsOf = ({ tags }: Rule): string => JSON.stringify(tags.map((tag) => JSON.stringify(tag)).sort());

function addTo(sum: ForecastAmount, { deleteMarker, size }: VersionEntry): void {
  if (deleteMarker) sum.deleteMarkers += 1;
  else {
    sum.versions += 1;
    sum.bytes += size;
  }
}

/** Why no rule governs an entry. */
function reasonOf(key: KeyRules, entry: VersionEntry): ForecastSkip {
  if (key.rules.length === 0) return isReserved(entry.key) ? 'reserved' : 'prefix';
  // The rules are tried again as if the version were new enough. Then only the other reasons are left.
  const start = Math.max(...key.rules.map((rule) => Math.max(rule.start, rule.deleteMarkersSince)));
  const young = { ...entry, versionId: listedId(undefined), lastModified: Math.max(entry.lastModified, start) };
  return ruleOfEntry(key, young, 0) === undefined ? 'delete-marker' : 'before-start';
}
