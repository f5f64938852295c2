import { governingRule, type Rule } from '../../rules/index.ts';
import type { Entry } from '../types.ts';

type Tags = readonly (readonly [string, string])[];

/**
 * The rule that governs a version. Tags are read only for versions about to be copied; without `tags` the rule may
 * govern it.
 */
export function governing(rules: readonly Rule[], entry: Entry, tags?: Tags): Rule | undefined {
  const { ref, deleteMarker, current = false } = entry;
  return governingRule(rules, { time: ref.time / 1000, deleteMarker, current, tags });
}

/** Whether any of the rules depends on the tags of a version. */
export const needsTags = (rules: readonly Rule[]): boolean => rules.some((rule) => rule.tags.length > 0);
