import { describe, expect, it } from 'vitest';

import { candidatesFor } from '../../../shared/rules/index.ts';
import type { Rule, RuleSet } from '../../../shared/rules/index.ts';
import { sameRules } from '../../../shared/runs/index.ts';
import { BACKUP, OTHER, ROLE, SOURCE, rule } from '../rules/sample.ts';

const ruleSet = (...rules: Rule[]): RuleSet => ({ source: SOURCE, role: ROLE, rules, created: 0 });
const groupOf = (set: RuleSet) => candidatesFor(set, 'k')[0];

describe('sameRules', () => {
  it('finds rules equal that were read twice', () => {
    const read = () => groupOf(ruleSet(rule({ id: 'a' }), rule({ id: 'b', tags: [['team', 'x']] })));
    expect(sameRules(read(), read())).toBe(true);
    const set = ruleSet(rule());
    expect(sameRules(groupOf(set), groupOf(set))).toBe(true);
  });

  it.each<[string, Partial<Rule>]>([
    ['another start', { start: 5 }],
    ['another class', { storageClass: 'ARCHIVE' }],
    ['another tag', { tags: [['team', 'y']] }],
    ['no delete markers', { deleteMarkers: false }],
  ])('finds %s', (_what, some) => {
    const base = { deleteMarkers: true } as const;
    expect(sameRules(groupOf(ruleSet(rule(base))), groupOf(ruleSet(rule({ ...base, ...some }))))).toBe(false);
  });

  it('finds a rule more, a rule less, and another destination of the same rules', () => {
    const [one, two] = [rule({ id: 'a' }), rule({ id: 'b' })];
    expect(sameRules(groupOf(ruleSet(one)), groupOf(ruleSet(one, two)))).toBe(false);
    expect(sameRules(groupOf(ruleSet(one)), undefined)).toBe(false);
    expect(sameRules(undefined, undefined)).toBe(true);
    expect(sameRules({ destination: BACKUP, rules: [one] }, { destination: OTHER, rules: [one] })).toBe(false);
  });
});
