import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, children, errorOf, makeBucket, openDriver, textOf, xmlOf } from './driver.ts';
import type { CosDriver, TestBucket } from './driver.ts';

const MB = 1024 ** 2;

let driver: CosDriver;
let bucket: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  bucket = await makeBucket(driver, 'multi', { versioning: 'Enabled' });
});
afterAll(() => driver.close());

async function initiate(key: string, headers: Record<string, string> = {}, to = bucket): Promise<string> {
  const result = xmlOf(await to.must('POST', key, { query: { uploads: '' }, headers }));
  expect(result.name).toBe('InitiateMultipartUploadResult');
  expect([at(result, 'Bucket'), at(result, 'Key')]).toEqual([to.name, key]);
  return at(result, 'UploadId');
}

async function upload(key: string, uploadId: string, partNumber: number, body: Uint8Array, to = bucket) {
  const query = { partNumber: String(partNumber), uploadId };
  return (await to.must('PUT', key, { query, body })).headers['etag'] ?? '';
}

function complete(key: string, uploadId: string, etags: readonly string[], to = bucket, numbers?: readonly number[]) {
  const parts = etags.map(
    (etag, i) =>
      `<Part><PartNumber>${numbers?.[i] ?? i + 1}</PartNumber><ETag>${etag.replaceAll('"', '&quot;')}</ETag></Part>`,
  );
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
  return to.call('POST', key, { query: { uploadId }, body });
}

describe('multipart uploads', () => {
  it('become one object with the metadata of the beginning', async () => {
    const parts = [randomBytes(MB), randomBytes(MB), randomBytes(10)] as const;
    const uploadId = await initiate('big', {
      'content-type': 'video/mp4',
      'x-cos-meta-a': '1',
      'x-cos-tagging': 't=1',
    });
    const etags = [];
    // Parts may come in any order.
    for (const n of [3, 1, 2]) etags[n - 1] = await upload('big', uploadId, n, parts[n - 1] ?? Buffer.alloc(0));

    const listed = xmlOf(await bucket.must('GET', 'big', { query: { uploadId } }));
    expect(
      children(listed, 'Part').map((part) => [at(part, 'PartNumber'), at(part, 'Size'), at(part, 'ETag')]),
    ).toEqual([
      ['1', String(MB), etags[0]],
      ['2', String(MB), etags[1]],
      ['3', '10', etags[2]],
    ]);
    expect((await bucket.call('HEAD', 'big')).status).toBe(404);

    const answer = await complete('big', uploadId, etags);
    expect(answer.status).toBe(200);
    const result = xmlOf(answer);
    expect(result.name).toBe('CompleteMultipartUploadResult');
    expect(at(result, 'ETag')).toMatch(/^"[0-9a-f]{32}-3"$/);
    const get = await bucket.must('GET', 'big');
    expect(get.body.equals(Buffer.concat(parts))).toBe(true);
    expect(get.headers).toMatchObject({
      etag: at(result, 'ETag'),
      'x-cos-version-id': answer.headers['x-cos-version-id'],
      'x-cos-hash-crc64ecma': answer.headers['x-cos-hash-crc64ecma'],
      'content-type': 'video/mp4',
      'x-cos-meta-a': '1',
    });
    // The CRC64 of the whole must be that of the same bytes sent at once.
    const whole = await bucket.must('PUT', 'whole', { body: Buffer.concat(parts) });
    expect(whole.headers['x-cos-hash-crc64ecma']).toBe(answer.headers['x-cos-hash-crc64ecma']);
    const gone = await bucket.call('GET', 'big', { query: { uploadId } });
    expect(errorOf(gone)).toMatchObject({ status: 404, code: 'NoSuchUpload' });
  });

  it('replace a part that is sent again', async () => {
    const uploadId = await initiate('again');
    await upload('again', uploadId, 1, Buffer.from('wrong'));
    const etag = await upload('again', uploadId, 1, Buffer.from('right'));
    expect((await complete('again', uploadId, [etag])).status).toBe(200);
    expect((await bucket.must('GET', 'again')).body.toString()).toBe('right');
  });

  it('refuse wrong parts and stay open', async () => {
    const uploadId = await initiate('bad');
    const small = await upload('bad', uploadId, 1, Buffer.from('small'));
    const last = await upload('bad', uploadId, 2, Buffer.from('last'));
    const outcome = async (etags: string[], numbers?: number[]) =>
      errorOf(await complete('bad', uploadId, etags, bucket, numbers));
    expect(await outcome([small, last])).toMatchObject({ status: 400, code: 'EntityTooSmall' });
    expect(await outcome([last, small], [2, 1])).toMatchObject({ status: 400, code: 'InvalidPartOrder' });
    expect(await outcome(['"00000000000000000000000000000000"'])).toMatchObject({ status: 400, code: 'InvalidPart' });
    expect(await outcome([small], [3])).toMatchObject({ status: 400, code: 'InvalidPart' });
    expect(await outcome([])).toMatchObject({ status: 400, code: 'MalformedXML' });
    expect((await complete('bad', uploadId, [small])).status).toBe(200);
  });

  it('are unknown after an abort', async () => {
    const uploadId = await initiate('abort');
    await upload('abort', uploadId, 1, Buffer.from('x'));
    expect((await bucket.must('DELETE', 'abort', { query: { uploadId } })).status).toBe(204);
    const query = { uploadId, partNumber: '2' };
    const late = await bucket.call('PUT', 'abort', { query, body: 'x' });
    expect(errorOf(late)).toMatchObject({ status: 404, code: 'NoSuchUpload' });
    expect(errorOf(await complete('abort', uploadId, ['"x"']))).toMatchObject({ status: 404, code: 'NoSuchUpload' });
  });

  it('refuse part numbers outside 1 to 10000', async () => {
    const uploadId = await initiate('numbers');
    for (const partNumber of ['0', '10001', 'x']) {
      const answer = await bucket.call('PUT', 'numbers', { query: { uploadId, partNumber }, body: 'x' });
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidArgument' });
    }
  });

  it('are listed while they are open', async () => {
    const own = await makeBucket(driver, 'under-way');
    const ids = [await initiate('a/1', {}, own), await initiate('a/1', {}, own), await initiate('b 2', {}, own)];
    const root = xmlOf(await own.must('GET', '', { query: { uploads: '' } }));
    expect(children(root, 'Upload').map((entry) => textOf(entry, 'Key'))).toEqual(['a/1', 'a/1', 'b 2']);
    expect(new Set(children(root, 'Upload').map((entry) => textOf(entry, 'UploadId')))).toEqual(new Set(ids));
    const page = xmlOf(await own.must('GET', '', { query: { uploads: '', 'max-uploads': '1', prefix: 'a' } }));
    expect(at(page, 'IsTruncated')).toBe('true');
    const markers = { 'key-marker': at(page, 'NextKeyMarker'), 'upload-id-marker': at(page, 'NextUploadIdMarker') };
    const next = xmlOf(await own.must('GET', '', { query: { uploads: '', prefix: 'a', ...markers } }));
    expect(children(next, 'Upload').length).toBe(1);
    expect(at(next, 'IsTruncated')).toBe('false');
  });

  it('list their parts in pages', async () => {
    const uploadId = await initiate('many');
    for (const n of [1, 2, 3]) await upload('many', uploadId, n, Buffer.from(`${n}`));
    const first = xmlOf(await bucket.must('GET', 'many', { query: { uploadId, 'max-parts': '2' } }));
    expect([at(first, 'IsTruncated'), at(first, 'NextPartNumberMarker')]).toEqual(['true', '2']);
    const query = { uploadId, 'part-number-marker': '2' };
    const rest = xmlOf(await bucket.must('GET', 'many', { query }));
    expect(children(rest, 'Part').map((part) => at(part, 'PartNumber'))).toEqual(['3']);
  });

  it('name the null version of a suspended bucket', async () => {
    const suspended = await makeBucket(driver, 'susp', { versioning: 'Suspended' });
    const uploadId = await initiate('k', {}, suspended);
    const etag = await upload('k', uploadId, 1, Buffer.from('x'), suspended);
    expect((await complete('k', uploadId, [etag], suspended)).headers['x-cos-version-id']).toBe('null');
  });
});

