import { beforeEach, describe, expect, it } from 'vitest';
import { SIMPLE_LIMIT } from '../../cos/index.ts';
import type { Attributes, Blob, CopySource } from '../../cos/index.ts';
import { blobs, BUCKET, bytes, OTHER, plain, refusal, REGION, setup, START, textOf } from './setup.ts';
import type { Setup } from './setup.ts';

const MEGABYTE = 1024 ** 2;

let bench: Setup;
beforeEach(() => {
  bench = setup('Enabled');
});

const initiate = (key = 'a', attributes: Partial<Attributes> = {}): string =>
  bench.core.initiateMultipart(BUCKET, REGION, key, { ...plain, ...attributes }, bench.context());
const part = (uploadId: string, partNumber: number, blob: Blob, key = 'a') => ({
  partNumber,
  etag: bench.core.uploadPart(BUCKET, REGION, key, { uploadId, partNumber, blob }),
});
const complete = (uploadId: string, parts: { partNumber: number; etag: string }[], key = 'a') =>
  bench.core.completeMultipart(BUCKET, REGION, key, { uploadId, parts }, bench.context());
const copyPart = (uploadId: string, source: Partial<CopySource>, range?: readonly [number, number]) =>
  bench.core.uploadPartCopy(BUCKET, REGION, 'a', {
    uploadId,
    partNumber: 1,
    source: { bucket: BUCKET, region: REGION, key: 'source', ...source },
    ...(range && { range }),
  });
const megabyte = blobs.zeros(MEGABYTE);

