import { samePlace } from '../cos/index.ts';
import { candidatesOfRun, isReserved, type Candidates, type RuleSet, type RuleStore } from '../rules/index.ts';
import type { Target } from '../tasks/index.ts';
import { RULES_BELIEVED_MS } from '../durations/index.ts';

/** The rules of one destination that speak about a key. */
export function rulesOf(ruleSet: RuleSet | undefined, { destination, key }: Target): Candidates | undefined {
  if (ruleSet === undefined) return undefined;
  return candidatesOfRun(ruleSet, key).find((group) => samePlace(group.destination, destination));
}

/** Whether no rule speaks about a key at a destination now, but one that is disabled would. */
export const isPaused = (ruleSet: RuleSet | undefined, { destination, key }: Target): boolean =>
  (!isReserved(key) &&
    ruleSet?.rules.some(
      (rule) => !rule.enabled && key.startsWith(rule.prefix) && samePlace(rule.destination, destination),
    )) ??
  false;

/** Whether two groups ask for the same. Mostly they are of one rule set, and hold the very same rules. */
export function sameRules(a: Candidates | undefined, b: Candidates | undefined): boolean {
  if (a !== undefined && b !== undefined && a.rules.length === b.rules.length) {
    if (a.rules.every((rule, i) => rule === b.rules[i])) return samePlace(a.destination, b.destination);
  }
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * To be asked before each write of a run: whether the rules that it works by are still those that are stored. It throws
 * `CosError` when nobody can tell. `latest` is what was asked for at `asked` (ms since 1970). Later than that it is asked
 * again, so that a run does not go on for minutes by a rule that is gone.
 */
export function createConfirm(
  { rules, now }: { readonly rules: RuleStore; readonly now: () => number },
  target: Target,
  group: Candidates,
  from: { readonly latest: Promise<RuleSet | undefined>; readonly asked: number },
): () => Promise<boolean> {
  let { latest, asked } = from;
  // One comparison serves one answer, because parts of a large copy ask many times within a second.
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
