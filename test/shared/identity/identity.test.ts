import { describe, expect, it } from 'vitest';
import type { ObjectHead, VersionEntry } from '../../../shared/cos/index.ts';
import { refOf, refOfEntry, refOfHead, refOfId, timeOfVersionId } from '../../../shared/identity/version.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64').replace(/=+$/, '');
const TEXT = '18445044073709428159';
const ID = base64(TEXT);

describe('a version ID has a time only when all of it is valid', () => {
  it("has one in COS's form", () => {
    expect(timeOfVersionId(ID)).toBe(1_700_000_000_123_456);
  });

  it.each([
    ['something before it', base64(`x${TEXT}`)],
    ['something after it', base64(`${TEXT}x`)],
    ['a digit more', base64(`${TEXT}0`)],
    ['no time at all', base64('18446744073709551615')],
    ['a time before 1970', base64('18446744073709551616')],
    ['a time that is no exact number', base64('10000000000000000000')],
  ])('has none with %s', (_, id) => {
    expect(timeOfVersionId(id)).toBeUndefined();
    expect(refOf(id, 5000, '').time).toBe(5_000_000);
  });
});

describe('one version has one name', () => {
  const head: ObjectHead = {
    versionId: 'null',
    etag: '"e"',
    size: 1,
    lastModified: 5000,
    crc64: undefined,
    storageClass: 'STANDARD',
    headers: {},
    meta: {},
    encryption: undefined,
    restore: undefined,
  };
  const entry: VersionEntry = {
    key: 'k',
    versionId: 'null',
    isLatest: true,
    storageClass: 'STANDARD',
    deleteMarker: false,
    lastModified: 5000,
    etag: '"e"',
    size: 1,
  };

  it.each([
    ['null', 'null/5000/e', 5_000_000],
    [ID, ID, 1_700_000_000_123_456],
  ])('whether a listing or a HEAD showed it: %s', (versionId, id, time) => {
    expect(refOfEntry({ ...entry, versionId })).toEqual({ id, time });
    expect(refOfHead({ ...head, versionId })).toEqual({ id, time });
  });

  it('unless an ID only resembles the name of a null version', () => {
    expect(refOfId('null/5000/e').time).toBe(5_000_000);
    expect(refOfId('of-null/5000/e')).toEqual({ id: 'of-null/5000/e', time: 0 });
  });
});
