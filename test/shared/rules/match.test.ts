import { describe, expect, it } from 'vitest';

import { candidatesFor, governingRule } from '../../../shared/rules/index.ts';
import type { Rule, RuleSet, ScopeEntry } from '../../../shared/rules/index.ts';
import { BACKUP, OTHER, ROLE, SOURCE, rule } from './sample.ts';

function groups(key: string, ...rules: Rule[]): string[][] {
  return candidatesFor({ source: SOURCE, role: ROLE, rules, created: 0 }, key).map((group) =>
    group.rules.map(({ id }) => id),
  );
}

describe('candidatesFor', () => {
  it('gives the rules whose prefix the key begins with', () => {
    const rules = [rule({ id: 'all' }), rule({ id: 'logs', prefix: 'logs/' }), rule({ id: 'img', prefix: 'img/' })];
    expect(groups('logs/a', ...rules)).toEqual([['all', 'logs']]);
    expect(groups('logs', ...rules)).toEqual([['all']]);
    expect(groups('x', rule({ prefix: 'logs/' }))).toEqual([]);
  });

  it('gives right results for one key after the other, and for one rule set after the other', () => {
    const of = (...rules: Rule[]) => ({ source: SOURCE, role: ROLE, rules, created: 0 });
    const sets = [
      of(rule({ id: 'all' }), rule({ id: 'logs', prefix: 'logs/' })),
      of(rule({ id: 'img', prefix: 'img/' })),
    ];
    const ids = (set: RuleSet, key: string) => candidatesFor(set, key).map(({ rules }) => rules.map(({ id }) => id));
    for (let i = 0; i < 2; i += 1) {
      expect(sets.map((set) => ids(set, 'logs/a'))).toEqual([[['all', 'logs']], []]);
      expect(sets.map((set) => ids(set, 'img/a'))).toEqual([[['all']], [['img']]]);
    }
  });

  it('leaves disabled rules out', () => {
    expect(groups('a', rule({ enabled: false }))).toEqual([]);
  });

  it('covers no key of the service itself, so that the probe of a destination is not replicated', () => {
    expect(groups('.replication-preflight/probe', rule(), rule({ prefix: '.replication-preflight/' }))).toEqual([]);
    expect(groups('a/.replication-preflight/probe', rule({ id: 'all' }))).toEqual([['all']]);
  });

  it('applies rules with different destinations side by side', () => {
    const rules = [rule({ id: 'a' }), rule({ id: 'b', destination: OTHER }), rule({ id: 'c' })];
    expect(groups('k', ...rules)).toEqual([['a', 'c'], ['b']]);
    const [first, second] = candidatesFor({ source: SOURCE, role: ROLE, rules, created: 0 }, 'k');
    expect([first?.destination, second?.destination]).toEqual([BACKUP, OTHER]);
  });

  it('lets the smallest priority win at one destination, and a missing one never', () => {
    const rules = [
      rule({ id: 'none' }),
      rule({ id: 'late', priority: 1000 }),
      rule({ id: 'first', priority: 1 }),
      rule({ id: 'second', priority: 2 }),
      rule({ id: 'none too' }),
    ];
    expect(groups('k', ...rules)).toEqual([['first', 'second', 'late', 'none', 'none too']]);
  });
});

const inScope = (one: Rule, entry: ScopeEntry): boolean => governingRule([one], entry) !== undefined;

describe('the winning rule', () => {
  const marker = { time: 5000, tags: [], deleteMarker: true };
  const whole = rule({ id: 'whole', priority: 2 });

  it('decides about delete markers too: where it replicates none, no later rule does', () => {
    expect(governingRule([rule({ deleteMarkers: false }), whole], marker)).toBeUndefined();
    expect(governingRule([rule({ deleteMarkersSince: 6000 }), whole], marker)).toBeUndefined();
    expect(governingRule([rule({ id: 'a' }), rule({ deleteMarkers: false })], marker)?.id).toBe('a');
  });

  it('is the next one for versions that the first does not cover', () => {
    expect(governingRule([rule({ tags: [['a', '1']], deleteMarkers: false }), whole], marker)?.id).toBe('whole');
    expect(governingRule([rule({ start: 6000, deleteMarkers: false }), whole], marker)?.id).toBe('whole');
  });

  it('may be the first candidate where the tags are unknown', () => {
    const tagged = rule({ id: 'tagged', tags: [['a', '1']] });
    expect(governingRule([tagged, whole], { time: 5000, deleteMarker: false })?.id).toBe('tagged');
    expect(governingRule([tagged, whole], { time: 5000, deleteMarker: false, tags: [] })?.id).toBe('whole');
  });
});

describe('a rule', () => {
  const entry = { time: 5000, tags: [], deleteMarker: false };

  it('covers versions from the second of its start on', () => {
    expect(inScope(rule({ start: 5000 }), entry)).toBe(true);
    expect(inScope(rule({ start: 6000 }), entry)).toBe(false);
  });

  it('covers earlier versions when it asks for existing objects', () => {
    expect(inScope(rule({ start: 6000, existing: 'All' }), entry)).toBe(true);
    expect(inScope(rule({ start: 6000, existing: 'Current' }), entry)).toBe(false);
    expect(inScope(rule({ start: 6000, existing: 'Current' }), { ...entry, current: true })).toBe(true);
    expect(inScope(rule({ start: 6000 }), { ...entry, current: true })).toBe(false);
  });

  // P30
  it('needs every tag of the filter on the version', () => {
    const tagged = rule({
      tags: [
        ['a', '1'],
        ['b', '2'],
      ],
    });
    expect(
      inScope(tagged, {
        ...entry,
        tags: [
          ['b', '2'],
          ['c', '3'],
          ['a', '1'],
        ],
      }),
    ).toBe(true);
    expect(inScope(tagged, { ...entry, tags: [['a', '1']] })).toBe(false);
    expect(
      inScope(tagged, {
        ...entry,
        tags: [
          ['a', '2'],
          ['b', '1'],
        ],
      }),
    ).toBe(false);
  });

  it('covers delete markers only where it replicates them', () => {
    const marker = { ...entry, deleteMarker: true };
    expect(inScope(rule(), marker)).toBe(true);
    expect(inScope(rule({ deleteMarkers: false }), marker)).toBe(false);
    expect(inScope(rule({ tags: [['a', '1']] }), { ...marker, tags: [['a', '1']] })).toBe(false);
  });

  it('covers no delete marker from before the switch', () => {
    const marker = { ...entry, deleteMarker: true };
    expect(inScope(rule({ deleteMarkersSince: 5000 }), marker)).toBe(true);
    expect(inScope(rule({ deleteMarkersSince: 6000 }), marker)).toBe(false);
    expect(inScope(rule({ deleteMarkersSince: 6000 }), entry)).toBe(true);
    expect(inScope(rule({ start: 6000 }), marker)).toBe(false);
  });
});
