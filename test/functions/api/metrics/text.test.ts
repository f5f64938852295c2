import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CHARACTER } from '../../../characters.ts';
import { writeText } from '../../../../functions/api/metrics/text.ts';
import type { Family } from '../../../../functions/api/metrics/text.ts';
import { parseText } from './parser.ts';
import { HAS_PROMTOOL, promtool, PROMTOOL_NOTE } from './promtool.ts';

const gaugeOf = (...rules: string[]): Family => ({
  name: 'a_bytes',
  help: 'One line \\ and\nanother.',
  type: 'gauge',
  samples: rules.map((rule, value) => ({ labels: { rule }, value })),
});
const HOSTILE = [
  '"',
  '\\',
  '\n',
  '\r',
  '\\n',
  '"} 1\nb 2',
  '{a="b"}',
  '# TYPE a gauge',
  ',',
  '',
  '中',
  '\u2028',
  '\\"',
];

describe('the text of metrics', () => {
  it('has name, help, type and labels as Prometheus reads them', () => {
    expect(writeText([gaugeOf('x"\\\n')])).toBe(
      '# HELP a_bytes One line \\\\ and\\nanother.\n# TYPE a_bytes gauge\na_bytes{rule="x\\"\\\\\\n"} 0\n',
    );
  });

  it('adds up the buckets of a distribution', () => {
    const bounds = [
      { upTo: 0.5, count: 2 },
      { upTo: 60, count: 0 },
      { upTo: null, count: 3 },
    ];
    const family: Family = { name: 'a', help: 'A.', type: 'histogram', samples: [{ labels: { b: 'c' }, bounds }] };
    expect(writeText([family]).split('\n').slice(2)).toEqual([
      'a_bucket{b="c",le="0.5"} 2',
      'a_bucket{b="c",le="60"} 2',
      'a_bucket{b="c",le="+Inf"} 5',
      'a_count{b="c"} 5',
      '',
    ]);
  });

  it('returns every possible label, and nothing else', () => {
    expect(parseText(writeText([gaugeOf(...HOSTILE)])).map(({ labels }) => labels['rule'])).toEqual(HOSTILE);
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: CHARACTER })), (rules) => {
        const told = parseText(writeText([gaugeOf(...rules)])).map(({ labels }) => labels['rule']);
        const sayable = rules.map((rule) => rule.replaceAll('\0', '\uFFFD'));
        expect(told).toEqual([...new Set(sayable)]);
      }),
    );
  });

  it('never has a series twice, nor half a character', () => {
    const text = writeText([gaugeOf('a\uD800', 'a\uFFFD', 'a\0')]);
    expect(parseText(text)).toEqual([{ name: 'a_bytes', labels: { rule: 'a\uFFFD' }, value: 0 }]);
    expect(Buffer.from(text).toString()).toBe(text);
  });

  it('leaves out a name without series', () => {
    expect(writeText([gaugeOf()])).toBe('');
  });
});

describe.skipIf(!HAS_PROMTOOL)(`promtool${PROMTOOL_NOTE}`, () => {
  it('accepts any text that a client may write', async () => {
    expect(await promtool(['check', 'metrics'], writeText([gaugeOf(...HOSTILE)]))).toEqual([0, '']);
  });

  it('refuses a wrong text', async () => {
    const [status] = await promtool(['check', 'metrics'], 'a{b="c} 1\n');
    expect(status).not.toBe(0);
  });
});

describe('the parser of these tests', () => {
  it.each([
    ['a series without its type', 'is not beside its TYPE', 'a 1\n'],
    ['a last line without its end', 'does not end', '# HELP a A.\n# TYPE a gauge\na 1'],
    ['a series twice', 'twice: ', '# HELP a A.\n# TYPE a gauge\na{b="c"} 1\na{b="c"} 2\n'],
    ['a name twice', 'comes twice', '# HELP a A.\n# TYPE a gauge\na 1\n# HELP a A.\n# TYPE a gauge\n'],
    ['an open label', 'wrong labels', '# HELP a A.\n# TYPE a gauge\na{b="c} 1\n'],
    ['a wrong escape', 'wrong labels', '# HELP a A.\n# TYPE a gauge\na{b="\\t"} 1\n'],
    ['no number', 'not a number', '# HELP a A.\n# TYPE a gauge\na null\n'],
    [
      'buckets that shrink',
      'no histogram',
      '# HELP a A.\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_count 1\n',
    ],
    ['buckets without an end', 'no histogram', '# HELP a A.\n# TYPE a histogram\na_bucket{le="1"} 2\na_count 2\n'],
  ])('refuses %s', (_, message, text) => {
    expect(() => parseText(text)).toThrow(message);
  });
});
