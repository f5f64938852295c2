import { describe, expect, it } from 'vitest';
import { differences, markedSource } from '../../job/content.ts';
import type { SeenBytes } from '../../job/reader.ts';

const PLACE = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
const MARKER = {
  'x-cos-meta-replication-source': 'ap-guangzhou/source-1250000000/v1',
  'x-cos-meta-replication-marker': '1;;;c7;1-va;;0a1b2c3d;x',
};

function seen(headers: Record<string, string> = {}, bytes: Partial<SeenBytes> = {}): SeenBytes {
  return { headers: { 'content-type': 'text/plain', ...headers }, size: 3, sha256: 'aa', ...bytes };
}

describe('differences', () => {
  it('are none between a version and its marked replica', () => {
    const own = { 'x-cos-meta-mode': '0644', 'x-cos-storage-class': 'STANDARD_IA', expires: 'never' };
    expect(differences(seen(own), seen({ ...own, ...MARKER }))).toEqual([]);
  });

  it('treat a missing storage class as STANDARD', () => {
    expect(differences(seen(), seen({ 'x-cos-storage-class': 'STANDARD' }))).toEqual([]);
  });

  it.each([
    { name: 'bytes', a: seen(), b: seen({}, { sha256: 'bb' }), found: 'the bytes differ' },
    { name: 'length', a: seen(), b: seen({}, { size: 2 }), found: '3 bytes became 2' },
    { name: 'a header lost', a: seen({ expires: 'x' }), b: seen(), found: 'expires: x became none' },
    { name: 'a header gained', a: seen(), b: seen({ expires: 'x' }), found: 'expires: none became x' },
    { name: 'class', a: seen({ 'x-cos-storage-class': 'ARCHIVE' }), b: seen(), found: 'storage class' },
    { name: 'metadata lost', a: seen({ 'x-cos-meta-a': '1' }), b: seen(), found: 'user metadata' },
    { name: 'metadata gained', a: seen(), b: seen({ 'x-cos-meta-replication-other': '1' }), found: 'user metadata' },
    { name: 'CRC64', a: seen({ 'x-cos-hash-crc64ecma': '1' }), b: seen(), found: 'CRC64' },
  ])('include: $name', ({ a, b, found }) => {
    expect(differences(a, b)).toEqual([expect.stringContaining(found)]);
  });
});

describe('markedSource', () => {
  it('reads the version of this source only', () => {
    expect(markedSource(seen(MARKER), PLACE)).toBe('v1');
    expect(markedSource(seen(MARKER), { ...PLACE, region: 'ap-beijing' })).toBeUndefined();
    expect(markedSource(seen(), PLACE)).toBeUndefined();
  });
});
