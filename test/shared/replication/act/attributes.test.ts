import { describe, expect, it } from 'vitest';
import { MEASURE, writeMarker } from '../../../../shared/identity/marker.ts';
import { attributesOf, raisedAttributes } from '../../../../shared/replication/act/attributes.ts';
import { rule } from '../../rules/sample.ts';
import { markerOf } from '../decide/build.ts';
import { HEAD } from '../sample.ts';

const MARKER = markerOf(1, 0);

describe('the attributes of a replica', () => {
  it('are headers, user metadata and the replication marker; tags are left to COS', () => {
    const meta = writeMarker(HEAD.meta, MARKER, MEASURE);
    const attributes = attributesOf(HEAD, rule(), meta, undefined);
    expect(attributes.headers).toEqual(HEAD.headers);
    expect(attributes.meta).toEqual(meta);
    expect(attributes.tags).toBeUndefined();
  });

  it("include the rule's storage class, else the object's, and never the default", () => {
    const of = (storageClass: string, ofRule = rule()) =>
      attributesOf({ ...HEAD, storageClass }, ofRule, {}, undefined).storageClass;
    expect(of('STANDARD_IA')).toBe('STANDARD_IA');
    expect(of('STANDARD_IA', rule({ storageClass: 'ARCHIVE' }))).toBe('ARCHIVE');
    expect(of('STANDARD', rule({ storageClass: 'STANDARD_IA' }))).toBe('STANDARD_IA');
  });

  it("include the rule's KMS key, because keys belong to their region", () => {
    const encryption = { algorithm: 'cos/kms', kmsKeyId: 'source-key' } as const;
    const ofRule = rule({ kmsObjects: true, kmsKeyId: 'destination-key' });
    expect(attributesOf({ ...HEAD, encryption }, ofRule, {}, undefined).encryption).toEqual({
      algorithm: 'cos/kms',
      kmsKeyId: 'destination-key',
    });
    expect(attributesOf({ ...HEAD, encryption: { algorithm: 'AES256' } }, rule(), {}, undefined).encryption).toEqual({
      algorithm: 'AES256',
    });
    expect(attributesOf({ ...HEAD, encryption: { algorithm: 'SM4' } }, rule(), {}, undefined).encryption).toEqual({
      algorithm: 'SM4',
    });
    expect(attributesOf(HEAD, rule({ kmsKeyId: 'k' }), {}, undefined).encryption).toBeUndefined();
  });

  it('include the requested grants', () => {
    const grants = [{ permission: 'READ', grantee: 'qcs::cam::uin/1:uin/2' }] as const;
    expect(attributesOf(HEAD, rule(), {}, grants).grants).toEqual(grants);
    expect(attributesOf(HEAD, rule(), {}, undefined).grants).toBeUndefined();
  });

  it('stay the same except for the marker when a replica is copied on top again', () => {
    const encryption = { algorithm: 'cos/kms', kmsKeyId: 'destination-key' } as const;
    const there = {
      ...HEAD,
      storageClass: 'STANDARD_IA',
      encryption,
      meta: writeMarker(HEAD.meta, markerOf(1, 0), MEASURE),
    };
    const marker = markerOf(1, 0.5);
    expect(raisedAttributes(there, writeMarker(there.meta, marker, MEASURE), undefined)).toEqual({
      headers: HEAD.headers,
      meta: writeMarker(HEAD.meta, marker, MEASURE),
      storageClass: 'STANDARD_IA',
      encryption,
      grants: undefined,
    });
  });
});
