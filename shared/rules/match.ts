import { formatPlace } from '../cos/index.ts';
import { isReserved } from './reserved.ts';
import type { Candidates, Rule, RuleSet } from './types.ts';

/**
 * The enabled rules whose prefix covers a key, one group per destination, the winning rule first: the smallest
 * priority, then those without one in document order. Every group applies; within a group `governingRule` selects the
 * rule. Keys of this service itself have none.
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

/**
 * A rule set never changes, and a function asks it about every event, so its rules (a thousand at most) are sorted
 * once.
 */
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

/** In a document either all rules have a priority or none has, but a document that was stored earlier may mix them. */
const rankOf = ({ priority }: Rule): number => (priority === 0 ? Number.POSITIVE_INFINITY : priority);

/** The facts that decide whether a rule covers one entry of a key's history. */
export interface ScopeEntry {
  /** ms since 1970; the whole second of COS is precise enough. */
  readonly time: number;
  /** Tags of that version; read only when the rule has a tag filter. */
  readonly tags: readonly (readonly [string, string])[];
  readonly deleteMarker: boolean;
  /** Whether the entry is the newest of its key; only `ExistingObjectReplication` `Current` asks for it. */
  readonly current?: boolean;
}

/**
 * The rule that governs one entry of a key's history at one destination; undefined when the entry is not replicated.
 * `rules` are those of one group of `candidatesFor`. The first one that covers the entry decides alone: where it
 * replicates no delete markers, a later rule does not either. If `tags` are missing they are not known yet, and every
 * tag filter counts as matching.
 */
export function governingRule(
  rules: readonly Rule[],
  entry: Omit<ScopeEntry, 'tags'> & { readonly tags?: ScopeEntry['tags'] | undefined },
): Rule | undefined {
  // P30: A rule with a tag filter covers only the versions that have the tag.
  const winner = rules.find((rule) => covers(rule, entry, entry.tags ?? rule.tags));
  return winner !== undefined && (!entry.deleteMarker || replicatesMarker(winner, entry)) ? winner : undefined;
}

/** Whether the rule covers an entry with these tags. A delete marker has no tags. */
export function covers(rule: Rule, entry: Omit<ScopeEntry, 'tags'>, tags: ScopeEntry['tags']): boolean {
  // P30b: A version that is older than the rule is covered only if the rule asks for existing objects.
  if (entry.time < rule.start && !coversExisting(rule, entry)) return false;
  if (entry.deleteMarker) return rule.tags.length === 0;
  return rule.tags.every(([key, value]) => tags.some((tag) => tag[0] === key && tag[1] === value));
}

const replicatesMarker = (rule: Rule, { time }: Pick<ScopeEntry, 'time'>): boolean =>
  rule.deleteMarkers && time >= rule.deleteMarkersSince;

function coversExisting({ existing }: Rule, { current }: Pick<ScopeEntry, 'current'>): boolean {
  return existing === 'All' || (existing === 'Current' && current === true);
}
