import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { TEXTS } from '../../../functions/api/console/text/index.ts';
import { CAUSES, REFUSALS, SKIPS, causeEntry, isFailure } from '../../../shared/errors/index.ts';

const readme = readFileSync(new URL('../../../functions/api/README.md', import.meta.url), 'utf8');

/** Cells of the table under a heading, without its head. */
function tableUnder(heading: string): string[][] {
  const section = readme.slice(readme.indexOf(`\n${heading}\n`)).split('\n');
  const first = section.findIndex((line) => line.startsWith('|'));
  const length = section.slice(first).findIndex((line) => !line.startsWith('|'));
  return section.slice(first + 2, first + length).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('the table of causes', () => {
  it('says of each cause what the code says, and of no other', () => {
    const rows = Object.entries(CAUSES).map(([cause, { state, means, todo }]) => [`\`${cause}\``, state, means, todo]);
    const other = ['any other', 'FAILED', 'the error code of COS: `AccessDenied`, `NoSuchBucket`, `SlowDown`, …'];
    const told = tableUnder('## Causes');
    expect(told.slice(0, -1)).toEqual(rows);
    expect(told.at(-1)?.slice(0, 3)).toEqual(other);
  });

  it('has all reasons for which a version is skipped', () => {
    const rows = Object.entries(SKIPS).map(([reason, { means, todo }]) => [`\`${reason}\``, means, todo]);
    expect(tableUnder('## Reasons')).toEqual(rows);
  });

  it('has all codes with which a request is refused', () => {
    const rows = Object.entries(REFUSALS).map(([code, { status, means, todo }]) => [
      `\`${code}\``,
      String(status),
      means,
      todo,
    ]);
    expect(tableUnder('## Errors')).toEqual(rows);
  });
});

describe('the console', () => {
  /** One text for all of these: COS gave no usable answer. */
  const NETWORK = /^(?:Connection|Answer|Deadline)/;

  it.each(Object.keys(CAUSES).filter((cause) => !NETWORK.test(cause)))('explains %s and says what to do', (cause) => {
    expect(Object.keys(TEXTS)).toEqual(expect.arrayContaining([`cause.${cause}`, `todo.${cause}`]));
  });

  it.each(Object.keys(SKIPS))('explains why a version is skipped: %s', (reason) => {
    expect(Object.keys(TEXTS)).toContain(`skip.${reason}`);
  });
});

describe('a cause', () => {
  it('that is no word of ours is an error code of COS, and a failure', () => {
    expect(causeEntry('AccessDenied')).toBeUndefined();
    expect(causeEntry('constructor')).toBeUndefined();
    expect(isFailure('AccessDenied')).toBe(true);
    expect(isFailure('constructor')).toBe(true);
    expect(isFailure('BucketVersionNotOpen')).toBe(true);
    expect(isFailure('taken')).toBe(false);
  });

  it('has words that begin and end as a table wants them', () => {
    for (const { means, todo } of [...Object.values(CAUSES), ...Object.values(SKIPS), ...Object.values(REFUSALS)]) {
      expect(means).toMatch(/[^.]$/);
      expect(todo).toMatch(/^[A-Z].*\.$/);
      expect(means + todo).not.toContain('|');
    }
  });
});
