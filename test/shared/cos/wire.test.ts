import { afterEach, describe, expect, it } from 'vitest';

import { SIGNATURE_LIFETIME, hostOf } from '../../../shared/cos/index.ts';
import type { CopyAttributes, CosClientOptions } from '../../../shared/cos/index.ts';
import { BACKUP, DATE, NOW, SECRET, SOURCE, clientOf, failure, reply, startServer, xml } from './server.ts';
import type { Reply, ScriptedServer } from './server.ts';

const FOUND = reply(200, { ETag: '"e"', 'Last-Modified': DATE, 'Content-Length': '0' });
const COPIED = xml(200, '<CopyObjectResult><ETag>"e"</ETag><VersionId>v2</VersionId></CopyObjectResult>');
const PLAIN: CopyAttributes = { headers: {}, meta: {}, storageClass: 'STANDARD' };

let server: ScriptedServer;
async function setUp(replies: readonly Reply[], options: Partial<CosClientOptions> = {}) {
  server = await startServer(replies);
  return clientOf(server, options);
}
afterEach(() => server.close());

describe('the request line', () => {
  it.each([
    ['..', '/..'],
    ['../../etc', '/../../etc'],
    ['.', '/.'],
    ['/leading', '//leading'],
    ['a//b', '/a//b'],
    ['a/', '/a/'],
    ['a+b c', '/a%2Bb%20c'],
    ['100%', '/100%25'],
    ['键🗝', '/%E9%94%AE%F0%9F%97%9D'],
    ['?versionId=1#x', '/%3FversionId%3D1%23x'],
    ['http://evil.example.com/', '/http%3A//evil.example.com/'],
  ])('of key %j is %s', async (key, target) => {
    const cos = await setUp([FOUND, FOUND]);
    await cos.headObject(SOURCE, key, 'MTg0');
    await cos.headObject(SOURCE, key);
    expect(server.arrived.map(({ line }) => line)).toEqual([`HEAD ${target}?versionId=MTg0`, `HEAD ${target}`]);
  });

  it.each([
    ['an empty key', ''],
    ['a key that is too long', 'a'.repeat(851)],
    ['half a character', '\ud800'],
  ])('is not sent for %s', async (_what, key) => {
    const cos = await setUp([]);
    for (const call of [
      cos.headObject(SOURCE, key),
      cos.deleteObject(SOURCE, key),
      cos.abortMultipart(SOURCE, key, 'u'),
    ]) {
      await expect(call).rejects.toMatchObject({ name: 'CosError', status: 400, outcome: 'none', retryable: false });
    }
    expect(server.arrived).toEqual([]);
  });

  it('is not sent for an empty version ID, which would delete the current version', async () => {
    const cos = await setUp([]);
    await expect(cos.deleteObject(SOURCE, 'a', '')).rejects.toMatchObject({ code: 'InvalidArgument' });
    expect(server.arrived).toEqual([]);
  });

  it('is not sent to a host that is no bucket', async () => {
    const cos = await setUp([]);
    const place = { bucket: 'a.evil.example.com/-1250000000', region: 'ap-guangzhou' };
    await expect(cos.headObject(place, 'a')).rejects.toMatchObject({ code: 'InvalidBucketName' });
    expect(server.arrived).toEqual([]);
  });
});

describe('the host', () => {
  it('is that of the bucket, wherever the client connects', async () => {
    const cos = await setUp([FOUND, FOUND]);
    await cos.headObject(SOURCE, 'a');
    await cos.headObject(BACKUP, 'a');
    expect(server.arrived.map(({ headers }) => headers.get('host'))).toEqual([hostOf(SOURCE), hostOf(BACKUP)]);
  });

  it.each(['nonsense', 'ftp://127.0.0.1', 'http://127.0.0.1/path'])('refuses the endpoint %s', async (endpoint) => {
    server = await startServer([]);
    expect(() => clientOf({ endpoint })).toThrow(expect.objectContaining({ code: 'InvalidArgument' }));
  });
});

