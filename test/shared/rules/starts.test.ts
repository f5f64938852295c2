import { describe, expect, it } from 'vitest';

import { mergeStarts } from '../../../shared/rules/index.ts';
import type { DocumentRule, Rule, RuleSet } from '../../../shared/rules/index.ts';
import { OTHER, ROLE, SOURCE, documentRule, rule } from './sample.ts';

const NOW = 1_700_000_000_999;
const SECOND = 1_700_000_000_000;
const BEFORE = 1_600_000_000_000;

function merged(before: Rule | undefined, next: Partial<DocumentRule> = {}) {
  const previous: RuleSet | undefined =
    before === undefined ? undefined : { source: SOURCE, role: ROLE, rules: [before], created: BEFORE };
  const [first] = mergeStarts(previous, [documentRule(next)], NOW);
  return first === undefined ? undefined : [first.start, first.deleteMarkersSince];
}

const old = (change: Partial<Rule> = {}) => rule({ start: BEFORE, deleteMarkersSince: BEFORE, ...change });

describe('mergeStarts', () => {
  it('remembers when a rule was last switched on again', () => {
    const since = (before: Rule, enabled = true) => {
      const ruleSet = { source: SOURCE, role: ROLE, rules: [before], created: BEFORE };
      return mergeStarts(ruleSet, [documentRule({ enabled })], NOW)[0]?.enabledSince;
    };
    expect(since(old())).toBeUndefined();
    expect(since(old({ enabled: false }))).toBe(SECOND);
    expect(since(old({ enabledSince: BEFORE + 1000 }))).toBe(BEFORE + 1000);
    expect(since(old({ enabledSince: BEFORE + 1000 }), false)).toBe(BEFORE + 1000);
    expect(since(old({ enabled: false, enabledSince: BEFORE + 1000 }))).toBe(SECOND);
  });

  it('starts a new rule in the second in which it is stored', () => {
    expect(merged(undefined)).toEqual([SECOND, SECOND]);
  });

  it('keeps the start of a rule whose ID, filter and destination stay', () => {
    expect(merged(old())).toEqual([BEFORE, BEFORE]);
    expect(merged(old(), { enabled: false, priority: 3, storageClass: 'ARCHIVE', replicaAcl: true })).toEqual([
      BEFORE,
      BEFORE,
    ]);
    expect(merged(old({ enabled: false }))).toEqual([BEFORE, BEFORE]);
  });

  it.each<[string, Partial<DocumentRule>]>([
    ['ID', { id: 'rule-2' }],
    ['prefix', { prefix: 'logs/' }],
    ['tags', { tags: [['a', '1']] }],
    ['destination', { destination: OTHER }],
  ])('starts the rule again with another %s', (_, change) => {
    expect(merged(old(), change)?.[0]).toBe(SECOND);
  });

  it('ignores the order of tags', () => {
    const tags: DocumentRule['tags'] = [
      ['a', '1'],
      ['b', '2'],
    ];
    expect(merged(old({ tags }), { tags: tags.toReversed() })?.[0]).toBe(BEFORE);
  });

  it('tells tags apart that differ only in where name and value are divided', () => {
    expect(merged(old({ tags: [['a', 'b,c']] }), { tags: [['a,b', 'c']] })?.[0]).toBe(SECOND);
  });

  it('replicates delete markers from the moment on when they are switched on', () => {
    expect(merged(old({ deleteMarkers: false }))).toEqual([BEFORE, SECOND]);
    expect(merged(old({ deleteMarkers: false }), { existing: 'All' })).toEqual([BEFORE, SECOND]);
    expect(merged(old(), { deleteMarkers: false })).toEqual([BEFORE, BEFORE]);
  });

  it('covers the delete markers of the history together with it', () => {
    expect(merged(undefined, { existing: 'All' })).toEqual([SECOND, 0]);
    expect(merged(undefined, { existing: 'Current' })).toEqual([SECOND, SECOND]);
    expect(merged(old(), { existing: 'All' })).toEqual([BEFORE, 0]);
  });

  it('remembers a switch when existing objects are asked for later', () => {
    const switched = BEFORE + 5000;
    expect(merged(old({ deleteMarkersSince: switched }), { existing: 'All' })).toEqual([BEFORE, switched]);
  });

  it('treats each rule of a document separately', () => {
    const previous = { source: SOURCE, role: ROLE, rules: [old({ id: 'a' }), old({ id: 'b' })], created: 0 };
    const next = [documentRule({ id: 'b' }), documentRule({ id: 'c' }), documentRule({ id: 'a' })];
    expect(mergeStarts(previous, next, NOW).map(({ id, start }) => [id, start])).toEqual([
      ['b', BEFORE],
      ['c', SECOND],
      ['a', BEFORE],
    ]);
  });
});
