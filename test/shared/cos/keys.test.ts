import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { errorTexts } from '../../../functions/api/console/text/errors.ts';
import { copySourceOf, encodeKey, keyProblem, LONGEST_KEY } from '../../../shared/cos/index.ts';
import { targetOf } from '../../../shared/cos/keys.ts';
import { REFUSALS } from '../../../shared/errors/index.ts';
import { splitTarget } from '../../../shared/signing/index.ts';
import { SOURCE } from './server.ts';

const awkward = fc.constantFrom(
  '/',
  '//',
  '.',
  '..',
  '+',
  '%',
  '%2F',
  '?',
  '#',
  '&',
  '=',
  ' ',
  '\\',
  "'",
  '(',
  '🗝',
  '键',
  'a',
);
const keys = fc
  .array(fc.oneof(awkward, fc.string({ unit: 'grapheme', maxLength: 5 })), { minLength: 1, maxLength: 12 })
  .map((pieces) => pieces.join(''))
  .filter((key) => keyProblem(key) === undefined);

describe('encodeKey', () => {
  it('preserves every key: decoding returns it', () => {
    fc.assert(
      fc.property(keys, (key) => {
        expect(decodeURIComponent(encodeKey(key))).toBe(key);
      }),
    );
  });

  it('leaves no special character in a request line, and neither adds nor loses a slash', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const encoded = encodeKey(key);
        expect(encoded).toMatch(/^(?:[A-Za-z0-9\-_.~/]|%[0-9A-F]{2})*$/);
        expect(encoded.split('/')).toHaveLength(key.split('/').length);
      }),
    );
  });

  it.each([
    ['/leading', '/leading'],
    ['a//b/', 'a//b/'],
    ['../..', '../..'],
    ['.', '.'],
    ['a+b c%20d', 'a%2Bb%20c%2520d'],
    ["!'()*", '%21%27%28%29%2A'],
    ['%2F', '%252F'],
    ['a?b#c', 'a%3Fb%23c'],
    ['键/🗝', '%E9%94%AE/%F0%9F%97%9D'],
  ])('encodes %j as %s', (key, encoded) => {
    expect(encodeKey(key)).toBe(encoded);
  });
});

describe('targetOf', () => {
  it('gives a target in which the verifier of signatures finds the same key and query', () => {
    const names = fc.constantFrom('versionId', 'prefix', 'uploads', 'key-marker');
    const query = fc.array(fc.tuple(names, fc.string({ unit: 'grapheme', maxLength: 8 })), { maxLength: 4 });
    fc.assert(
      fc.property(keys, query, (key, pairs) => {
        expect(splitTarget(targetOf(key, pairs))).toEqual({ path: `/${key}`, query: pairs });
      }),
    );
  });

  it('writes an empty value as a bare name', () => {
    expect(targetOf('a', [['uploads', '']])).toBe('/a?uploads');
  });
});

describe('keyProblem', () => {
  it('refuses a key that would address the bucket instead of an object', () => {
    for (const key of ['', '/', '///', './', '././', '/.//']) expect(keyProblem(key)?.code).toBe('InvalidObjectName');
    for (const key of ['.', '..', '../', '/a/', 'a/../', '/..//']) expect(keyProblem(key)).toBeUndefined();
  });

  it('counts bytes, not characters', () => {
    expect(keyProblem('a'.repeat(850))).toBeUndefined();
    expect(keyProblem('a'.repeat(851))?.code).toBe('KeyTooLong');
    expect(keyProblem('键'.repeat(284))?.code).toBe('KeyTooLong');
  });

  it('refuses half a surrogate pair', () => {
    expect(keyProblem('a\ud800b')?.code).toBe('InvalidObjectName');
    expect(keyProblem('🗝')).toBeUndefined();
  });
});

describe('copySourceOf', () => {
  it('names host, key and version', () => {
    expect(copySourceOf({ place: SOURCE, key: '/a b', versionId: 'MTg0' })).toBe(
      'source-1250000000.cos.ap-guangzhou.myqcloud.com//a%20b?versionId=MTg0',
    );
    expect(copySourceOf({ place: SOURCE, key: 'a', versionId: undefined })).not.toContain('?');
  });

  it('refuses an empty version ID, which would mean the current version', () => {
    expect(() => copySourceOf({ place: SOURCE, key: 'a', versionId: '' })).toThrow(/version ID is empty/);
    expect(() => copySourceOf({ place: SOURCE, key: '', versionId: 'v' })).toThrow(/key is empty/);
  });
});

it.each([
  ['the API', REFUSALS.KeyTooLong.means],
  ['the console page', errorTexts['error.KeyTooLong'][0]],
])('the longest key is named by the refusal of %s', (_, text) => {
  expect(text).toContain(` ${LONGEST_KEY} bytes`);
});
