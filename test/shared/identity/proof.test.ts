import { describe, expect, it } from 'vitest';
import type { Encryption, ObjectHead } from '../../../shared/cos/index.ts';
import { mayStandFor, proofOf, proves, readProof, sameBytes, writeProof } from '../../../shared/identity/proof.ts';

const DIGEST = '0123456789abcdef0123456789abcdef';
const OTHER = 'ffffffffffffffffffffffffffffffff';
const headWith = (change: Partial<ObjectHead> = {}): ObjectHead => ({
  versionId: 'v',
  etag: `"${DIGEST}"`,
  size: 7,
  lastModified: 0,
  crc64: undefined,
  storageClass: 'STANDARD',
  headers: {},
  meta: {},
  encryption: undefined,
  restore: undefined,
  ...change,
});

describe('equal bytes are proved', () => {
  it('by CRC64 wherever the source has one', () => {
    for (const inParts of [true, false])
      expect(proofOf(headWith({ crc64: '1' }), inParts)).toEqual({ by: 'crc64', value: '1' });
  });

  it('by the ETag of an upload in one piece, and else by the size', () => {
    const size = { by: 'size', value: '7' };
    expect(proofOf(headWith(), false)).toEqual({ by: 'etag', value: DIGEST });
    expect(proofOf(headWith({ encryption: { algorithm: 'AES256' } }), false)).toEqual({ by: 'etag', value: DIGEST });
    expect(proofOf(headWith(), true)).toEqual(size);
    expect(proofOf(headWith({ etag: `"${DIGEST}-3"` }), false)).toEqual(size);
    for (const algorithm of ['cos/kms', 'SM4'] satisfies Encryption['algorithm'][])
      expect(proofOf(headWith({ encryption: { algorithm } }), false)).toEqual(size);
  });

  it('by an answer or a HEAD, and not by its missing values', () => {
    const answer = { etag: `"${DIGEST}"`, crc64: '1' };
    expect(proves({ by: 'crc64', value: '1' }, answer)).toBe(true);
    expect(proves({ by: 'crc64', value: '1' }, { ...answer, crc64: undefined })).toBe(false);
    expect(proves({ by: 'etag', value: DIGEST }, answer)).toBe(true);
    expect(proves({ by: 'etag', value: OTHER }, answer)).toBe(false);
    expect(proves({ by: 'size', value: '7' }, answer)).toBe(false);
    expect(proves({ by: 'size', value: '7' }, { ...answer, size: 7 })).toBe(true);
  });

  it.each(['c1', `e${DIGEST}`, 's0'])('by a proof that is read back as written: %s', (text) => {
    const proof = readProof(text);
    expect(proof && writeProof(proof)).toBe(text);
  });

  it.each(['', 'c', 'x1', 'c-1', `c${'1'.repeat(21)}`, 'e1', 's1.5'])('by none of the invalid texts: %j', (text) => {
    expect(readProof(text)).toBeUndefined();
  });
});

describe('two versions have the same bytes', () => {
  const one = headWith({ crc64: '1' });
  it.each([
    ['equal in everything', {}, true],
    ['with another size', { size: 8 }, false],
    ['with another CRC64', { crc64: '2' }, false],
    [
      'with another ETag, which COS computes again for copies of objects uploaded in parts',
      { etag: `"${OTHER}"` },
      true,
    ],
    ['one of them without CRC64', { crc64: undefined }, true],
  ] as const)('%s', (_, change, same) => {
    expect(sameBytes(one, headWith({ crc64: '1', ...change }))).toBe(same);
    expect(sameBytes(headWith({ crc64: '1', ...change }), one)).toBe(same);
  });
});

describe('a replica may stand for another one', () => {
  const original = headWith({ crc64: '1' });
  const opaque = headWith({ crc64: '1', etag: `"${OTHER}"` });

  it('when it has the bytes of the source', () => {
    expect(mayStandFor(original, original, original)).toBe(true);
    expect(mayStandFor(headWith({ crc64: '2' }), original, original)).toBe(false);
  });

  it('unless only the other one has the ETag of the source, because CRC64 can be forged', () => {
    expect(mayStandFor(opaque, original, original)).toBe(false);
    expect(mayStandFor(original, opaque, original)).toBe(true);
  });

  it('when neither has the ETag of the source, because that was uploaded in parts', () => {
    expect(mayStandFor(opaque, original, headWith({ crc64: '1', etag: `"${DIGEST}-2"` }))).toBe(true);
  });
});