describe('a multipart upload', () => {
  it('becomes one object of its parts in order', async () => {
    const first = blobs.repeat(Buffer.from('ab'), MEGABYTE);
    const uploadId = initiate();
    const two = part(uploadId, 7, bytes('end'));
    const one = part(uploadId, 2, first);
    const version = complete(uploadId, [one, two]);
    expect(version).toMatchObject({ key: 'a', multipart: true, deleteMarker: false });
    expect(version.etag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect(version.blob).toMatchObject({ size: MEGABYTE + 3, md5: undefined });
    expect(version.blob?.crc64).toBe(blobs.compose([first, bytes('end')]).crc64);
    expect(await textOf(version.blob, MEGABYTE - 2)).toBe('abend');
    expect(bench.get('a')).toBe(version);
    expect(bench.events).toMatchObject([
      { name: 'cos:ObjectCreated:CompleteMultipartUpload', size: MEGABYTE + 3, versionId: version.versionId },
    ]);
  });

  it('has the attributes of its beginning', () => {
    const attributes = {
      headers: { 'content-type': 'x' },
      meta: { one: '1' },
      storageClass: 'STANDARD_IA',
      tags: [['k', 'v'] as const],
    };
    const uploadId = initiate('a', attributes);
    expect(complete(uploadId, [part(uploadId, 1, bytes('x'))]).attributes).toEqual({ ...plain, ...attributes });
    expect(refusal(() => initiate('a', { meta: { a_b: '' } }))).toBe('InvalidArgument 400');
    expect(refusal(() => initiate(''))).toBe('InvalidObjectName 400');
  });

  it('gets its place, time and ID when it is completed', () => {
    const uploadId = initiate();
    const only = part(uploadId, 1, bytes('x'));
    expect(refusal(() => bench.get('a'))).toBe('NoSuchKey 404');
    const between = bench.put('a', 'between');
    bench.clock.ms += 5000;
    const version = complete(uploadId, [only]);
    expect(version.time).toBe((START + 5000) * 1000);
    expect(bench.versions().entries.map((entry) => entry.versionId)).toEqual([version.versionId, between.versionId]);
  });

  it('has an ETag that is not derived from the parts', () => {
    const etags = [1, 2].map(() => {
      const uploadId = initiate();
      return complete(uploadId, [part(uploadId, 1, bytes('x'))]).etag;
    });
    expect(new Set(etags).size).toBe(2);
  });

  it('has an ID of ten digits of time and 64 hexadecimal ones, different each time', () => {
    const ids = [initiate(), initiate()];
    for (const id of ids) expect(id).toMatch(new RegExp(`^${START / 1000}[0-9a-f]{64}$`));
    expect(new Set(ids).size).toBe(2);
  });

  it('keeps the last of the parts with one number, and drops those not named', async () => {
    const uploadId = initiate();
    const old = part(uploadId, 1, bytes('old'));
    const young = part(uploadId, 1, bytes('young'));
    part(uploadId, 2, bytes('not named'));
    expect(refusal(() => complete(uploadId, [old]))).toBe('InvalidPart 400');
    expect(await textOf(complete(uploadId, [young]).blob)).toBe('young');
  });

  it('is over once completed or aborted', () => {
    const done = initiate();
    const parts = [part(done, 1, bytes('x'))];
    complete(done, parts);
    const aborted = initiate();
    bench.core.abortMultipart(BUCKET, REGION, 'a', aborted);
    for (const uploadId of [done, aborted, 'none']) {
      expect(refusal(() => part(uploadId, 1, bytes('x')))).toBe('NoSuchUpload 404');
      expect(refusal(() => complete(uploadId, parts))).toBe('NoSuchUpload 404');
      expect(refusal(() => copyPart(uploadId, {}))).toBe('NoSuchUpload 404');
      expect(refusal(() => bench.core.listParts(BUCKET, REGION, 'a', { uploadId }))).toBe('NoSuchUpload 404');
      expect(refusal(() => bench.core.abortMultipart(BUCKET, REGION, 'a', uploadId))).toBe('NoSuchUpload 404');
    }
  });

  it('belongs to its key', () => {
    const uploadId = initiate('a');
    expect(refusal(() => part(uploadId, 1, bytes('x'), 'b'))).toBe('NoSuchUpload 404');
  });
});

describe('completing', () => {
  it('needs a megabyte in every part but the last', () => {
    const uploadId = initiate();
    const small = part(uploadId, 1, blobs.zeros(MEGABYTE - 1));
    const enough = part(uploadId, 2, megabyte);
    const last = part(uploadId, 3, bytes(''));
    expect(refusal(() => complete(uploadId, [small, enough, last]))).toBe('EntityTooSmall 400');
    expect(complete(uploadId, [enough, last]).blob?.size).toBe(MEGABYTE);
  });

  it('needs the parts in ascending order, each once, and at least one', () => {
    const uploadId = initiate();
    const [one, two] = [part(uploadId, 1, megabyte), part(uploadId, 2, megabyte)];
    expect(refusal(() => complete(uploadId, [two, one]))).toBe('InvalidPartOrder 400');
    expect(refusal(() => complete(uploadId, [one, one]))).toBe('InvalidPartOrder 400');
    expect(refusal(() => complete(uploadId, []))).toBe('MalformedXML 400');
    expect(refusal(() => complete(uploadId, [{ partNumber: 3, etag: one.etag }]))).toBe('InvalidPart 400');
  });

  it('accepts ETags without quotes', () => {
    const uploadId = initiate();
    const { etag } = part(uploadId, 1, bytes('x'));
    expect(complete(uploadId, [{ partNumber: 1, etag: etag.replaceAll('"', '') }]).key).toBe('a');
  });

  it('leaves the upload open when it is refused', () => {
    const uploadId = initiate();
    const one = part(uploadId, 1, bytes('x'));
    expect(refusal(() => complete(uploadId, [{ ...one, etag: '"other"' }]))).toBe('InvalidPart 400');
    expect(complete(uploadId, [one]).key).toBe('a');
  });

  it('may not overwrite where that was forbidden, at the start or at the end', () => {
    bench = setup();
    const { core, context } = bench;
    const forbidding = { ...context(), forbidOverwrite: true };
    const uploadId = core.initiateMultipart(BUCKET, REGION, 'a', plain, forbidding);
    const parts = [part(uploadId, 1, bytes('x'))];
    const free = initiate();
    const freeParts = [part(free, 1, bytes('x'))];
    bench.put('a');
    expect(refusal(() => complete(uploadId, parts))).toBe('FileAlreadyExists 409');
    const end = { uploadId: free, parts: freeParts };
    expect(refusal(() => core.completeMultipart(BUCKET, REGION, 'a', end, forbidding))).toBe('FileAlreadyExists 409');
    expect(refusal(() => core.initiateMultipart(BUCKET, REGION, 'a', plain, forbidding))).toBe('FileAlreadyExists 409');
    expect(complete(free, freeParts).multipart).toBe(true);
  });

  it('makes objects of up to 50,000 GB', () => {
    const uploadId = initiate();
    const huge = blobs.zeros(SIMPLE_LIMIT);
    const parts = Array.from({ length: 10_000 }, (_, i) => part(uploadId, i + 1, huge));
    expect(complete(uploadId, parts).blob?.size).toBe(50_000 * 1024 ** 3);
  });
});

describe('a part', () => {
  it('has a number from 1 to 10000', () => {
    const uploadId = initiate();
    for (const number of [0, 10_001, 1.5, Number.NaN]) {
      expect(refusal(() => part(uploadId, number, bytes('x')))).toBe('InvalidArgument 400');
    }
    expect(part(uploadId, 10_000, bytes('x')).etag).toBe('"9dd4e461268c8034f5c8564e155c67a6"');
  });

  it('has at most 5 GB', () => {
    const uploadId = initiate();
    expect(refusal(() => part(uploadId, 1, blobs.zeros(SIMPLE_LIMIT + 1)))).toBe('EntityTooLarge 400');
  });

  it('can be copied, whole or a range, from any bucket and version', async () => {
    const old = bench.put('source', 'old source');
    bench.put('source', 'new source');
    bench.clock.ms += 1000;
    const uploadId = initiate();
    const whole = copyPart(uploadId, {});
    expect(whole).toMatchObject({ lastModified: START + 1000, source: { key: 'source' } });
    expect(await textOf(complete(uploadId, [{ partNumber: 1, etag: whole.etag }]).blob)).toBe('new source');
    const second = initiate();
    const range = copyPart(second, { versionId: old.versionId }, [1, 4]);
    expect(range.source.versionId).toBe(old.versionId);
    expect(await textOf(complete(second, [{ partNumber: 1, etag: range.etag }]).blob)).toBe('ld s');
    bench.core.createBucket(OTHER.bucket, OTHER.region);
    bench.core.putObject(OTHER.bucket, OTHER.region, 'source', bytes('far'), plain, bench.context());
    const third = initiate();
    const far = copyPart(third, OTHER);
    expect(await textOf(complete(third, [{ partNumber: 1, etag: far.etag }]).blob)).toBe('far');
  });

  it('cannot be copied from outside the source, nor from an unreadable object', () => {
    const { etag } = bench.put('source', '0123456789');
    const uploadId = initiate();
    for (const range of [
      [0, 10],
      [-1, 3],
      [4, 3],
      [0.5, 3],
      [10, 10],
    ] as const) {
      expect(refusal(() => copyPart(uploadId, {}, range))).toBe('InvalidRange 416');
    }
    expect(refusal(() => copyPart(uploadId, { key: 'none' }))).toBe('NoSuchKey 404');
    expect(refusal(() => copyPart(uploadId, { conditions: { ifNoneMatch: etag } }))).toBe('PreconditionFailed 412');
    const { versionId = '' } = bench.remove('source');
    expect(refusal(() => copyPart(uploadId, {}))).toBe('NoSuchKey 404');
    expect(refusal(() => copyPart(uploadId, { versionId }))).toBe('InvalidRequest 400');
    bench.put('source', 'x', { storageClass: 'ARCHIVE' });
    expect(refusal(() => copyPart(uploadId, {}))).toBe('InvalidObjectState 403');
  });

  it('can be copied from an object of terabytes, 5 GB at a time', () => {
    const huge = initiate('source');
    const parts = [1, 2, 3].map((number) => part(huge, number, blobs.zeros(SIMPLE_LIMIT), 'source'));
    complete(huge, parts, 'source');
    const uploadId = initiate();
    expect(refusal(() => copyPart(uploadId, {}))).toBe('InvalidRequest 400');
    expect(refusal(() => copyPart(uploadId, {}, [5, SIMPLE_LIMIT + 5]))).toBe('InvalidRequest 400');
    const { etag } = copyPart(uploadId, {}, [5, SIMPLE_LIMIT + 4]);
    const { blob } = complete(uploadId, [{ partNumber: 1, etag }]);
    expect(blob).toMatchObject({ size: SIMPLE_LIMIT, crc64: blobs.zeros(SIMPLE_LIMIT).crc64 });
  });
});

describe('listing parts', () => {
  it('goes by number, in pages', () => {
    const uploadId = initiate('a', { storageClass: 'STANDARD_IA' });
    for (const number of [30, 4, 1]) part(uploadId, number, bytes('x'.repeat(number)));
    const list = (query = {}) => bench.core.listParts(BUCKET, REGION, 'a', { uploadId, ...query });
    const numbers = (query = {}) => list(query).parts.map(({ partNumber, size }) => [partNumber, size]);
    expect(list()).toMatchObject({ storageClass: 'STANDARD_IA', truncated: false });
    expect(list().parts[0]).toEqual({ partNumber: 1, etag: expect.any(String), size: 1, lastModified: START });
    expect(numbers()).toEqual([1, 4, 30].map((number) => [number, number]));
    expect(list({ maxParts: 2 })).toMatchObject({ truncated: true, nextPartNumberMarker: 4 });
    expect(numbers({ partNumberMarker: 4, maxParts: 2 })).toEqual([[30, 30]]);
    expect(list({ partNumberMarker: 4, maxParts: 1 })).toMatchObject({ truncated: false });
    expect(list({ maxParts: 0 })).toMatchObject({ parts: [], truncated: false });
  });
});

describe('listing uploads', () => {
  const list = (query: Parameters<Setup['core']['listUploads']>[2] = {}) =>
    bench.core.listUploads(BUCKET, REGION, query);

  it('goes by key and then by ID, in pages that may end within a key', () => {
    for (const key of ['b', 'a', 'b', 'c/1', 'c/2']) initiate(key);
    const all = list().uploads;
    expect(all.map((upload) => upload.key)).toEqual(['a', 'b', 'b', 'c/1', 'c/2']);
    expect(all[0]).toMatchObject({ initiated: START, storageClass: 'STANDARD' });
    const first = list({ maxUploads: 2 });
    expect(first).toMatchObject({ truncated: true, nextKeyMarker: 'b', nextUploadIdMarker: all[1]?.uploadId });
    const rest = list({ keyMarker: 'b', uploadIdMarker: all[1]?.uploadId ?? '' });
    expect(rest.uploads).toEqual(all.slice(2));
    expect(list({ keyMarker: 'b' }).uploads).toEqual(all.slice(3));
    expect(list({ uploadIdMarker: all[1]?.uploadId ?? '' }).uploads).toEqual(all);
  });

  it('rolls up common prefixes', () => {
    for (const key of ['a', 'c/1', 'c/2', 'd']) initiate(key);
    expect(list({ delimiter: '/', maxUploads: 2 })).toMatchObject({
      commonPrefixes: ['c/'],
      truncated: true,
      nextKeyMarker: 'c/',
      nextUploadIdMarker: '',
    });
    expect(list({ delimiter: '/', keyMarker: 'c/' }).uploads.map((upload) => upload.key)).toEqual(['d']);
    expect(list({ prefix: 'c/' }).uploads.map((upload) => upload.key)).toEqual(['c/1', 'c/2']);
  });
});
