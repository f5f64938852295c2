import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import COS from 'cos-nodejs-sdk-v5';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDriver } from './driver.ts';
import type { CosDriver } from './driver.ts';

const MB = 1024 ** 2;

let driver: CosDriver;
let cos: COS;
let at: { Bucket: string; Region: string };
let there: { Bucket: string; Region: string };
beforeAll(async () => {
  driver = await openDriver();
  const { secretId: SecretId, secretKey: SecretKey } = driver.credentials;
  const local = driver.cloud ? { Protocol: 'http:' as const, Proxy: driver.cloud.endpoint } : {};
  cos = new COS({ SecretId, SecretKey, ...local });
  at = { Bucket: driver.newName('sdk'), Region: driver.region };
  there = { Bucket: driver.newName('sdk2'), Region: driver.otherRegion };
  for (const bucket of [at, there]) {
    await cos.putBucket(bucket);
    await cos.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status: 'Enabled' } });
  }
});
afterAll(() => driver.close());

describe('cos-nodejs-sdk-v5', () => {
  it('lists its buckets', async () => {
    expect((await cos.headBucket(at)).statusCode).toBe(200);
    const { Buckets } = await cos.getService({});
    expect(Buckets.map(({ Name, Location }) => [Name, Location])).toContainEqual([at.Bucket, at.Region]);
    const { VersioningConfiguration } = await cos.getBucketVersioning(at);
    expect(VersioningConfiguration).toEqual({ Status: 'Enabled' });
    await expect(cos.headBucket({ ...at, Region: there.Region })).rejects.toMatchObject({ statusCode: 404 });
  });

  it('puts, heads, gets and deletes', async () => {
    const Key = 'dir/ü 中 + % 😀.txt';
    const put = await cos.putObject({ ...at, Key, Body: 'body', Headers: { 'x-cos-meta-a': '1' } });
    const { VersionId = '' } = put;
    expect(put.ETag).toMatch(/^"[0-9a-f]{32}"$/);
    const head = await cos.headObject({ ...at, Key });
    expect(head.headers).toMatchObject({ 'x-cos-meta-a': '1', 'content-length': '4', 'x-cos-version-id': VersionId });
    expect((await cos.getObject({ ...at, Key })).Body.toString()).toBe('body');
    expect((await cos.getObject({ ...at, Key, Range: 'bytes=1-2' })).Body.toString()).toBe('od');
    const deleted = await cos.deleteObject({ ...at, Key });
    expect(deleted.headers).toMatchObject({ 'x-cos-delete-marker': 'true' });
    await expect(cos.getObject({ ...at, Key })).rejects.toMatchObject({ statusCode: 404, code: 'NoSuchKey' });
    expect((await cos.getObject({ ...at, Key, VersionId })).Body.toString()).toBe('body');
  });

  it('reads by a URL signed in the query', async () => {
    await cos.putObject({ ...at, Key: 'by url', Body: 'x' });
    const url = cos.getObjectUrl({ ...at, Key: 'by url', Sign: true });
    expect(url).toContain('q-signature=');
    const { pathname, search, host } = new URL(url);
    const answer = await driver.send({
      method: 'GET',
      host,
      path: pathname,
      query: Object.fromEntries(new URLSearchParams(search)),
      signature: 'none',
    });
    expect(answer.body.toString()).toBe('x');
  });

  it('copies, a version too, across regions', async () => {
    const first = await cos.putObject({ ...at, Key: 'src/a b', Body: 'first' });
    await cos.putObject({ ...at, Key: 'src/a b', Body: 'second' });
    const CopySource = `${at.Bucket}.cos.${at.Region}.myqcloud.com/src/a%20b?versionId=${first.VersionId ?? ''}`;
    const copy = await cos.putObjectCopy({ ...there, Key: 'dst', CopySource });
    expect(copy.ETag).toBe(first.ETag);
    expect((await cos.getObject({ ...there, Key: 'dst' })).Body.toString()).toBe('first');
  });

  it('uploads a file in slices', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slices-'));
    try {
      const FilePath = join(folder, 'large');
      const bytes = randomBytes(2 * MB + 7);
      await writeFile(FilePath, bytes);
      const done = await cos.sliceUploadFile({ ...at, Key: 'large', FilePath, SliceSize: MB, ChunkSize: MB });
      expect(done.ETag).toMatch(/-3"$/);
      expect((await cos.getObject({ ...at, Key: 'large' })).Body.equals(bytes)).toBe(true);
      // Above this size the SDK copies in parts by itself.
      const CopySource = `${at.Bucket}.cos.${at.Region}.myqcloud.com/large`;
      await cos.sliceCopyFile({ ...there, Key: 'large', CopySource, CopySliceSize: MB, CopyChunkSize: MB });
      expect((await cos.getObject({ ...there, Key: 'large' })).Body.equals(bytes)).toBe(true);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('lists objects and versions page by page', async () => {
    const keys = ['p/1', 'p/2 +', 'p/3//', 'p/中'];
    for (const Key of keys) await cos.putObject({ ...at, Key, Body: '1' });
    await cos.deleteObject({ ...at, Key: 'p/1' });
    const seen: string[] = [];
    let marker: string | undefined;
    do {
      const page = await cos.getBucket({ ...at, Prefix: 'p/', MaxKeys: 2, ...(marker && { Marker: marker }) });
      seen.push(...page.Contents.map(({ Key }) => Key));
      marker = page.IsTruncated === 'true' ? page.NextMarker : undefined;
    } while (marker !== undefined);
    expect(seen).toEqual(keys.slice(1));

    const versions = await cos.listObjectVersions({ ...at, Prefix: 'p/' });
    expect(versions.Versions.map(({ Key }) => Key)).toEqual(keys);
    expect(versions.DeleteMarkers.map(({ Key, IsLatest }) => [Key, IsLatest])).toEqual([['p/1', 'true']]);
  });

  it('deletes many at once', async () => {
    for (const Key of ['x/1', 'x/2']) await cos.putObject({ ...at, Key, Body: '1' });
    const { Deleted, Error } = await cos.deleteMultipleObject({ ...at, Objects: [{ Key: 'x/1' }, { Key: 'x/2' }] });
    expect(Deleted.map(({ Key }) => Key)).toEqual(['x/1', 'x/2']);
    expect(Error).toEqual([]);
    expect((await cos.getBucket({ ...at, Prefix: 'x/' })).Contents).toEqual([]);
  });

  it('sets and reads tags and ACLs', async () => {
    await cos.putObject({ ...at, Key: 'props', Body: '1' });
    await cos.putObjectTagging({ ...at, Key: 'props', Tags: [{ Key: 'a', Value: 'b & c' }] });
    expect((await cos.getObjectTagging({ ...at, Key: 'props' })).Tags).toEqual([{ Key: 'a', Value: 'b & c' }]);
    await cos.deleteObjectTagging({ ...at, Key: 'props' });
    // The SDK turns this 404 into an empty list.
    expect((await cos.getObjectTagging({ ...at, Key: 'props' })).Tags).toEqual([]);

    expect((await cos.getObjectAcl({ ...at, Key: 'props' })).ACL).toBe('default');
    await cos.putObjectAcl({ ...at, Key: 'props', ACL: 'public-read' });
    expect((await cos.getObjectAcl({ ...at, Key: 'props' })).ACL).toBe('public-read');
    await cos.putBucketAcl({ ...at, ACL: 'private' });
    expect((await cos.getBucketAcl(at)).ACL).toBe('private');
  });
});
