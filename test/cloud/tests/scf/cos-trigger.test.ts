import { assert, constantFrom, property, record, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeCosTrigger, matchesCosTrigger, overlaps, readCosTrigger } from '../../scf/cos-trigger.ts';

const filter = (event: string, prefix = '', suffix = '') => ({ event: `cos:${event}`, prefix, suffix });

describe('the description of a COS trigger', () => {
  it('is read and returned', () => {
    const text = '{"event":"cos:ObjectCreated:*","filter":{"Prefix":"a/","Suffix":".jpg"}}';
    expect(readCosTrigger(text)).toEqual(filter('ObjectCreated:*', 'a/', '.jpg'));
    expect(describeCosTrigger(readCosTrigger(text))).toBe(text);
    expect(readCosTrigger('{"event":"cos:ObjectRemove:Delete"}')).toEqual(filter('ObjectRemove:Delete'));
  });

  it.each([
    ['no JSON', 'cos:ObjectCreated:*'],
    ['white space', '{"event": "cos:ObjectCreated:*"}'],
    ['Removed for Remove', '{"event":"cos:ObjectRemoved:*"}'],
    ['an unknown event', '{"event":"cos:ObjectCreated:Append"}'],
    ['a suffix without a dot', '{"event":"cos:ObjectCreated:*","filter":{"Prefix":"","Suffix":"jpg"}}'],
    ['an invalid filter', '{"event":"cos:ObjectCreated:*","filter":7}'],
    ['a prefix that is not a text', '{"event":"cos:ObjectCreated:*","filter":{"Prefix":7}}'],
  ])('is refused with %s', (_name, text) => {
    expect(() => readCosTrigger(text)).toThrow(expect.objectContaining({ code: 'InvalidParameterValue.TriggerDesc' }));
  });
});

describe('a trigger fires', () => {
  it.each([
    ['ObjectCreated:*', '', '', 'ObjectCreated:Put', 'a.txt', true],
    ['ObjectCreated:*', '', '', 'ObjectRemove:Delete', 'a.txt', false],
    ['ObjectCreated:Put', '', '', 'ObjectCreated:Copy', 'a.txt', false],
    ['ObjectCreated:Copy', '', '', 'ObjectCreated:Copy', 'a.txt', true],
    ['ObjectCreated:*', 'logs/', '', 'ObjectCreated:Put', 'logs/a', true],
    ['ObjectCreated:*', 'logs/', '', 'ObjectCreated:Put', 'log', false],
    ['ObjectCreated:*', 'logs/', '.gz', 'ObjectCreated:Put', 'logs/a.gz', true],
    ['ObjectCreated:*', 'logs/', '.gz', 'ObjectCreated:Put', 'other/a.gz', false],
    ['ObjectRemove:*', '', '', 'ObjectRemove:DeleteMarkerCreated', 'a', true],
  ])('%s "%s" "%s" on %s of %s: %s', (event, prefix, suffix, name, key, fires) => {
    expect(matchesCosTrigger(filter(event, prefix, suffix), `cos:${name}`, key)).toBe(fires);
  });
});

describe('two triggers overlap', () => {
  it.each([
    [filter('ObjectCreated:*'), filter('ObjectCreated:Put', 'a/'), true],
    [filter('ObjectCreated:*'), filter('ObjectRemove:*'), false],
    [filter('ObjectCreated:Put'), filter('ObjectCreated:Copy'), false],
    [filter('ObjectCreated:*', 'a/'), filter('ObjectCreated:*', 'a/b/'), true],
    [filter('ObjectCreated:*', 'a/'), filter('ObjectCreated:*', 'b/'), false],
    [filter('ObjectCreated:*', 'a/', '.jpg'), filter('ObjectCreated:*', 'a/', '.png'), false],
    [filter('ObjectCreated:*', 'a/'), filter('ObjectCreated:*', '', '.png'), true],
  ])('%j and %j: %s', (a, b, expected) => {
    expect(overlaps(a, b)).toBe(expected);
    expect(overlaps(b, a)).toBe(expected);
  });

  it('whenever one write fires both', () => {
    const filters = record({
      event: constantFrom('cos:ObjectCreated:*', 'cos:ObjectCreated:Put', 'cos:ObjectRemove:*'),
      prefix: constantFrom('', 'a', 'a/', 'a/b', 'b'),
      suffix: constantFrom('', '.c', '.b.c', '.d'),
    });
    const names = constantFrom('cos:ObjectCreated:Put', 'cos:ObjectCreated:Copy', 'cos:ObjectRemove:Delete');
    const keys = tuple(constantFrom('a', 'a/', 'a/b', 'b'), constantFrom('', '.c', '.b.c', '.d'));
    assert(
      property(filters, filters, names, keys, (a, b, name, [head, tail]) => {
        const fired = [a, b].every((one) => matchesCosTrigger(one, name, head + tail));
        expect(fired && !overlaps(a, b)).toBe(false);
      }),
    );
  });
});
