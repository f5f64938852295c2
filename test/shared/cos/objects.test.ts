import { afterEach, describe, expect, it } from 'vitest';

import { ALL_USERS } from '../../../shared/cos/index.ts';
import type { CopyAttributes, CopySource, CosClientOptions } from '../../../shared/cos/index.ts';
import { BACKUP, DATE, NOW, SOURCE, clientOf, failure, reply, startServer, xml } from './server.ts';
import type { Reply, ScriptedServer } from './server.ts';

const COPIED = xml(
  200,
  '<CopyObjectResult><ETag>&quot;e&quot;</ETag><CRC64>123</CRC64><LastModified>2026-05-06T07:08:09Z</LastModified><VersionId>v2</VersionId></CopyObjectResult>',
);
const FROM: CopySource = { place: SOURCE, key: 'a b/键', versionId: 'MTg0' };
const PLAIN: CopyAttributes = { headers: {}, meta: {}, storageClass: 'STANDARD' };

let server: ScriptedServer;
async function setUp(replies: readonly Reply[], options: Partial<CosClientOptions> = {}) {
  server = await startServer(replies);
  return clientOf(server, options);
}
afterEach(() => server.close());

/** The x-cos headers of a request, without those that the other tests check. */
function cosHeaders(index = 0): Record<string, string> {
  return Object.fromEntries([...server.arrived[index]!.headers].filter(([name]) => name.startsWith('x-cos-')));
}

describe('headObject', () => {
  it('gives everything that a replica needs', async () => {
    const cos = await setUp([
      reply(200, {
        ETag: '"abc"',
        'Last-Modified': 'Wed, 06 May 2026 07:08:08 GMT',
        'Content-Length': '12',
        'Content-Type': 'text/plain',
        'Cache-Control': 'no-cache',
        Expires: 'Thu, 01 Jan 2032 00:00:00 GMT',
        'x-cos-website-redirect-location': '/b',
        'x-cos-meta-Who': 'me',
        'x-cos-meta-empty': '',
        'x-cos-version-id': 'MTg0',
        'x-cos-hash-crc64ecma': '18446744073709551615',
        'x-cos-storage-class': 'Archive',
        'x-cos-restore': 'ongoing-request="true"',
        'x-cos-object-type': 'appendable',
        'x-cos-tagging-count': '2',
        'x-cos-server-side-encryption': 'cos/kms',
        'x-cos-server-side-encryption-cos-kms-key-id': 'k1',
      }),
    ]);
    expect(await cos.headObject(SOURCE, 'a', 'MTg0')).toEqual({
      found: true,
      date: NOW,
      head: {
        versionId: 'MTg0',
        etag: '"abc"',
        size: 12,
        lastModified: NOW - 1000,
        crc64: '18446744073709551615',
        storageClass: 'ARCHIVE',
        headers: {
          'content-type': 'text/plain',
          'cache-control': 'no-cache',
          expires: 'Thu, 01 Jan 2032 00:00:00 GMT',
          'x-cos-website-redirect-location': '/b',
        },
        meta: { who: 'me', empty: '' },
        encryption: { algorithm: 'cos/kms', kmsKeyId: 'k1' },
        restore: 'ongoing-request="true"',
        appendable: true,
        tagCount: 2,
      },
    });
  });

  it("gives COS's defaults for missing headers", async () => {
    const cos = await setUp([reply(200, { ETag: 'abc', 'Last-Modified': DATE, 'Content-Length': '0' })]);
    const result = await cos.headObject(SOURCE, 'a');
    expect(result).toMatchObject({
      head: { versionId: undefined, etag: '"abc"', crc64: undefined, storageClass: 'STANDARD', encryption: undefined },
    });
  });

  it.each(['of-tomorrow', '', '0x12', '123456789012345678901'])('reads no checksum from %j', async (text) => {
    const headers = { ETag: '"e"', 'Last-Modified': DATE, 'Content-Length': '0', 'x-cos-hash-crc64ecma': text };
    const cos = await setUp([reply(200, headers)]);
    expect(await cos.headObject(SOURCE, 'a')).toMatchObject({ head: { crc64: undefined } });
  });

  it.each([
    [{ 'x-cos-server-side-encryption': 'AES256' }, 'AES256'],
    [{ 'x-cos-server-side-encryption': 'SM4' }, 'SM4'],
    [{ 'x-cos-server-side-encryption': 'of-tomorrow' }, 'unknown'],
    [{ 'x-cos-server-side-encryption-customer-algorithm': 'AES256' }, 'SSE-C'],
  ])('reads the encryption of %j', async (headers, algorithm) => {
    const cos = await setUp([reply(200, { ETag: '"e"', 'Last-Modified': DATE, 'Content-Length': '0', ...headers })]);
    expect(await cos.headObject(SOURCE, 'a')).toMatchObject({ head: { encryption: { algorithm } } });
  });

  it.each([
    ['no ETag', { 'Last-Modified': DATE }],
    ['no time', { ETag: '"e"' }],
  ])('refuses %s', async (_what, headers) => {
    const cos = await setUp([reply(200, { 'Content-Length': '0', ...headers })], { tries: 1 });
    await expect(cos.headObject(SOURCE, 'a')).rejects.toMatchObject({ code: 'AnswerMalformed' });
  });

  it('reports a 404 and whether it names a delete marker', async () => {
    const marker = { 'x-cos-delete-marker': 'true', 'x-cos-version-id': 'MTg0' };
    const cos = await setUp([reply(404), reply(404, marker)]);
    expect(await cos.headObject(SOURCE, 'a')).toEqual({
      found: false,
      date: NOW,
      deleteMarker: false,
      versionId: undefined,
    });
    expect(await cos.headObject(SOURCE, 'a')).toMatchObject({ found: false, deleteMarker: true, versionId: 'MTg0' });
  });
});

