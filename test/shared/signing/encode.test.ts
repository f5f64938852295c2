import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHARACTER } from '../../characters.ts';
import { encode, splitTarget } from '../../../shared/signing/index.ts';

describe('encode', () => {
  it('leaves the unreserved characters and encodes all others', () => {
    const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
    const unreserved = ascii.filter((char) => encode(char) === char).join('');
    expect(unreserved).toBe('-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~');
    expect(encode("!'()*/ +")).toBe('%21%27%28%29%2A%2F%20%2B');
    expect(encode('中é😀')).toBe('%E4%B8%AD%C3%A9%F0%9F%98%80');
  });

  it('takes half a surrogate pair for U+FFFD, as the conversion to UTF-8 does', () => {
    expect(encode('a\ud83d')).toBe(encode('a\ufffd'));
  });

  it('is undone by decoding', () => {
    fc.assert(
      fc.property(fc.string({ unit: CHARACTER }), (text) => {
        expect(decodeURIComponent(encode(text))).toBe(text);
      }),
    );
  });
});

describe('splitTarget', () => {
  it.each([
    ['/', '/', []],
    ['/?', '/', []],
    ['/a%20b%2Bc+d', '/a b+c+d', []],
    ['/k?replication', '/k', [['replication', '']]],
    ['/k?replication=', '/k', [['replication', '']]],
    [
      '/k?a=1&&b=2=3&a=%26',
      '/k',
      [
        ['a', '1'],
        ['b', '2=3'],
        ['a', '&'],
      ],
    ],
    ['/k?q-sign-time=1;2', '/k', [['q-sign-time', '1;2']]],
    ['/k??x', '/k', [['?x', '']]],
  ])('%s', (target, path, query) => {
    expect(splitTarget(target)).toEqual({ path, query });
  });

  it.each(['/%', '/%zz', '/%ff', '/?a=%e4%b8'])('refuses %s', (target) => {
    expect(() => splitTarget(target)).toThrow(expect.objectContaining({ code: 'InvalidURI', status: 400 }) as Error);
  });
});
