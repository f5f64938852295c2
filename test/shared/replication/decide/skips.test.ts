import { describe, expect, it } from 'vitest';
import type { ObjectHead } from '../../../../shared/cos/index.ts';
import { ServiceError } from '../../../../shared/errors/index.ts';
import { refusalOf, skipReasonOf } from '../../../../shared/replication/decide/skips.ts';
import { MEASURE, metadataBytes, writeMarker } from '../../../../shared/identity/marker.ts';
import { rule } from '../../rules/sample.ts';
import { markerOf } from './build.ts';
import { HEAD } from '../sample.ts';

const LIMIT = 2048;
const MARKER = markerOf(1, 0);
const reasonOf = (change: Partial<ObjectHead>, ofRule = rule(), limit = LIMIT) =>
  skipReasonOf({ ...HEAD, ...change }, ofRule, MARKER, limit);

describe('versions that cannot be copied now', () => {
  it('do not include an ordinary object', () => {
    for (const storageClass of ['STANDARD', 'STANDARD_IA', 'INTELLIGENT_TIERING', 'MAZ_STANDARD']) {
      expect(reasonOf({ storageClass })).toBeUndefined();
    }
  });

  it.each(['ARCHIVE', 'DEEP_ARCHIVE', 'MAZ_ARCHIVE'])(
    'include an object in %s before it is restored',
    (storageClass) => {
      expect(reasonOf({ storageClass })).toBe('archived');
      expect(reasonOf({ storageClass, restore: 'ongoing-request="true"' })).toBe('archived');
      expect(
        reasonOf({ storageClass, restore: 'ongoing-request="false", expiry-date="Fri, 21 Dec 2029 00:00:00 GMT"' }),
      ).toBeUndefined();
    },
  );

  it("include an object under the customer's own key, whatever the rule says", () => {
    expect(reasonOf({ encryption: { algorithm: 'SSE-C' } }, rule({ kmsObjects: true }))).toBe('customer-key');
  });

  it('include an object under an unknown encryption, so that no copy loses it', () => {
    expect(reasonOf({ encryption: { algorithm: 'unknown', named: 'of-tomorrow' } })).toBe('unknown-encryption');
    expect(reasonOf({ encryption: { algorithm: 'SM4' } })).toBeUndefined();
  });

  it('include a KMS object, unless the rule selects those', () => {
    const encryption = { algorithm: 'cos/kms', kmsKeyId: 'k' } as const;
    expect(reasonOf({ encryption })).toBe('kms-not-selected');
    expect(reasonOf({ encryption }, rule({ kmsObjects: true, kmsKeyId: 'd' }))).toBeUndefined();
    expect(reasonOf({ encryption: { algorithm: 'AES256' } })).toBeUndefined();
  });

  it('include an object whose metadata leaves no room for the marker, to the byte', () => {
    const fits = metadataBytes(writeMarker(HEAD.meta, MARKER, MEASURE));
    expect(reasonOf({}, rule(), fits)).toBeUndefined();
    expect(reasonOf({}, rule(), fits - 1)).toBe('metadata-limit');
    expect(reasonOf({ meta: { own: '12' } }, rule(), fits)).toBe('metadata-limit');
  });

  it('include an object whose metadata uses our names, because the marker would replace it', () => {
    expect(reasonOf({ meta: { 'replication-source': 'the wiki' } })).toBe('reserved-metadata');
    expect(reasonOf({ meta: { 'replication-marker': 'x'.repeat(9) } })).toBe('reserved-metadata');
    expect(reasonOf({ meta: { 'replication-sources': 'the wiki' } })).toBeUndefined();
    // The replication marker of this or an earlier release is not the user's metadata.
    expect(reasonOf({ meta: { 'replication-source': 'ap-guangzhou/source-1250000000/MTg0' } })).toBeUndefined();
  });

  it('are judged without the size of an earlier marker', () => {
    const once = writeMarker(HEAD.meta, markerOf(2, 1), MEASURE);
    expect(reasonOf({ meta: once }, rule(), metadataBytes(writeMarker(HEAD.meta, MARKER, MEASURE)))).toBeUndefined();
  });
});

describe('a copy that COS refuses', () => {
  const APPENDED: ObjectHead = { ...HEAD, appendable: true };
  const ANY = rule();
  const refused = (code: string, status: number, more: Partial<ConstructorParameters<typeof ServiceError>[1]> = {}) =>
    new ServiceError('refused', { code, status, side: 'destination', ...more });

  it.each([
    ['InvalidRequest', 400],
    ['MethodNotAllowed', 405],
    ['OperationNotSupported', 409],
    ['NotImplemented', 501],
  ])('of an appended object with %s costs that version alone', (code, status) => {
    expect(refusalOf(refused(code, status), APPENDED, ANY)).toBe('appended');
    expect(refusalOf(refused(code, status), HEAD, ANY)).toBeUndefined();
  });

  it.each([
    ['AccessDenied', 403],
    ['NoSuchBucket', 404],
    ['NotSupportedStorageClass', 400],
    ['BucketVersionNotOpen', 400],
    ['KmsKeyNotFound', 400],
  ])('of any object with %s is a failure of something else', (code, status) => {
    expect(refusalOf(refused(code, status), APPENDED, ANY)).toBeUndefined();
  });

  it('for an unknown class costs that version alone, unless the rule has named a class', () => {
    const error = refused('NotSupportedStorageClass', 400);
    const ofTomorrow = { ...HEAD, storageClass: 'OF_TOMORROW' };
    expect(refusalOf(error, ofTomorrow, ANY)).toBe('unknown-class');
    expect(refusalOf(error, ofTomorrow, rule({ storageClass: 'STANDARD_IA' }))).toBeUndefined();
    expect(refusalOf(error, { ...HEAD, storageClass: 'MAZ_STANDARD' }, ANY)).toBeUndefined();
    expect(refusalOf(refused('InvalidRequest', 400), ofTomorrow, ANY)).toBeUndefined();
  });

  it('is no refusal when it may succeed later, or may have taken effect', () => {
    expect(refusalOf(refused('RequestTimeout', 400, { retryable: true }), APPENDED, ANY)).toBeUndefined();
    expect(refusalOf(refused('InvalidRequest', 400, { outcome: 'unknown' }), APPENDED, ANY)).toBeUndefined();
  });

  it('keeps the known reasons of other versions', () => {
    expect(refusalOf(refused('KeyTooLong', 400), HEAD, ANY)).toBe('metadata-limit');
    expect(refusalOf(refused('InvalidObjectState', 403), APPENDED, ANY)).toBe('archived');
  });
});