describe('getObject and putObject', () => {
  it('carry bytes, ETag and times', async () => {
    const cos = await setUp([reply(200, { ETag: '"e"', 'Last-Modified': DATE }, '{"a":1}')]);
    expect(await cos.getObject(SOURCE, 'a')).toEqual({
      body: Buffer.from('{"a":1}'),
      etag: '"e"',
      lastModified: NOW,
      date: NOW,
    });
  });

  it('fetch nothing that is unchanged', async () => {
    const cos = await setUp([reply(304, { ETag: '"e"' }), reply(200, { ETag: '"f"', 'Last-Modified': DATE }, 'new')]);
    expect(await cos.getObject(SOURCE, 'a', { unless: '"e"' })).toMatchObject({
      unchanged: true,
      etag: '"e"',
      date: NOW,
    });
    expect(await cos.getObject(SOURCE, 'a', { unless: '"e"' })).toMatchObject({
      etag: '"f"',
      body: Buffer.from('new'),
    });
    expect(server.arrived.map(({ headers }) => headers.get('if-none-match'))).toEqual(['"e"', '"e"']);
  });

  it('put with a digest of the body', async () => {
    const done = { ETag: '"e"', 'x-cos-version-id': 'v', 'x-cos-hash-crc64ecma': '7' };
    const cos = await setUp([reply(200, done), reply(200, { ETag: '"e"' })]);
    expect(await cos.putObject(SOURCE, 'a', Buffer.from('abc'))).toEqual({ versionId: 'v', etag: '"e"', crc64: '7' });
    const options = { contentType: 'application/json', forbidOverwrite: true, encrypted: true };
    expect(await cos.putObject(SOURCE, 'a', Buffer.from(''), options)).toMatchObject({ versionId: undefined });
    const [first, second] = server.arrived;
    expect(first?.body).toBe('abc');
    expect(first?.headers.get('content-md5')).toBe('kAFQmDzST7DWlj99KOF/cg==');
    expect(first?.headers.get('content-type')).toBe('application/octet-stream');
    expect(first?.headers.has('x-cos-forbid-overwrite')).toBe(false);
    expect(first?.headers.has('x-cos-server-side-encryption')).toBe(false);
    expect(second?.headers.get('content-length')).toBe('0');
    expect(second?.headers.get('content-type')).toBe('application/json');
    expect(second?.headers.get('x-cos-forbid-overwrite')).toBe('true');
    expect(second?.headers.get('x-cos-server-side-encryption')).toBe('AES256');
  });

  it('throw when the key is taken', async () => {
    const cos = await setUp([failure(409, 'FileAlreadyExists')]);
    const put = cos.putObject(SOURCE, 'a', Buffer.from('x'), { forbidOverwrite: true });
    await expect(put).rejects.toMatchObject({ code: 'FileAlreadyExists', status: 409, outcome: 'none' });
  });
});

