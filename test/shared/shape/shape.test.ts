import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  count,
  flag,
  listOf,
  mapOf,
  notNegative,
  nullable,
  number,
  object,
  oneOf,
  optional,
  pairOf,
  someText,
  text,
} from '../../../shared/shape/index.ts';
import type { Reader } from '../../../shared/shape/index.ts';

interface Sample {
  readonly name: string;
  readonly size: number;
  readonly kind: 'a' | 'b';
  readonly note?: string | undefined;
  readonly base: string | null;
  readonly list: readonly { readonly on: boolean }[];
}

const sample = object<Sample>({
  name: someText,
  size: count,
  kind: oneOf(['a', 'b']),
  note: optional(text()),
  base: nullable(text()),
  list: listOf(object({ on: flag })),
});
const SAMPLE: Sample = { name: 'n', size: 1, kind: 'a', base: null, list: [{ on: true }] };

describe('object', () => {
  it('returns the fields of the shape, and leaves out others', () => {
    expect(sample(JSON.parse(JSON.stringify(SAMPLE)))).toEqual(SAMPLE);
    expect(sample({ ...SAMPLE, note: '', more: 1 })).toEqual({ ...SAMPLE, note: '' });
    expect('note' in sample(SAMPLE)).toBe(false);
  });

  it.each(Object.keys(SAMPLE))('refuses an object that lacks %s', (name) => {
    expect(() => sample({ ...SAMPLE, [name]: undefined })).toThrow(TypeError);
  });

  it.each<[string, Record<string, unknown>]>([
    ['an empty text', { name: '' }],
    ['a number for a text', { name: 5 }],
    ['half a count', { size: 1.5 }],
    ['a count of 0', { size: 0 }],
    ['a count beyond exact numbers', { size: 2 ** 53 }],
    ['a number as a text', { size: '1' }],
    ['an unknown word', { kind: 'c' }],
    ['a word of Object', { kind: 'toString' }],
    ['null for a text that may be missing', { note: null }],
    ['a number for a text or null', { base: 0 }],
    ['an object for a list', { list: { 0: { on: true } } }],
    ['a list with something else in it', { list: [{ on: true }, { on: 'true' }] }],
  ])('refuses %s', (_what, some) => {
    expect(() => sample({ ...SAMPLE, ...some })).toThrow(TypeError);
  });

  it('takes no inherited field for its own', () => {
    const inherited: unknown = Object.create(SAMPLE);
    expect(() => sample(inherited)).toThrow(TypeError);
    expect(() => object({ constructor: text() })({})).toThrow(TypeError);
    expect(() => sample(JSON.parse('{"__proto__":{"name":"n"}}'))).toThrow(TypeError);
  });

  it('reads any JSON or refuses it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(outcomeOf(sample, value)).not.toBe('another error');
      }),
    );
  });
});

describe('number', () => {
  it('accepts every JSON number, but no infinity that JSON.parse makes of one', () => {
    expect(number(JSON.parse('-1.5e3'))).toBe(-1500);
    expect(() => number(JSON.parse('1e999'))).toThrow(TypeError);
    expect(() => number(Number.NaN)).toThrow(TypeError);
  });
});

function outcomeOf(read: Reader<unknown>, value: unknown): 'read' | 'refused' | 'another error' {
  try {
    read(value);
    return 'read';
  } catch (error) {
    return error instanceof TypeError ? 'refused' : 'another error';
  }
}

describe('notNegative', () => {
  it.each([0, 0.5, 3])('takes %d', (value) => expect(notNegative(value)).toBe(value));
  it.each([-1, -0.1, Number.NaN, Infinity, '1', null])('refuses %s', (value) => {
    expect(() => notNegative(value)).toThrow(TypeError);
  });
});

describe('pairOf', () => {
  it('accepts two of a kind', () => expect(pairOf(count)([1, 2])).toEqual([1, 2]));
  it.each([[[1]], [[1, 2, 3]], [[1, '2']], [[]], ['12'], [{ 0: 1, 1: 2, length: 2 }], [null]])(
    'refuses %j',
    (value) => {
      expect(() => pairOf(count)(value)).toThrow(TypeError);
    },
  );
});

describe('mapOf', () => {
  it('accepts any names, those of Object as well', () => {
    const value: unknown = JSON.parse('{"a":1,"__proto__":2,"toString":3}');
    const read = mapOf(count)(value);
    expect(Object.entries(read)).toEqual([
      ['a', 1],
      ['__proto__', 2],
      ['toString', 3],
    ]);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });
  it.each([[{ a: 0 }], [[1]], ['a'], [null]])('refuses %j', (value) => {
    expect(() => mapOf(count)(value)).toThrow(TypeError);
  });
});
