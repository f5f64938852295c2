import { samePlace } from '../cos/index.ts';
import { candidatesOfRun, isReserved, type Candidates, type RuleSet, type RuleStore } from '../rules/index.ts';
import type { Target } from '../tasks/index.ts';
import { RULES_BELIEVED_MS } from '../durations/index.ts';

/** The rules of one destination that cover a key. */
export function rulesOf(ruleSet: RuleSet | undefined, { destination, key }: Target): Candidates | undefined {
  if (ruleSet === undefined) return undefined;
  return candidatesOfRun(ruleSet, key).find((group) => samePlace(group.destination, destination));
}

/** Whether a key has no enabled rule at a destination now, but a disabled one. */
export const isPaused = (ruleSet: RuleSet | undefined, { destination, key }: Target): boolean =>
  (!isReserved(key) &&
    ruleSet?.rules.some(
      (rule) => !rule.enabled && key.startsWith(rule.prefix) && samePlace(rule.destination, destination),
    )) ??
  false;

/** Whether two groups are equal. Mostly they come from one rule set and are identical. */
export function sameRules(a: Candidates | undefined, b: Candidates | undefined): boolean {
  if (a !== undefined && b !== undefined && a.rules.length === b.rules.length) {
    if (a.rules.every((rule, i) => rule === b.rules[i])) return samePlace(a.destination, b.destination);
  }
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Returns a check that a run makes before each write: are the rules that it works by still those that are stored? The
 * check throws `CosError` when they cannot be read. `latest` is the answer that was requested at `asked` (ms since
 * 1970). Once that is too old it is requested again, so that a run does not go on for minutes by a removed rule.
 */
export function createConfirm(
  { rules, now }: { readonly rules: RuleStore; readonly now: () => number },
  target: Target,
  group: Candidates,
  from: { readonly latest: Promise<RuleSet | undefined>; readonly asked: number },
): () => Promise<boolean> {
  let { latest, asked } = from;
  // One comparison serves for each answer, because parts of a large copy check many times within a second.
  let standing: Promise<boolean> | undefined;
  const stand = async (): Promise<boolean> => sameRules(rulesOf(await latest, target), group);
  return async () => {
    if (now() - asked >= RULES_BELIEVED_MS) {
      asked = now();
      latest = rules.getFresh(target.source);
      standing = undefined;
    }
    standing ??= stand();
    // P29: Nothing is written by rules that are not in force.
    return standing;
  };
}
