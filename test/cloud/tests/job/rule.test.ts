import { expect, it } from 'vitest';
import { describeRule } from '../../job/rule.ts';

const placeOf = (name: string) => ({ bucket: `${name}-1250000000`, region: 'ap-guangzhou' });

it.each([
  ['short', 'source', 'backup', 2],
  ['as long as COS allows', 's'.repeat(49), 'b'.repeat(49), 3],
])('lines that end before column 80 report the rule, with names that are %s', (_, source, backup, count) => {
  const lines = describeRule(placeOf(source), placeOf(backup));
  expect(lines).toHaveLength(count);
  for (const line of lines) expect(line.length).toBeLessThan(80);
  expect(lines.join(' ').replace(/ +/g, ' ')).toBe(
    `Rule set with the official SDK, existing objects included: ${source}-1250000000 → ${backup}-1250000000`,
  );
});
