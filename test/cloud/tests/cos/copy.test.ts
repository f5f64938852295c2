import { describe, expect, it } from 'vitest';
import { SIMPLE_LIMIT } from '../../cos/index.ts';
import type { Attributes, Core, CopySource, Preconditions } from '../../cos/index.ts';
import { blobs, BUCKET, failure, OTHER, plain, refusal, REGION, setup, START, textOf } from './setup.ts';
import type { Setup } from './setup.ts';

interface Wish {
  source?: Partial<CopySource>;
  to?: { bucket: string; region: string; key?: string };
  replaceMetadata?: boolean;
  replaceTags?: boolean;
  attributes?: Partial<Attributes>;
  forbidOverwrite?: boolean;
}

/** Copies `a`, by default to the other region. */
function copy({ core, context }: Setup, wish: Wish = {}): ReturnType<Core['copyObject']> {
  const { source, replaceMetadata = false, replaceTags = false, attributes } = wish;
  const to = { key: 'a', ...(wish.to ?? OTHER) };
  return core.copyObject(
    to.bucket,
    to.region,
    to.key,
    { bucket: BUCKET, region: REGION, key: 'a', ...source },
    { replaceMetadata, replaceTags, attributes: { ...plain, ...attributes } },
    { ...context(), forbidOverwrite: wish.forbidOverwrite ?? false },
  );
}

const HERE = { bucket: BUCKET, region: REGION };

function twoRegions(): Setup {
  const bench = setup('Enabled');
  bench.core.createBucket(OTHER.bucket, OTHER.region);
  bench.core.putVersioning(OTHER.bucket, OTHER.region, 'Enabled');
  return bench;
}

const rich: Attributes = {
  headers: { 'content-type': 'text/plain' },
  meta: { one: '1' },
  storageClass: 'STANDARD_IA',
  tags: [['k', 'v']],
  acl: { canned: 'public-read', grants: [] },
  encryption: { algorithm: 'AES256' },
};

describe('a copy', () => {
  it('across regions shares the bytes and has a version ID of its own', async () => {
    const bench = twoRegions();
    const original = bench.put('a', 'text');
    bench.clock.ms += 1000;
    const { version, source } = copy(bench);
    expect(source).toEqual(original);
    expect(version.blob).toBe(original.blob);
    expect(version.etag).toBe(original.etag);
    expect(version.versionId).not.toBe(original.versionId);
    expect(version.time).toBe((START + 1000) * 1000);
    expect(bench.core.getObject(OTHER.bucket, OTHER.region, 'a')).toBe(version);
    expect(bench.events.at(-1)).toMatchObject({
      name: 'cos:ObjectCreated:Copy',
      bucket: OTHER.bucket,
      region: OTHER.region,
      key: 'a',
      versionId: version.versionId,
      size: 4,
    });
  });

  it('keeps headers, metadata and tags, but not class, ACL and encryption', () => {
    const bench = twoRegions();
    bench.put('a', 'text', rich);
    const { headers, meta, tags } = rich;
    expect(copy(bench).version.attributes).toEqual({ ...plain, headers, meta, tags });
  });

  it('has the class, ACL and encryption of the request', () => {
    const bench = twoRegions();
    bench.put('a', 'text');
    const { storageClass, acl, encryption } = rich;
    const wanted = { storageClass, acl, encryption };
    expect(copy(bench, { attributes: wanted }).version.attributes).toEqual({ ...plain, ...wanted });
  });

  it('has the metadata or the tags of the request when they are replaced', () => {
    const bench = twoRegions();
    bench.put('a', 'text', rich);
    const attributes: Partial<Attributes> = { headers: { expires: 'x' }, meta: { two: '2' }, tags: [['t', 'u']] };
    const metadata = copy(bench, { replaceMetadata: true, attributes }).version.attributes;
    expect(metadata).toMatchObject({ headers: { expires: 'x' }, meta: { two: '2' }, tags: rich.tags });
    expect(metadata.headers).not.toHaveProperty('content-type');
    const tags = copy(bench, { replaceTags: true, attributes }).version.attributes;
    expect(tags).toMatchObject({ headers: rich.headers, meta: rich.meta, tags: [['t', 'u']] });
  });

  it('checks the attributes of the request', () => {
    const bench = twoRegions();
    bench.put('a');
    const meta = { a_b: '1' };
    expect(refusal(() => copy(bench, { replaceMetadata: true, attributes: { meta } }))).toBe('InvalidArgument 400');
    expect(copy(bench, { attributes: { meta } }).version.attributes.meta).toEqual({});
    expect(refusal(() => copy(bench, { to: { ...OTHER, key: 'x'.repeat(851) } }))).toBe('KeyTooLong 400');
  });

  it('may copy an older version', async () => {
    const bench = twoRegions();
    const { versionId } = bench.put('a', 'old');
    bench.put('a', 'new');
    const { version, source } = copy(bench, { source: { versionId } });
    expect(source.versionId).toBe(versionId);
    expect(await textOf(version.blob)).toBe('old');
  });

  it('into a bucket without versioning is its null version', () => {
    const bench = setup();
    bench.core.createBucket(OTHER.bucket, OTHER.region);
    bench.put('a');
    expect(copy(bench).version.versionId).toBe('null');
    expect(refusal(() => copy(bench, { forbidOverwrite: true }))).toBe('FileAlreadyExists 409');
  });
});

