import { formatPlace } from '../cos/index.ts';
import { FIRST_PRIORITY, LAST_PRIORITY } from './limits.ts';
import { invalid, quote } from './refusal.ts';
import type { DocumentRule } from './types.ts';

/**
 * Where rules without a `Priority` must not overlap. COS says that overlapping prefixes need a `Priority`. It also says
 * that several rules may name different destinations. It does not say whether the first holds between two destinations.
 */
export type OverlapReading = 'per-destination' | 'whole-document';

/**
 * Checks the priorities of the rules of one document: all rules have a `Priority` or none has; no two have the same;
 * and without one no prefix begins with another. Disabled rules count, because otherwise enabling them would be
 * refused. Throws `ServiceError` `InvalidArgument` (400).
 */
export function checkPriorities(rules: readonly DocumentRule[], reading: OverlapReading): void {
  const without = rules.find(({ priority }) => priority === 0);
  const ranked = rules.filter(({ priority }) => priority !== 0);
  const [first] = ranked;
  if (first === undefined) return checkOverlaps(rules, reading);
  if (without !== undefined) {
    throw invalid(
      'InvalidArgument',
      `The rule ${quote(first.id)} has a Priority and the rule ${quote(without.id)} has none. Give one to all rules or to none.`,
    );
  }
  const taken = new Map<number, DocumentRule>();
  for (const rule of ranked) {
    const other = taken.get(rule.priority);
    if (other !== undefined) {
      throw invalid(
        'InvalidArgument',
        `The rules ${quote(other.id)} and ${quote(rule.id)} both have the Priority ${rule.priority}. Give each rule its own.`,
      );
    }
    taken.set(rule.priority, rule);
  }
}

/** Sorts the prefixes as texts, which places a prefix right before one that begins with it. */
function checkOverlaps(rules: readonly DocumentRule[], reading: OverlapReading): void {
  const groups = new Map<string, DocumentRule[]>();
  for (const rule of rules) {
    const name = reading === 'whole-document' ? '' : formatPlace(rule.destination);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [rule]);
    else group.push(rule);
  }
  for (const group of groups.values()) {
    const sorted = group.toSorted((a, b) => (a.prefix < b.prefix ? -1 : a.prefix > b.prefix ? 1 : 0));
    for (const [index, rule] of sorted.entries()) {
      const next = sorted[index + 1];
      if (next === undefined || !next.prefix.startsWith(rule.prefix)) continue;
      throw invalid(
        'InvalidArgument',
        `The prefixes ${quote(rule.prefix)} and ${quote(next.prefix)} of the rules ${quote(rule.id)} and ${quote(next.id)} overlap. Give every rule a Priority (${FIRST_PRIORITY} to ${LAST_PRIORITY}, the smallest wins).`,
      );
    }
  }
}
