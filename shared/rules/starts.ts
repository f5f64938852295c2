import { samePlace } from '../cos/index.ts';
import type { DocumentRule, Rule, RuleSet } from './types.ts';

/**
 * Sets the start of each rule of a new document. A rule that existed under the same ID with the same filter and
 * destination keeps its start, whatever else changed. Any other one starts in this second.
 *
 * `now` in ms since 1970. Starts are whole seconds, like the times of COS, so a version of the very second in which the
 * rule was stored is covered.
 */
export function mergeStarts(previous: RuleSet | undefined, next: readonly DocumentRule[], now: number): Rule[] {
  const second = Math.floor(now / 1000) * 1000;
  const known = new Map(previous?.rules.map((rule) => [rule.id, rule]));
  return next.map((rule) => {
    const before = known.get(rule.id);
    return before !== undefined && sameRule(before, rule) ? goOn(before, rule, second) : begin(rule, second);
  });
}

function begin(rule: DocumentRule, second: number): Rule {
  // When the whole history is in scope, its delete markers are too: without them deleted objects would come back.
  return { ...rule, start: second, deleteMarkersSince: rule.existing === 'All' ? 0 : second };
}

function goOn(before: Rule, next: DocumentRule, second: number): Rule {
  const { start, deleteMarkersSince } = before;
  const enabledSince = next.enabled && !before.enabled ? second : before.enabledSince;
  const rule = { ...next, ...(enabledSince === undefined ? {} : { enabledSince }) };
  // Turning delete-marker replication on does not replicate older deletions.
  if (rule.deleteMarkers && !before.deleteMarkers) return { ...rule, start, deleteMarkersSince: second };
  const switchedLater = deleteMarkersSince > start;
  const opened = rule.existing === 'All' && before.existing !== 'All' && !switchedLater;
  return { ...rule, start, deleteMarkersSince: opened ? 0 : deleteMarkersSince };
}

/**
 * Whether two rules with one ID are the same rule. Missing IDs are made from filter and destination, so this is right
 * for them too.
 */
function sameRule(a: DocumentRule, b: DocumentRule): boolean {
  return a.prefix === b.prefix && samePlace(a.destination, b.destination) && tagsOf(a) === tagsOf(b);
}

/** The order of tags in a filter has no meaning. */
function tagsOf({ tags }: DocumentRule): string {
  return JSON.stringify(tags.map((tag) => JSON.stringify(tag)).sort());
}