describe('copyObject', () => {
  it('names the source, replaces the metadata, and always sends the storage class', async () => {
    const cos = await setUp([COPIED]);
    expect(await cos.copyObject(BACKUP, 'a b/键', FROM, PLAIN)).toEqual({ versionId: 'v2', etag: '"e"', crc64: '123' });
    expect(server.arrived[0]?.line).toBe('PUT /a%20b/%E9%94%AE');
    expect(server.arrived[0]?.headers.get('content-length')).toBe('0');
    expect(cosHeaders()).toEqual({
      'x-cos-copy-source': 'source-1250000000.cos.ap-guangzhou.myqcloud.com/a%20b/%E9%94%AE?versionId=MTg0',
      'x-cos-metadata-directive': 'Replaced',
      'x-cos-tagging-directive': 'Copy',
      'x-cos-storage-class': 'STANDARD',
    });
  });

  it('sends all attributes', async () => {
    const cos = await setUp([COPIED]);
    await cos.copyObject(
      BACKUP,
      'a',
      { ...FROM, versionId: 'null', ifMatch: '"e"' },
      {
        headers: { 'content-type': 'text/plain', expires: DATE },
        meta: { 'replication-source': 'x' },
        storageClass: 'STANDARD_IA',
        tags: [
          ['a b', '1&2'],
          ['键', ''],
        ],
        encryption: { algorithm: 'cos/kms', kmsKeyId: 'k' },
        grants: [
          { permission: 'READ', grantee: ALL_USERS },
          { permission: 'READ', grantee: 'qcs::cam::uin/1:uin/2' },
          { permission: 'READ', grantee: 'qcs::cam::uin/3:uin/3' },
          { permission: 'WRITE_ACP', grantee: 'qcs::cam::uin/1:uin/2' },
        ],
      },
    );
    expect(server.arrived[0]?.headers.get('content-type')).toBe('text/plain');
    expect(server.arrived[0]?.headers.get('expires')).toBe(DATE);
    expect(cosHeaders()).toEqual({
      'x-cos-copy-source': expect.stringMatching(/\?versionId=null$/),
      'x-cos-copy-source-if-match': '"e"',
      'x-cos-metadata-directive': 'Replaced',
      'x-cos-tagging-directive': 'Replaced',
      'x-cos-tagging': 'a%20b=1%262&%E9%94%AE=',
      'x-cos-meta-replication-source': 'x',
      'x-cos-storage-class': 'STANDARD_IA',
      'x-cos-server-side-encryption': 'cos/kms',
      'x-cos-server-side-encryption-cos-kms-key-id': 'k',
      'x-cos-acl': 'public-read',
      'x-cos-grant-read': 'id="qcs::cam::uin/1:uin/2",id="qcs::cam::uin/3:uin/3"',
      'x-cos-grant-write-acp': 'id="qcs::cam::uin/1:uin/2"',
    });
  });

  it('leaves no tags where none are wanted', async () => {
    const cos = await setUp([COPIED]);
    await cos.copyObject(BACKUP, 'a', FROM, { ...PLAIN, tags: [] });
    expect(cosHeaders()).toMatchObject({ 'x-cos-tagging-directive': 'Replaced' });
    expect(cosHeaders()).not.toHaveProperty('x-cos-tagging');
  });

  it.each<[string, Partial<CopyAttributes>]>([
    ['a header that no copy carries', { headers: { host: 'evil.example.com' } }],
    ["a customer's key", { encryption: { algorithm: 'SSE-C' } }],
    ['a grantee that closes its quotes', { grants: [{ permission: 'READ', grantee: '1",uri="x' }] }],
  ])('refuses %s without sending anything', async (_what, attributes) => {
    const cos = await setUp([]);
    const copy = cos.copyObject(BACKUP, 'a', FROM, { ...PLAIN, ...attributes });
    await expect(copy).rejects.toMatchObject({ code: 'InvalidArgument', outcome: 'none' });
    expect(server.arrived).toEqual([]);
  });

  it('ignores blanks that keep the connection open', async () => {
    const cos = await setUp([
      (request, response) => {
        response.writeHead(200, { 'x-cos-version-id': 'v9' });
        response.write('  ');
        response.write(`\n<?xml version='1.0' encoding='utf-8' ?>\n<CopyObjectResult>`);
        setImmediate(() => response.end('<ETag>e</ETag></CopyObjectResult>\n'));
        request.resume();
      },
    ]);
    expect(await cos.copyObject(BACKUP, 'a', FROM, PLAIN)).toEqual({ versionId: 'v9', etag: '"e"', crc64: undefined });
  });
});

describe('deleteObject', () => {
  it('gives the ID of the delete marker it made', async () => {
    const cos = await setUp([reply(204, { 'x-cos-delete-marker': 'true', 'x-cos-version-id': 'm' }), reply(204)]);
    expect(await cos.deleteObject(BACKUP, 'a')).toEqual({ versionId: 'm', deleteMarker: true });
    expect(await cos.deleteObject(BACKUP, 'a', 'v')).toEqual({ versionId: undefined, deleteMarker: false });
    expect(server.arrived.map(({ line }) => line)).toEqual(['DELETE /a', 'DELETE /a?versionId=v']);
  });
});
