import { isReserved } from './reserved.ts';
import { candidatesFor, covers, governingRule } from './match.ts';
import type { ScopeEntry } from './match.ts';
import type { Rule, RuleSet } from './types.ts';

/** Why a rule does not cover a version. `outranked`: another rule for the same destination covers it. */
export const MISMATCHES = [
  'reserved',
  'disabled',
  'prefix',
  'before-start',
  'delete-marker',
  'tags',
  'outranked',
] as const;
export type Mismatch = (typeof MISMATCHES)[number];

export interface Verdict {
  readonly rule: Rule;
  /** Undefined when this rule governs the version at its destination. */
  readonly mismatch: Mismatch | undefined;
}

/** Says of each rule, in document order, whether it governs one version of a key, and otherwise the first reason. */
export function explain(ruleSet: RuleSet, key: string, entry: ScopeEntry): Verdict[] {
  const groups = candidatesFor(ruleSet, key).map(({ rules }) => rules);
  const governing = new Set(groups.map((rules) => governingRule(rules, entry)));
  // The first rule that covers the entry excludes all others, even where it does not replicate the entry.
  const winners = new Set(groups.map((rules) => rules.find((rule) => covers(rule, entry, entry.tags))));
  return ruleSet.rules.map((rule) => ({
    rule,
    mismatch: governing.has(rule) ? undefined : mismatchOf(rule, key, entry, winners.has(rule)),
  }));
}

function mismatchOf(rule: Rule, key: string, entry: ScopeEntry, wins: boolean): Mismatch {
  if (isReserved(key)) return 'reserved';
  if (!rule.enabled) return 'disabled';
  if (!key.startsWith(rule.prefix)) return 'prefix';
  if (wins) return 'delete-marker';
  if (covers(rule, entry, entry.tags)) return 'outranked';
  // The rule is tried again as if the version were new enough. Then only the other reasons are left.
  const time = Math.max(entry.time, rule.start);
  if (governingRule([rule], { ...entry, time }) !== undefined) return 'before-start';
  return entry.deleteMarker ? 'delete-marker' : 'tags';
}
