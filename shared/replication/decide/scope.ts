import { inScope, type Rule } from '../../rules/index.ts';
import type { Entry } from '../types.ts';

type Tags = readonly (readonly [string, string])[];

/**
 * The rule that governs a version: the first in winning order that has it in scope. Without `tags` the answer is
 * "perhaps": rules with a tag filter are taken to match, and the tags are read only for versions about to be copied.
 */
export function governing(rules: readonly Rule[], entry: Entry, tags?: Tags): Rule | undefined {
  const { ref, deleteMarker, current = false } = entry;
  const time = ref.time / 1000;
  return rules.find((rule) => inScope(rule, { time, deleteMarker, current, tags: tags ?? rule.tags }));
}

/** Whether any of the rules needs to know the tags of a version. */
export const needsTags = (rules: readonly Rule[]): boolean => rules.some((rule) => rule.tags.length > 0);
