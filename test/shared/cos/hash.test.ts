import { describe, expect, it } from 'vitest';

import { nodeHash } from '../../../shared/cos/index.ts';

describe('nodeHash', () => {
  // FIPS 180 examples, and test case 2 of RFC 2202 and RFC 4231.
  it('gives the published values', () => {
    expect(nodeHash.sha1('abc')).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
    expect(nodeHash.sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(nodeHash.hmacSha1('Jefe', 'what do ya want for nothing?')).toBe('effcdf6ae5eb2fa2d27416d5f184df9c259a7c79');
    expect(Buffer.from(nodeHash.hmacSha256('Jefe', 'what do ya want for nothing?')).toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('takes text as UTF-8 and bytes unchanged', () => {
    expect(nodeHash.sha256('键')).toBe(nodeHash.sha256(Buffer.from('键')));
    expect(nodeHash.hmacSha256('键', 'x')).toEqual(nodeHash.hmacSha256(Buffer.from('键'), 'x'));
  });
});
