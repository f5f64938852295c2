import { formatPlace } from '../cos/index.ts';
import { isReserved } from './reserved.ts';
import type { Candidates, Rule, RuleSet } from './types.ts';

/**
 * The enabled rules that speak about a key, one group per destination, the winning rule first: the smallest priority,
 * then those without one in document order. Every group applies; within a group `governingRule` says which rule does. Keys of this service itself have none.
 */
export function candidatesFor(ruleSet: RuleSet, key: string): Candidates[] {
  if (isReserved(key)) return [];
  let groups = groupsOf.get(ruleSet);
  if (groups === undefined) {
    groups = groupRules(ruleSet);
    groupsOf.set(ruleSet, groups);
  }
  return groups.flatMap(({ destination, rules }) => {
    const speaking = rules.filter(({ prefix }) => key.startsWith(prefix));
    return speaking.length === 0 ? [] : [{ destination, rules: speaking }];
  });
}

/** A rule set never changes, and a function asks it about every event: a thousand rules are put in order once. */
const groupsOf = new WeakMap<RuleSet, readonly Candidates[]>();

function groupRules({ rules }: RuleSet): readonly Candidates[] {
  const groups = new Map<string, Rule[]>();
  for (const rule of rules) {
    if (!rule.enabled) continue;
    const name = formatPlace(rule.destination);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [rule]);
    else group.push(rule);
  }
  return [...groups.values()].flatMap((group) => {
    // The sort is stable, so rules without a priority stay in document order.
    const ordered = group.toSorted((a, b) => rankOf(a) - rankOf(b));
    return ordered[0] === undefined ? [] : [{ destination: ordered[0].destination, rules: ordered }];
  });
}

/** A document has priorities everywhere or nowhere, but one that was stored earlier may not. */
const rankOf = ({ priority }: Rule): number => (priority === 0 ? Number.POSITIVE_INFINITY : priority);

/** The facts that decide whether a rule covers one entry of a key's history. */
export interface ScopeEntry {
  /** ms since 1970; the second that COS gives is enough. */
  readonly time: number;
  /** Tags of that version; looked at only when the rule has a tag filter. */
  readonly tags: readonly (readonly [string, string])[];
  readonly deleteMarker: boolean;
  /** Whether the entry is the newest of its key; matters for `ExistingObjectReplication` `Current` alone. */
  readonly current?: boolean;
}

/**
 * The rule that governs one entry of a key's history at one destination; undefined: the entry is not replicated. `rules`
 * are those of one group of `candidatesFor`. The first one that covers the entry decides everything: where it replicates
 * no delete markers, a rule behind it does not either. Entries without `tags` stand for "perhaps": every tag filter is
 * taken to match.
 */
export function governingRule(
  rules: readonly Rule[],
  entry: Omit<ScopeEntry, 'tags'> & { readonly tags?: ScopeEntry['tags'] | undefined },
): Rule | undefined {
  // P30: A rule with a tag filter covers the versions that have the tag.
  const winner = rules.find((rule) => covers(rule, entry, entry.tags ?? rule.tags));
  return winner !== undefined && (!entry.deleteMarker || replicatesMarker(winner, entry)) ? winner : undefined;
}

/** Whether the rule speaks about an entry with these tags at all. No delete marker has tags. */
export function covers(rule: Rule, entry: Omit<ScopeEntry, 'tags'>, tags: ScopeEntry['tags']): boolean {
  // P30b: What is older than the rule is covered only where it asks for existing objects.
  if (entry.time < rule.start && !coversExisting(rule, entry)) return false;
  if (entry.deleteMarker) return rule.tags.length === 0;
  return rule.tags.every(([key, value]) => tags.some((tag) => tag[0] === key && tag[1] === value));
}

const replicatesMarker = (rule: Rule, { time }: Pick<ScopeEntry, 'time'>): boolean =>
  rule.deleteMarkers && time >= rule.deleteMarkersSince;

function coversExisting({ existing }: Rule, { current }: Pick<ScopeEntry, 'current'>): boolean {
  return existing === 'All' || (existing === 'Current' && current === true);
}
