import { describe, expect, it } from 'vitest';
import type { BucketSettings, CorsRule } from '../../cos/index.ts';
import { BUCKET, bytes, OTHER, plain, refusal, REGION, setup } from './setup.ts';
import type { Setup } from './setup.ts';

const set = ({ core }: Setup, changes: Partial<BucketSettings>): void => core.configureBucket(BUCKET, REGION, changes);

describe('the encryption of a bucket', () => {
  it.each(['AES256', 'SM4', 'cos/kms'] as const)('%s is given to writes that ask for none', (algorithm) => {
    const bench = setup('Enabled');
    bench.put('before');
    set(bench, { encryption: { algorithm } });
    const { core, context } = bench;
    bench.put('put');
    const own = { bucket: BUCKET, region: REGION };
    const how = { replaceMetadata: false, replaceTags: false, attributes: plain };
    core.copyObject(BUCKET, REGION, 'copy', { ...own, key: 'before' }, how, context());
    const uploadId = core.initiateMultipart(BUCKET, REGION, 'parts', plain, context());
    const etag = core.uploadPart(BUCKET, REGION, 'parts', { uploadId, partNumber: 1, blob: bytes('x') });
    core.completeMultipart(BUCKET, REGION, 'parts', { uploadId, parts: [{ partNumber: 1, etag }] }, context());
    const append = { position: 0, blob: bytes('x') };
    core.appendObject(BUCKET, REGION, 'append', append, plain, context());
    for (const key of ['put', 'copy', 'parts', 'append'])
      expect(bench.get(key).attributes.encryption).toEqual({ algorithm });
    expect(bench.get('before').attributes.encryption).toBeUndefined();
    const asked = bench.put('asked', '', { encryption: { algorithm: 'SSE-C', customerKeyMd5: 'x' } });
    expect(asked.attributes.encryption?.algorithm).toBe('SSE-C');
    set(bench, { encryption: undefined });
    expect(bench.put('after').attributes.encryption).toBeUndefined();
  });

  it('makes the ETag opaque where COS promises no MD5', () => {
    const bench = setup();
    const plainEtag = bench.put('a', 'x').etag;
    set(bench, { encryption: { algorithm: 'cos/kms' } });
    expect(bench.put('a', 'x').etag).not.toBe(plainEtag);
  });
});

describe('a bucket of several zones', () => {
  const maz = () => {
    const bench = setup();
    bench.core.createBucket(OTHER.bucket, OTHER.region, undefined, { multiAz: true });
    const put = (storageClass: string) =>
      bench.core.putObject(OTHER.bucket, OTHER.region, 'a', bytes('x'), { ...plain, storageClass }, bench.context());
    return { bench, put };
  };

  it('has classes of its own, and keeps its kind', () => {
    const { bench, put } = maz();
    expect(put('').attributes.storageClass).toBe('MAZ_STANDARD');
    expect(put('maz_standard_ia').attributes.storageClass).toBe('MAZ_STANDARD_IA');
    for (const other of ['STANDARD', 'ARCHIVE', 'MAZ_GLACIER']) {
      expect(refusal(() => put(other))).toBe('NotSupportedStorageClass 400');
    }
    expect(bench.core.headBucket(OTHER.bucket, OTHER.region).multiAz).toBe(true);
  });

  it('accepts copies from a bucket of one zone, and gives none', () => {
    const { bench, put } = maz();
    put('');
    bench.put('a');
    const how = (storageClass: string) => ({
      replaceMetadata: false,
      replaceTags: false,
      attributes: { ...plain, storageClass },
    });
    const { version } = bench.core.copyObject(
      OTHER.bucket,
      OTHER.region,
      'in',
      { bucket: BUCKET, region: REGION, key: 'a' },
      how(''),
      bench.context(),
    );
    expect(version.attributes.storageClass).toBe('MAZ_STANDARD');
    const out = () => bench.core.copyObject(BUCKET, REGION, 'out', { ...OTHER, key: 'a' }, how(''), bench.context());
    expect(refusal(out)).toBe('NotSupportedStorageClass 400');
  });

  it('accepts no appends', () => {
    const { bench } = maz();
    const part = { position: 0, blob: bytes('x') };
    const append = () =>
      bench.core.appendObject(OTHER.bucket, OTHER.region, 'a', part, { ...plain, storageClass: '' }, bench.context());
    expect(refusal(append)).toBe('InvalidRequest 400');
  });
});

describe('settings', () => {
  const rule: CorsRule = {
    id: undefined,
    origins: ['*'],
    methods: ['GET'],
    headers: [],
    exposed: [],
    maxAgeSeconds: 5,
  };
  const tags = (count: number) => Array.from({ length: count }, (_, i) => [`k${i}`, 'v'] as const);

  it.each<[string, Partial<BucketSettings>, string]>([
    ['no CORS rules', { cors: [] }, 'MalformedXML 400'],
    ['more than 100 CORS rules', { cors: Array.from({ length: 101 }, () => rule) }, 'MalformedXML 400'],
    ['a CORS rule without an origin', { cors: [{ ...rule, origins: [] }] }, 'MalformedXML 400'],
    ['an origin with two asterisks', { cors: [{ ...rule, origins: ['*.a.*'] }] }, 'InvalidArgument 400'],
    ['an unknown method', { cors: [{ ...rule, methods: ['PATCH'] }] }, 'InvalidArgument 400'],
    ['an asterisk in an exposed header', { cors: [{ ...rule, exposed: ['*'] }] }, 'InvalidArgument 400'],
    ['a negative age', { cors: [{ ...rule, maxAgeSeconds: -1 }] }, 'InvalidArgument 400'],
    ['51 tags', { tags: tags(51) }, 'InvalidTag 400'],
    ['a long policy', { policy: ' '.repeat(20_481) }, 'MalformedPolicy 400'],
  ])('with %s are refused and change nothing', (_, changes, code) => {
    const bench = setup();
    const before = bench.core.getSettings(BUCKET, REGION);
    expect(refusal(() => set(bench, changes))).toBe(code);
    expect(bench.core.getSettings(BUCKET, REGION)).toEqual(before);
  });

  it("stay as they were stored, whatever becomes of the caller's objects", () => {
    const bench = setup();
    const mine = tags(50).map(([key, value]) => [key, value] as [string, string]);
    set(bench, { tags: mine });
    mine.length = 0;
    expect(bench.core.getSettings(BUCKET, REGION).tags).toHaveLength(50);
  });
});
