import { describe, expect, it } from 'vitest';
import { SIMPLE_LIMIT } from '../../cos/index.ts';
import type { Attributes } from '../../cos/index.ts';
import { blobs, BUCKET, plain, refusal, REGION, setup, textOf } from './setup.ts';

const tags = (count: number): Attributes['tags'] => Array.from({ length: count }, (_, i) => [`k${i}`, 'v'] as const);

describe('a key', () => {
  it('has at most 850 bytes, counted in UTF-8', () => {
    const { put, get, remove } = setup();
    expect(put('é'.repeat(425)).key).toHaveLength(425);
    const long = 'é'.repeat(425) + 'x';
    expect(refusal(() => put(long))).toBe('KeyTooLong 400');
    expect(refusal(() => get(long))).toBe('KeyTooLong 400');
    expect(refusal(() => remove(long))).toBe('KeyTooLong 400');
  });

  it('is not empty', () => expect(refusal(() => setup().put(''))).toBe('InvalidObjectName 400'));

  it.each(['..', 'a//b', '/lead', '/a/../', ' ', '\u0000', '%2F', '__proto__', 'constructor', '🙂'])(
    'may be %j',
    async (key) => {
      const { put, get, list } = setup();
      put(key, 'text');
      expect(await textOf(get(key).blob)).toBe('text');
      expect(list().entries.map((entry) => entry.key)).toEqual([key]);
    },
  );

  it.each(['/', '//', './', './/./', 'a\u0018', '\u001b', 'line\n\rend'])('cannot be %j', (key) => {
    const { put, core, context } = setup();
    put('from', 'text');
    expect(refusal(() => put(key))).toBe('InvalidObjectName 400');
    const from = { bucket: BUCKET, region: REGION, key: 'from' };
    const asIs = { replaceMetadata: false, replaceTags: false, attributes: plain };
    expect(refusal(() => core.copyObject(BUCKET, REGION, key, from, asIs, context()))).toBe('InvalidObjectName 400');
    const initiate = () => core.initiateMultipart(BUCKET, REGION, key, plain, context());
    expect(refusal(initiate)).toBe('InvalidObjectName 400');
  });

  it.each(['/lead', '\\lead'])('cannot be %j where the switch says so', (key) => {
    expect(refusal(() => setup(undefined, { refuseLeadingSlash: true }).put(key))).toBe('InvalidObjectName 400');
  });
});

