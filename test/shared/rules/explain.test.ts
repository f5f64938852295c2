import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { candidatesFor, explain, governingRule } from '../../../shared/rules/index.ts';
import type { Rule, RuleSet, ScopeEntry } from '../../../shared/rules/index.ts';
import { BACKUP, OTHER, ROLE, SOURCE, rule } from './sample.ts';

const set = (...rules: Rule[]): RuleSet => ({ source: SOURCE, role: ROLE, rules, created: 0 });
const version: ScopeEntry = { time: 5000, tags: [], deleteMarker: false };
const reasons = (rules: Rule[], entry: ScopeEntry = version, key = 'a/b') =>
  explain(set(...rules), key, entry).map(({ mismatch }) => mismatch);

describe('explain', () => {
  it('names the rule that governs at each destination', () => {
    expect(reasons([rule({ id: 'a' }), rule({ id: 'b', destination: OTHER })])).toEqual([undefined, undefined]);
  });

  it.each<[string, Partial<Rule>, Partial<ScopeEntry>, string]>([
    ['disabled', { enabled: false }, {}, 'disabled'],
    ['prefix', { prefix: 'b' }, {}, 'prefix'],
    ['before-start', { start: 6000 }, {}, 'before-start'],
    ['tags', { tags: [['x', '1']] }, {}, 'tags'],
    ['tags before the start', { tags: [['x', '1']], start: 6000 }, {}, 'tags'],
    ['delete-marker', { deleteMarkers: false }, { deleteMarker: true }, 'delete-marker'],
    ['a delete marker older than the switch', { deleteMarkersSince: 6000 }, { deleteMarker: true }, 'delete-marker'],
    ['an older version of existing objects', { start: 6000, existing: 'Current' }, { current: false }, 'before-start'],
  ])('gives the reason: %s', (_, change, entry, reason) => {
    expect(reasons([rule(change)], { ...version, ...entry })).toEqual([reason]);
  });

  it('names the rules that another one outranks', () => {
    expect(
      reasons([rule({ id: 'a', priority: 3 }), rule({ id: 'b', priority: 1 }), rule({ id: 'c', priority: 2 })]),
    ).toEqual(['outranked', undefined, 'outranked']);
    expect(reasons([rule({ id: 'a', enabled: false, priority: 9 }), rule({ id: 'b' })])).toEqual([
      'disabled',
      undefined,
    ]);
  });

  it('says which rule keeps a delete marker from being replicated', () => {
    const rules = [rule({ id: 'a', priority: 2 }), rule({ id: 'b', priority: 1, deleteMarkers: false })];
    expect(reasons(rules, { ...version, deleteMarker: true })).toEqual(['outranked', 'delete-marker']);
    expect(reasons(rules)).toEqual(['outranked', undefined]);
  });

  it('has no rule for objects of this service itself', () => {
    expect(reasons([rule()], version, '.replication-preflight/x')).toEqual(['reserved']);
    expect(candidatesFor(set(rule()), '.replication-preflight/x')).toEqual([]);
    expect(candidatesFor(set(rule()), '.replication-preflight')).toHaveLength(1);
  });

  it('agrees with the engine, for any rules', () => {
    const tags = fc.subarray<readonly [string, string]>([
      ['x', '1'],
      ['y', '2'],
    ]);
    const rules = fc.array(
      fc.record({
        enabled: fc.boolean(),
        priority: fc.nat(2),
        prefix: fc.constantFrom('', 'a', 'a/', 'b'),
        tags,
        destination: fc.constantFrom(BACKUP, OTHER),
        deleteMarkers: fc.boolean(),
        start: fc.constantFrom(0, 5000, 6000),
        deleteMarkersSince: fc.constantFrom(0, 6000),
        existing: fc.constantFrom(undefined, 'All' as const, 'Current' as const),
      }),
      { maxLength: 6 },
    );
    const entry = fc.record({
      time: fc.constantFrom(4999, 5000),
      tags,
      deleteMarker: fc.boolean(),
      current: fc.boolean(),
    });
    fc.assert(
      fc.property(rules, entry, (changes, one) => {
        const ruleSet = set(...changes.map((change, n) => rule({ ...change, id: String(n) })));
        const governing = candidatesFor(ruleSet, 'a/b').map((group) => governingRule(group.rules, one));
        const told = explain(ruleSet, 'a/b', one).filter(({ mismatch }) => mismatch === undefined);
        expect(told.map(({ rule: each }) => each.id).toSorted()).toEqual(
          governing.flatMap((each) => (each === undefined ? [] : [each.id])).toSorted(),
        );
      }),
    );
  });
});
