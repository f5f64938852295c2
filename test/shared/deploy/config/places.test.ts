import { describe, expect, it } from 'vitest';
import { createLocate } from '../../../../shared/deploy/config/locate.ts';
import { readPlaces } from '../../../../shared/deploy/config/places.ts';

const context = { setting: 'sources', regions: [], locate: () => 'serverless.yml, line 9' } as const;
const message = (value: unknown): string => {
  try {
    readPlaces(value, context);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('was not refused');
};

describe('the lists of buckets', () => {
  it('are read', () => {
    expect(readPlaces(['a-1250000000@ap-guangzhou', 'b-1250000000@eu-frankfurt'], context)).toEqual([
      { bucket: 'a-1250000000', region: 'ap-guangzhou' },
      { bucket: 'b-1250000000', region: 'eu-frankfurt' },
    ]);
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /sources must be a list of one bucket or more/],
    ['an empty list', [], /sources must be a list of one bucket or more/],
    ['one text', 'a-1250000000@ap-guangzhou', /must be a list/],
    ['a number in the list', [7], /^serverless.yml, line 9: 7 under sources is not a bucket\. Write <name>/],
    ['a name without account', ['source@ap-guangzhou'], /"source@ap-guangzhou" .*lacks the account.*COS console/],
    ['a name without region', ['a-1250000000'], /"a-1250000000" .*lacks the region/],
    ['capital letters', ['Source-1250000000@ap-guangzhou'], /has capital letters/],
    ['a region without its zone', ['a-1250000000@guangzhou'], /Write "a-1250000000@ap-guangzhou"\./],
    ['the short code of a region', ['a-1250000000@gz'], /Write "a-1250000000@ap-guangzhou"\./],
    ['the form of rules', ['qcs::cos:ap-shanghai::b-1250000000/'], /Write "b-1250000000@ap-shanghai" here/],
    ['an unknown region', ['a-1250000000@ap-atlantis'], /names the region ap-atlantis.*regions: \[ap-atlantis\]/],
    ['a bucket twice', ['a-1250000000@ap-guangzhou', 'a-1250000000@ap-beijing'], /a-1250000000 is listed twice/],
    ['two at signs', ['a-1250000000@ap-guangzhou@x'], /more than one "@"/],
    ['a name with a hyphen at its end', ['a--1250000000@ap-guangzhou'], /not a bucket name/],
  ])('are refused for %s, with the line and the right form', (_, value, expected) => {
    expect(message(value)).toMatch(expected);
    expect(message(value)).toMatch(/^serverless\.yml, line 9: /);
  });

  it('accept a region that the user has added', () => {
    expect(readPlaces(['a-1250000000@ap-newtown'], { ...context, regions: ['ap-newtown'] })).toHaveLength(1);
  });
});

describe('the place of a setting', () => {
  const locate = createLocate(
    'serverless.yml',
    'service: a\nsources:\n  - a\n  - b\nfunctions:\n  task:\n    memory: 300\n',
  );

  it.each<[string, readonly (string | number)[], string]>([
    ['an item of a list', ['sources', 1], 'serverless.yml, line 4'],
    ['a value in depth', ['functions', 'task', 'memory'], 'serverless.yml, line 7'],
    ['a missing value, by the nearest line above it', ['functions', 'task', 'timeout'], 'serverless.yml, line 7'],
    ['a missing setting, by the file', ['destinations'], 'serverless.yml'],
  ])('is named for %s', (_, path, expected) => {
    expect(locate(path)).toBe(expected);
  });
});