describe('stored attributes', () => {
  it('are returned unchanged', () => {
    const { put, get } = setup('Enabled');
    const attributes: Attributes = {
      headers: { 'content-type': 'text/plain', 'cache-control': 'no-cache' },
      meta: { one: '1' },
      storageClass: 'STANDARD_IA',
      tags: [['a', 'b']],
      acl: { canned: 'public-read', grants: [] },
      encryption: { algorithm: 'AES256' },
    };
    const written = put('a', 'text', attributes);
    expect(get('a')).toBe(written);
    expect(written).toMatchObject({ key: 'a', deleteMarker: false, multipart: false, attributes });
    expect(written.etag).toBe('"1cb251ec0d568de6a929b520c4aed8d1"');
  });

  it("do not change with the caller's own objects", () => {
    const { put, get } = setup();
    const meta = { one: '1' };
    put('a', 'text', { meta });
    meta.one = '2';
    expect(get('a').attributes.meta).toEqual({ one: '1' });
  });

  it('belong to at most 5 GB in one piece', () => {
    const { core, context } = setup();
    const put = (size: number) => core.putObject(BUCKET, REGION, 'a', blobs.zeros(size), plain, context());
    expect(put(SIMPLE_LIMIT).etag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(refusal(() => put(SIMPLE_LIMIT + 1))).toBe('EntityTooLarge 400');
  });

  it.each<Attributes['encryption']>([
    { algorithm: 'cos/kms', kmsKeyId: 'k' },
    { algorithm: 'SSE-C', customerKeyMd5: 'bWQ1' },
  ])('with encryption %j have an ETag that is not the MD5', (encryption) => {
    const { put } = setup();
    const { etag, blob } = put('a', 'text', { encryption });
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(etag).not.toContain(blob?.md5);
  });
});

describe('user metadata', () => {
  it('has names in lower case', () => {
    expect(setup().put('a', '', { meta: { 'Some-Name1': 'V' } }).attributes.meta).toEqual({ 'some-name1': 'V' });
  });

  it.each(['a_b', 'a b', 'é', ''])('cannot be named %j', (name) => {
    expect(refusal(() => setup().put('a', '', { meta: { [name]: 'v' } }))).toBe('InvalidArgument 400');
  });

  it('is at most 2 KB a header, with its name', () => {
    const { put } = setup();
    const room = 2048 - 'x-cos-meta-a'.length;
    expect(put('a', '', { meta: { a: 'x'.repeat(room) } }).key).toBe('a');
    expect(refusal(() => put('a', '', { meta: { a: 'x'.repeat(room + 1) } }))).toBe('KeyTooLong 400');
  });

  it('is at most 4 KB in all', () => {
    const { put } = setup();
    const room = 2048 - 'x-cos-meta-a'.length;
    const full = { a: 'x'.repeat(room), b: 'x'.repeat(room) };
    expect(put('a', '', { meta: full }).key).toBe('a');
    expect(refusal(() => put('a', '', { meta: { ...full, c: '' } }))).toBe('KeyTooLong 400');
  });

  it('is limited by the switches', () => {
    const { put } = setup(undefined, { metadataLimit: 2048, metadataHeaderLimit: 4096 });
    const room = 2048 - 'x-cos-meta-a'.length;
    expect(put('a', '', { meta: { a: 'x'.repeat(room) } }).key).toBe('a');
    expect(refusal(() => put('a', '', { meta: { a: 'x'.repeat(room + 1) } }))).toBe('KeyTooLong 400');
  });
});

describe('a storage class', () => {
  it('is recognised in any case', () => {
    expect(setup().put('a', '', { storageClass: 'Standard_IA' }).attributes.storageClass).toBe('STANDARD_IA');
  });

  it('is that of the bucket when none is named', () => {
    expect(setup().put('a', '', { storageClass: '' }).attributes.storageClass).toBe('STANDARD');
  });

  it.each(['standard ', 'GLACIER', 'MAZ_STANDARD'])('%j is refused', (storageClass) => {
    expect(refusal(() => setup().put('a', '', { storageClass }))).toBe('NotSupportedStorageClass 400');
  });
});

describe('tags', () => {
  it('are set on the named version and change neither its time nor its place', () => {
    const { core, put, get, stack, events, clock } = setup('Enabled');
    const one = put('a', 'one', { tags: [['x', 'y']] });
    put('a', 'two');
    const count = events.length;
    clock.ms += 1000;
    const tagged = core.putTags(BUCKET, REGION, 'a', one.versionId, tags(2));
    expect(tagged).toEqual({ ...one, attributes: { ...one.attributes, tags: tags(2) } });
    expect(get('a', one.versionId)).toBe(tagged);
    expect(get('a').attributes.tags).toEqual([]);
    expect(stack('a')).toBe('v v');
    expect(core.putTags(BUCKET, REGION, 'a', undefined, []).attributes.tags).toEqual([]);
    expect(events).toHaveLength(count);
  });

  it('need an object', () => {
    const { core, remove } = setup('Enabled');
    const marker = remove('a');
    expect(refusal(() => core.putTags(BUCKET, REGION, 'a', undefined, []))).toBe('NoSuchKey 404');
    expect(refusal(() => core.putTags(BUCKET, REGION, 'a', marker.versionId, []))).toBe('NoSuchKey 404');
    expect(refusal(() => core.putTags(BUCKET, REGION, 'a', 'null', []))).toBe('NoSuchVersion 404');
  });

  it.each<[string, Attributes['tags']]>([
    ['eleven', tags(11)],
    ['an empty key', [['', 'v']]],
    ['a key of 129 characters', [['🙂'.repeat(129), 'v']]],
    ['a value of 257 characters', [['k', '🙂'.repeat(257)]]],
    [
      'a key twice',
      [
        ['k', '1'],
        ['k', '2'],
      ],
    ],
  ])('of %s are refused', (_, refused) => {
    const { core, put, get } = setup();
    expect(refusal(() => put('a', '', { tags: refused }))).toBe('InvalidTag 400');
    put('a', '', { tags: [['k', 'v']] });
    expect(refusal(() => core.putTags(BUCKET, REGION, 'a', undefined, refused))).toBe('InvalidTag 400');
    expect(get('a').attributes.tags).toEqual([['k', 'v']]);
  });

  it('go up to ten, of 128 and 256 characters', () => {
    const most = [...tags(9), ['🙂'.repeat(128), '🙂'.repeat(256)] as const];
    expect(setup().put('a', '', { tags: most }).attributes.tags).toEqual(most);
  });
});

describe('an access control list', () => {
  it('is set on the named version', () => {
    const { core, put, get } = setup('Enabled');
    const one = put('a');
    put('a');
    const acl = { canned: 'public-read', grants: [{ permission: 'READ', grantee: '1' }] } as const;
    core.putAcl(BUCKET, REGION, 'a', one.versionId, acl);
    expect(get('a', one.versionId).attributes.acl).toEqual(acl);
    expect(get('a').attributes.acl).toEqual(plain.acl);
  });

  it('of an object has no public-read-write and at most 100 grants', () => {
    const { core, put } = setup();
    const grants = Array.from({ length: 101 }, () => ({ permission: 'READ', grantee: '1' }));
    put('a');
    for (const acl of [{ canned: 'public-read-write', grants: [] } as const, { canned: 'private', grants } as const]) {
      expect(refusal(() => core.putAcl(BUCKET, REGION, 'a', undefined, acl))).toBe('InvalidArgument 400');
      expect(refusal(() => put('b', '', { acl }))).toBe('InvalidArgument 400');
    }
  });
});

describe('x-cos-forbid-overwrite', () => {
  const putOnce = ({ core, context }: ReturnType<typeof setup>) =>
    core.putObject(BUCKET, REGION, 'a', blobs.fromBytes(Buffer.from('2')), plain, {
      ...context(),
      forbidOverwrite: true,
    });

  it('creates, and refuses to overwrite, where versioning was never set', () => {
    const bench = setup();
    expect(putOnce(bench).versionId).toBe('null');
    expect(refusal(() => putOnce(bench))).toBe('FileAlreadyExists 409');
    bench.remove('a');
    expect(putOnce(bench).versionId).toBe('null');
  });

  it.each(['Enabled', 'Suspended'] as const)('has no effect once versioning is %s', (status) => {
    const bench = setup(status);
    putOnce(bench);
    expect(putOnce(bench).key).toBe('a');
  });
});