describe('part copy', () => {
  it('copies ranges of a version in another region', async () => {
    const other = await makeBucket(driver, 'parts', { versioning: 'Enabled', region: driver.otherRegion });
    const body = randomBytes(2 * MB + 5);
    const versionId = await bucket.put('src', body);
    await bucket.put('src', 'newer');
    const uploadId = await initiate('dst', {}, other);
    const copyPart = (partNumber: number, range: string) =>
      other.call('PUT', 'dst', {
        query: { uploadId, partNumber: String(partNumber) },
        headers: {
          'x-cos-copy-source': `${bucket.host}/src?versionId=${versionId}`,
          'x-cos-copy-source-range': range,
        },
      });
    const answers = [await copyPart(1, `bytes=0-${MB - 1}`), await copyPart(2, `bytes=${MB}-${body.length - 1}`)];
    const results = answers.map(xmlOf);
    expect(results.map(({ name }) => name)).toEqual(['CopyPartResult', 'CopyPartResult']);
    expect(answers[0]?.headers['x-cos-copy-source-version-id']).toBe(versionId);
    const done = await complete(
      'dst',
      uploadId,
      results.map((result) => at(result, 'ETag')),
      other,
    );
    expect(done.status).toBe(200);
    const head = await bucket.must('HEAD', 'src', { query: { versionId } });
    expect(done.headers['x-cos-hash-crc64ecma']).toBe(head.headers['x-cos-hash-crc64ecma']);
    expect((await other.must('GET', 'dst')).body.equals(body)).toBe(true);
  });

  it('refuses a range outside the source and a missing source', async () => {
    await bucket.put('short', '0123456789');
    const uploadId = await initiate('out');
    const copyPart = (key: string, range: string) =>
      bucket.call('PUT', 'out', {
        query: { uploadId, partNumber: '1' },
        headers: { 'x-cos-copy-source': `${bucket.host}/${key}`, 'x-cos-copy-source-range': range },
      });
    expect(errorOf(await copyPart('short', 'bytes=5-10'))).toMatchObject({ status: 416, code: 'InvalidRange' });
    expect(errorOf(await copyPart('short', 'bytes=x'))).toMatchObject({ status: 416, code: 'InvalidRange' });
    expect(errorOf(await copyPart('absent', 'bytes=0-1')).status).toBe(404);
  });

  it('with an empty range copies the whole source', async () => {
    await bucket.put('whole', '0123456789');
    const uploadId = await initiate('all');
    const part = await bucket.must('PUT', 'all', {
      query: { uploadId, partNumber: '1' },
      headers: { 'x-cos-copy-source': `${bucket.host}/whole`, 'x-cos-copy-source-range': '' },
    });
    await complete('all', uploadId, [at(xmlOf(part), 'ETag')]);
    expect((await bucket.must('GET', 'all')).body.toString()).toBe('0123456789');
  });
});
