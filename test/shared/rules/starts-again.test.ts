import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { mergeStarts } from '../../../shared/rules/index.ts';
import type { Rule, RuleSet } from '../../../shared/rules/index.ts';
import { BACKUP, OTHER, ROLE, SOURCE, rule } from './sample.ts';

const arbitraryRule: fc.Arbitrary<Rule> = fc
  .record({
    enabled: fc.boolean(),
    prefix: fc.constantFrom('', 'logs/'),
    tags: fc.subarray<[string, string]>([
      ['a', '1'],
      ['b', '2'],
    ]),
    destination: fc.constantFrom(BACKUP, OTHER),
    deleteMarkers: fc.boolean(),
    existing: fc.constantFrom('All' as const, 'Current' as const, undefined),
    start: fc.nat(10).map((seconds) => seconds * 1000),
    later: fc.nat(2).map((seconds) => seconds * 1000),
    whole: fc.boolean(),
  })
  .map(({ later, whole, ...some }) => rule({ ...some, deleteMarkersSince: whole ? 0 : some.start + later }));

it('mergeStarts keeps everything when the same document is stored again, the moment of a switch included', () => {
  fc.assert(
    fc.property(fc.array(arbitraryRule, { maxLength: 4 }), fc.nat(10_000), (some, now) => {
      const rules = some.map((one, i) => ({ ...one, id: `rule-${i}` }));
      const previous: RuleSet = { source: SOURCE, role: ROLE, rules, created: 0 };
      expect(mergeStarts(previous, rules, now)).toEqual(rules);
    }),
  );
});
