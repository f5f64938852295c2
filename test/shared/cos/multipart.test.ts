import { afterEach, describe, expect, it } from 'vitest';

import type { CosClientOptions } from '../../../shared/cos/index.ts';
import { BACKUP, SOURCE, clientOf, failure, reply, startServer, xml } from './server.ts';
import type { Reply, ScriptedServer } from './server.ts';

let server: ScriptedServer;
async function setUp(replies: readonly Reply[], options: Partial<CosClientOptions> = {}) {
  server = await startServer(replies);
  return clientOf(server, { tries: 1, ...options });
}
afterEach(() => server.close());

describe('a multipart upload', () => {
  it('gets its attributes when it begins', async () => {
    const body =
      '<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>a</Key><UploadId>u1</UploadId></InitiateMultipartUploadResult>';
    const cos = await setUp([xml(200, body)]);
    const attributes = {
      headers: { 'content-type': 'text/plain' },
      meta: { who: 'me' },
      storageClass: 'STANDARD_IA',
      tags: [['a', 'b']] as const,
    };
    expect(await cos.initiateMultipart(BACKUP, 'a', attributes)).toBe('u1');
    const { line, headers } = server.arrived[0]!;
    expect(line).toBe('POST /a?uploads');
    expect(headers.get('content-type')).toBe('text/plain');
    expect(headers.get('x-cos-meta-who')).toBe('me');
    expect(headers.get('x-cos-storage-class')).toBe('STANDARD_IA');
    expect(headers.get('x-cos-tagging')).toBe('a=b');
    // There is no source to copy metadata or tags from.
    expect([...headers.keys()].filter((name) => name.includes('directive'))).toEqual([]);
  });

  it('copies ranges', async () => {
    const cos = await setUp([xml(200, '<CopyPartResult><ETag>"p"</ETag></CopyPartResult>')]);
    const source = { place: SOURCE, key: 'a', versionId: 'null', ifMatch: '"e"' };
    const part = { uploadId: 'u/1', partNumber: 2, source, range: [10, 19] as const };
    expect(await cos.uploadPartCopy(BACKUP, 'a', part)).toBe('"p"');
    const { line, headers } = server.arrived[0]!;
    expect(line).toBe('PUT /a?partNumber=2&uploadId=u%2F1');
    expect(headers.get('x-cos-copy-source')).toMatch(/\/a\?versionId=null$/);
    expect(headers.get('x-cos-copy-source-if-match')).toBe('"e"');
    expect(headers.get('x-cos-copy-source-range')).toBe('bytes=10-19');
  });

  it('lists its parts over several pages', async () => {
    const parts = (numbers: number[], more: string) =>
      `<ListPartsResult><Bucket>b</Bucket>${numbers
        .map((n) => `<Part><PartNumber>${n}</PartNumber><ETag>"${n}"</ETag><Size>5</Size></Part>`)
        .join('')}${more}</ListPartsResult>`;
    const cos = await setUp([
      xml(200, parts([1, 2], '<IsTruncated>true</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker>')),
      xml(200, parts([3], '<IsTruncated>false</IsTruncated>')),
    ]);
    expect(await cos.listParts(BACKUP, 'a', 'u')).toEqual(
      [1, 2, 3].map((partNumber) => ({ partNumber, etag: `"${partNumber}"`, size: 5 })),
    );
    expect(server.arrived.map(({ line }) => line)).toEqual([
      'GET /a?uploadId=u',
      'GET /a?uploadId=u&part-number-marker=2',
    ]);
  });

  it('does not list the same page for ever', async () => {
    const body =
      '<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker></ListPartsResult>';
    const cos = await setUp([xml(200, body), xml(200, body)]);
    await expect(cos.listParts(BACKUP, 'a', 'u')).rejects.toMatchObject({ code: 'AnswerMalformed' });
  });

  it('is completed', async () => {
    const body =
      '<CompleteMultipartUploadResult xmlns="http://www.qcloud.com/document/product/436/7751"><Location>l</Location><ETag>"x-2"</ETag></CompleteMultipartUploadResult>';
    const cos = await setUp([xml(200, body, { 'x-cos-version-id': 'v', 'x-cos-hash-crc64ecma': '9' })]);
    const parts = [
      { partNumber: 1, etag: '"p1"' },
      { partNumber: 2, etag: '"p2"' },
    ];
    expect(await cos.completeMultipart(BACKUP, 'a', 'u', parts)).toEqual({ versionId: 'v', etag: '"x-2"', crc64: '9' });
    const { line, headers, body: sent } = server.arrived[0]!;
    expect(line).toBe('POST /a?uploadId=u');
    expect(headers.get('content-type')).toBe('application/xml');
    expect(sent).toBe(
      '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;p1&quot;</ETag></Part><Part><PartNumber>2</PartNumber><ETag>&quot;p2&quot;</ETag></Part></CompleteMultipartUpload>',
    );
  });

  it('is aborted, and may be aborted twice', async () => {
    const cos = await setUp([reply(204), failure(404, 'NoSuchUpload'), failure(404, 'NoSuchBucket')]);
    await cos.abortMultipart(BACKUP, 'a', 'u');
    await cos.abortMultipart(BACKUP, 'a', 'u');
    await expect(cos.abortMultipart(BACKUP, 'a', 'u')).rejects.toMatchObject({ code: 'NoSuchBucket' });
    expect(server.arrived[0]?.line).toBe('DELETE /a?uploadId=u');
  });

  it('is never called with an empty upload ID, which would mean the object itself', async () => {
    const cos = await setUp([]);
    await expect(cos.abortMultipart(BACKUP, 'a', '')).rejects.toMatchObject({ code: 'InvalidArgument' });
  });
});
