import { describe, expect, it } from 'vitest';

import { parseRules } from '../../../shared/rules/index.ts';
import { BACKUP, DESTINATION, configuration } from './sample.ts';

const ELSEWHERE = DESTINATION.replace('backup', 'third');

interface Sent {
  readonly prefix?: string;
  readonly priority?: number;
  readonly elsewhere?: boolean;
  readonly status?: string;
}

const document = (...rules: Sent[]): string =>
  configuration(
    ...rules.map(
      ({ prefix = '', priority, elsewhere = false, status = 'Enabled' }, index) =>
        `<ID>${index}</ID><Status>${status}</Status><Prefix>${prefix}</Prefix>` +
        `${priority === undefined ? '' : `<Priority>${priority}</Priority>`}${elsewhere ? ELSEWHERE : DESTINATION}`,
    ),
  );

describe('rules of one document', () => {
  it.each([
    ['all with a priority of their own', [{ priority: 1000 }, { priority: 1 }, { priority: 2 }]],
    ['none with a priority, and no prefix within another', [{ prefix: 'a/' }, { prefix: 'b/' }, { prefix: 'ab' }]],
    ['for different destinations, each for the whole bucket', [{}, { elsewhere: true }]],
  ])('work side by side: %s', (_, rules) => {
    expect(parseRules(document(...rules)).rules).toHaveLength(rules.length);
  });

  it.each([
    [
      'one with a priority and one without',
      [{ priority: 1, prefix: 'a' }, { prefix: 'b' }],
      /"0" has a Priority and the rule "1" has none/,
    ],
    ['one priority twice', [{ priority: 5 }, { priority: 5, elsewhere: true }], /"0" and "1" both have the Priority 5/],
    [
      'overlapping prefixes without a priority',
      [{ prefix: 'a/b' }, { prefix: 'a/bc' }, { prefix: 'a/' }],
      /"a\/" and "a\/b" of the rules "2" and "0" overlap/,
    ],
    ['the same prefix twice', [{ prefix: 'a' }, { prefix: 'a' }], /overlap/],
    ['a whole bucket beside a prefix', [{ prefix: 'z' }, {}], /overlap/],
    ['an overlap with a disabled rule', [{}, { status: 'Disabled' }], /overlap/],
  ])('are refused: %s', (_, rules, reason) => {
    expect(() => parseRules(document(...rules))).toThrow(
      expect.objectContaining({ code: 'InvalidArgument', status: 400, message: expect.stringMatching(reason) }),
    );
  });

  it('may not overlap between destinations either, in the stricter reading', () => {
    const both = document({}, { elsewhere: true });
    expect(parseRules(both, 'per-destination').rules[0]?.destination).toEqual(BACKUP);
    expect(() => parseRules(both, 'whole-document')).toThrow(/overlap/);
    expect(
      parseRules(document({ priority: 1 }, { priority: 2, elsewhere: true }), 'whole-document').rules,
    ).toHaveLength(2);
  });
});
