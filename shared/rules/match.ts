import { formatPlace } from '../cos/index.ts';
import { isReserved } from './reserved.ts';
import type { Candidates, Rule, RuleSet } from './types.ts';

/**
 * The enabled rules that speak about a key, one group per destination, the winning rule first: the higher priority,
 * then the earlier one in the document. Every group applies; within a group the first rule that has the version in
 * scope does. Keys of this service itself have none.
 */
export function candidatesFor(ruleSet: RuleSet, key: string): Candidates[] {
  if (isReserved(key)) return [];
  const groups = new Map<string, Rule[]>();
  for (const rule of ruleSet.rules) {
    if (!rule.enabled || !key.startsWith(rule.prefix)) continue;
    const name = formatPlace(rule.destination);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [rule]);
    else group.push(rule);
  }
  return [...groups.values()].flatMap((group) => {
    // The sort is stable, so equal priorities stay in document order.
    const rules = group.toSorted((a, b) => b.priority - a.priority);
    return rules[0] === undefined ? [] : [{ destination: rules[0].destination, rules }];
  });
}

/** What decides whether a rule covers one entry of a key's history. */
export interface ScopeEntry {
  /** ms since 1970; the second that COS gives is enough. */
  readonly time: number;
  /** Tags of that version; looked at only when the rule has a tag filter. */
  readonly tags: readonly (readonly [string, string])[];
  readonly deleteMarker: boolean;
  /** Whether the entry is the newest of its key; matters for `ExistingObjectReplication` `Current` alone. */
  readonly current?: boolean;
}

/** Whether an enabled rule whose prefix matches covers this version or delete marker. */
export function inScope(rule: Rule, entry: ScopeEntry): boolean {
  const { time, deleteMarker } = entry;
  if (time < rule.start && !coversExisting(rule, entry)) return false;
  if (deleteMarker) return rule.deleteMarkers && rule.tags.length === 0 && time >= rule.deleteMarkersSince;
  return rule.tags.every(([key, value]) => entry.tags.some((tag) => tag[0] === key && tag[1] === value));
}

function coversExisting({ existing }: Rule, { current }: ScopeEntry): boolean {
  return existing === 'All' || (existing === 'Current' && current === true);
}