describe('the signature', () => {
  it('is valid for at most 60 seconds from the time of sending', async () => {
    const cos = await setUp([FOUND], { now: () => NOW + 999 });
    await cos.headObject(SOURCE, 'a');
    const { signTime, keyTime, secretId } = server.arrived[0]!.signature;
    expect(SIGNATURE_LIFETIME).toBe(60);
    expect(signTime.end * 1000).toBeLessThanOrEqual(NOW + 999 + 60_000);
    expect(signTime.end * 1000).toBeGreaterThan(NOW + 55_000);
    expect(signTime.start * 1000).toBeLessThanOrEqual(NOW);
    expect(keyTime).toEqual(signTime);
    expect(secretId).toBe(SECRET.secretId);
  });

  it('covers host, body, content headers, every x-cos header, and each parameter', async () => {
    const cos = await setUp([COPIED, reply(200, { ETag: '"e"' }), FOUND]);
    const source = { place: SOURCE, key: 'a', versionId: 'v' };
    const attributes = { ...PLAIN, headers: { 'cache-control': 'no-cache' }, meta: { who: 'me' } };
    await cos.copyObject(BACKUP, 'a', source, attributes);
    await cos.putObject(BACKUP, 'b', Buffer.from('text'));
    await cos.headObject(BACKUP, 'b', 'v');
    const [copy, put, head] = server.arrived.map(({ signature }) => signature);
    expect(copy?.headerList).toEqual([
      'cache-control',
      'content-length',
      'host',
      'x-cos-copy-source',
      'x-cos-meta-who',
      'x-cos-metadata-directive',
      'x-cos-storage-class',
      'x-cos-tagging-directive',
    ]);
    expect(put?.headerList).toEqual(['content-length', 'content-md5', 'content-type', 'host']);
    expect(head?.headerList).toEqual(['host']);
    expect(head?.paramList).toEqual(['versionid']);
  });

  it('uses the current credentials, and covers their token', async () => {
    let rotation = 0;
    const cos = await setUp([FOUND, FOUND], {
      credentials: () => ({ ...SECRET, secretId: `AKID${(rotation += 1)}`, token: `token-${rotation}` }),
    });
    await cos.headObject(SOURCE, 'a');
    await cos.headObject(SOURCE, 'a');
    expect(server.arrived.map(({ headers }) => headers.get('x-cos-security-token'))).toEqual(['token-1', 'token-2']);
    expect(server.arrived.map(({ signature }) => signature.secretId)).toEqual(['AKID1', 'AKID2']);
    expect(server.arrived[0]!.signature.headerList).toContain('x-cos-security-token');
  });

  it('follows the clock of COS after a refusal, even for a write', async () => {
    const hour = 3_600_000;
    const cos = await setUp([failure(403, 'RequestTimeTooSkewed'), COPIED, FOUND], { now: () => NOW - hour });
    const source = { place: SOURCE, key: 'a', versionId: 'v' };
    await cos.copyObject(BACKUP, 'a', source, PLAIN);
    await cos.headObject(BACKUP, 'a');
    const ends = server.arrived.map(({ signature }) => signature.signTime.end * 1000 - NOW);
    expect(ends).toEqual([60_000 - hour, 60_000, 60_000]);
  });

  it('does not follow it for ever', async () => {
    const refusal = failure(403, 'AccessDenied', 'Request has expired');
    const cos = await setUp([refusal, refusal], { now: () => NOW - 3_600_000, tries: 1 });
    await expect(cos.getVersioning(SOURCE)).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
    expect(server.arrived).toHaveLength(2);
  });
});

describe('header values', () => {
  it('are sent in the bytes in which they came, whatever they mean', async () => {
    const bytes = Buffer.from('名字 ü').toString('latin1');
    const disposition = `attachment; filename="${bytes}"`;
    const found = reply(200, {
      ETag: '"e"',
      'Last-Modified': DATE,
      'Content-Length': '0',
      'Content-Type': 'text/plain',
      'x-cos-meta-name': bytes,
    });
    const cos = await setUp([found, COPIED]);
    const result = await cos.headObject(SOURCE, 'a');
    if (!result.found) throw new Error('not found');
    const headers = { ...result.head.headers, 'content-disposition': disposition };
    const source = { place: SOURCE, key: 'a', versionId: 'v' };
    await cos.copyObject(BACKUP, 'a', source, { ...PLAIN, headers, meta: result.head.meta });
    const copy = server.arrived[1]!;
    expect(Buffer.from(copy.headers.get('x-cos-meta-name') ?? '', 'latin1').toString()).toBe('名字 ü');
    expect(copy.headers.get('content-disposition')).toBe(disposition);
    expect(copy.signature.headerList).not.toContain('x-cos-meta-name');
  });

  it('cannot smuggle in another header', async () => {
    const cos = await setUp([]);
    const source = { place: SOURCE, key: 'a', versionId: 'v' };
    const attributes = { ...PLAIN, meta: { a: 'b\r\nx-cos-acl: public-read' } };
    await expect(cos.copyObject(BACKUP, 'a', source, attributes)).rejects.toMatchObject({
      code: 'InvalidArgument',
      outcome: 'none',
    });
    expect(server.arrived).toEqual([]);
  });
});

describe('connections', () => {
  it('are kept and used again, for every bucket', async () => {
    const cos = await setUp([FOUND, FOUND, FOUND]);
    await cos.headObject(SOURCE, 'a');
    await cos.headObject(BACKUP, 'a');
    await cos.headObject(SOURCE, 'b');
    expect(server.arrived.map(({ connection }) => connection)).toEqual([1, 1, 1]);
  });

  it("are no more at a time than the client's setting", async () => {
    const cos = await setUp([FOUND, FOUND, FOUND, FOUND], { maxSockets: 2 });
    await Promise.all(['a', 'b', 'c', 'd'].map((key) => cos.headObject(SOURCE, key)));
    expect(Math.max(...server.arrived.map(({ connection }) => connection))).toBe(2);
  });
});
