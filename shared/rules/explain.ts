import { isReserved } from './reserved.ts';
import { candidatesFor, inScope } from './match.ts';
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
  /** Undefined: this is the rule that governs the version at its destination. */
  readonly mismatch: Mismatch | undefined;
}

/** Tells of each rule, in document order, whether it governs one version of a key, and the first reason why not. */
export function explain(ruleSet: RuleSet, key: string, entry: ScopeEntry): Verdict[] {
  const governing = new Set(candidatesFor(ruleSet, key).map(({ rules }) => rules.find((rule) => inScope(rule, entry))));
  return ruleSet.rules.map((rule) => ({
    rule,
    mismatch: governing.has(rule) ? undefined : mismatchOf(rule, key, entry),
  }));
}

function mismatchOf(rule: Rule, key: string, entry: ScopeEntry): Mismatch {
  if (isReserved(key)) return 'reserved';
  if (!rule.enabled) return 'disabled';
  if (!key.startsWith(rule.prefix)) return 'prefix';
  if (inScope(rule, entry)) return 'outranked';
  // Asked again as if it were new enough: then only what is left can be the reason.
  const time = Math.max(entry.time, rule.start);
  if (inScope(rule, { ...entry, time })) return 'before-start';
  return entry.deleteMarker ? 'delete-marker' : 'tags';
}