describe('a copy onto itself', () => {
  it('changes metadata by a new version', () => {
    const bench = twoRegions();
    bench.put('a', 'text', rich);
    const { version } = copy(bench, { to: HERE, replaceMetadata: true, attributes: { meta: { two: '2' } } });
    expect(version.attributes.meta).toEqual({ two: '2' });
    expect(bench.stack('a')).toBe('v v');
  });

  it('without versioning replaces the object', async () => {
    const bench = setup();
    bench.put('a', 'text');
    const { version } = copy(bench, { to: HERE, replaceMetadata: true });
    expect(bench.get('a')).toBe(version);
    expect(await textOf(version.blob)).toBe('text');
    expect(bench.stack('a')).toBe('v0');
  });

  it('is refused when nothing is replaced', () => {
    const bench = twoRegions();
    const { versionId } = bench.put('a');
    expect(refusal(() => copy(bench, { to: HERE }))).toBe('InvalidRequest 400');
    expect(refusal(() => copy(bench, { to: HERE, source: { versionId } }))).toBe('InvalidRequest 400');
    expect(bench.stack('a')).toBe('v');
  });

  it('makes an older version current', async () => {
    const bench = twoRegions();
    const { versionId } = bench.put('a', 'old', rich);
    bench.put('a', 'new');
    expect(await textOf(copy(bench, { to: HERE, source: { versionId } }).version.blob)).toBe('old');
    expect(bench.get('a').attributes.meta).toEqual(rich.meta);
  });
});

describe('a source', () => {
  it('that is missing has its code', () => {
    const bench = twoRegions();
    bench.put('a');
    expect(refusal(() => copy(bench, { source: { key: 'b' } }))).toBe('NoSuchKey 404');
    expect(refusal(() => copy(bench, { source: { versionId: 'null' } }))).toBe('NoSuchVersion 404');
    expect(refusal(() => copy(bench, { source: { bucket: 'none-1' } }))).toBe('NoSuchBucket 404');
    expect(refusal(() => copy(bench, { source: { region: OTHER.region } }))).toBe('NoSuchBucket 404');
    expect(refusal(() => copy(bench, { to: { bucket: 'none-1', region: REGION } }))).toBe('NoSuchBucket 404');
  });

  it('that is a delete marker is 404, and 400 when named by its ID', () => {
    const bench = twoRegions();
    bench.put('a');
    const { versionId = '' } = bench.remove('a');
    expect(failure(() => copy(bench))).toMatchObject({ code: 'NoSuchKey', status: 404, deleteMarker: true });
    expect(refusal(() => copy(bench, { source: { versionId } }))).toBe('InvalidRequest 400');
  });

  it('that is missing has the other code when the switch says so', () => {
    const bench = twoRegions();
    bench.core.switches.noSuchCopySource = true;
    expect(refusal(() => copy(bench))).toBe('NoSuchCopySource 404');
    expect(refusal(() => copy(bench, { source: { bucket: 'none-1' } }))).toBe('NoSuchBucket 404');
    bench.put('a');
    const { versionId = '' } = bench.remove('a');
    expect(refusal(() => copy(bench))).toBe('NoSuchCopySource 404');
    expect(refusal(() => copy(bench, { source: { versionId: 'null' } }))).toBe('NoSuchCopySource 404');
    expect(refusal(() => copy(bench, { source: { versionId } }))).toBe('InvalidRequest 400');
  });

  it('must meet the conditions', () => {
    const bench = twoRegions();
    const { etag } = bench.put('a');
    const under = (conditions: Preconditions) => () => copy(bench, { source: { conditions } });
    for (const conditions of [
      { ifMatch: '"other"' },
      { ifNoneMatch: etag },
      { ifModifiedSince: START },
      { ifUnmodifiedSince: START - 1000 },
    ]) {
      expect(refusal(under(conditions))).toBe('PreconditionFailed 412');
    }
    expect(under({ ifMatch: etag, ifModifiedSince: START - 1000 })().version.etag).toBe(etag);
  });

  it('that is archived must be restored first', () => {
    const bench = twoRegions();
    bench.put('a', 'text', { storageClass: 'ARCHIVE' });
    expect(refusal(() => copy(bench))).toBe('InvalidObjectState 403');
    bench.core.restoreObject(BUCKET, REGION, 'a', undefined, 1, bench.context());
    expect(copy(bench).version).toMatchObject({ restoredUntil: undefined, attributes: { storageClass: 'STANDARD' } });
  });

  it("encrypted with a customer's key needs that key", () => {
    const bench = twoRegions();
    bench.put('a', 'text', { encryption: { algorithm: 'SSE-C', customerKeyMd5: 'a2V5' } });
    expect(refusal(() => copy(bench))).toBe('SsecDecryptHeaderInvalid 400');
    const { version } = copy(bench, { source: { customerKeyMd5: 'a2V5' } });
    expect(version.attributes.encryption).toBeUndefined();
    expect(version.etag).toBe(`"${version.blob?.md5}"`);
  });

  it('is at most 5 GB', () => {
    const bench = twoRegions();
    const { core, context } = bench;
    const size = SIMPLE_LIMIT + 1;
    const uploadId = core.initiateMultipart(BUCKET, REGION, 'a', plain, context());
    const parts = [size - 5, 5].map((part, i) => ({
      partNumber: i + 1,
      etag: core.uploadPart(BUCKET, REGION, 'a', { uploadId, partNumber: i + 1, blob: blobs.zeros(part) }),
    }));
    core.completeMultipart(BUCKET, REGION, 'a', { uploadId, parts }, context());
    expect(refusal(() => copy(bench))).toBe('InvalidRequest 400');
    core.putObject(BUCKET, REGION, 'a', blobs.zeros(SIMPLE_LIMIT), plain, context());
    expect(copy(bench).version.blob?.size).toBe(SIMPLE_LIMIT);
  });
});
