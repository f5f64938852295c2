import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escapeXml } from '../../shared/xml/index.ts';
import { at, children, errorOf, makeBucket, openDriver, textOf, xmlOf } from './driver.ts';
import type { CosDriver, TestBucket } from './driver.ts';

let driver: CosDriver;
let bucket: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  bucket = await makeBucket(driver, 'props', { versioning: 'Enabled' });
});
afterAll(() => driver.close());

describe('tags', () => {
  const document = (tags: readonly (readonly [string, string])[]) =>
    `<Tagging><TagSet>${tags
      .map(([key, value]) => `<Tag><Key>${escapeXml(key)}</Key><Value>${escapeXml(value)}</Value></Tag>`)
      .join('')}</TagSet></Tagging>`;
  const read = async (key: string, versionId?: string) => {
    const root = xmlOf(await bucket.must('GET', key, { query: { tagging: '', versionId } }));
    return children(children(root, 'TagSet')[0] ?? root, 'Tag').map((tag) => [
      textOf(tag, 'Key'),
      textOf(tag, 'Value'),
    ]);
  };
  const put = (key: string, tags: readonly (readonly [string, string])[], versionId?: string) =>
    bucket.call('PUT', key, { query: { tagging: '', versionId }, body: document(tags) });

  it('come with the upload, change, and are removed', async () => {
    await bucket.put('k', 'x', { 'x-cos-tagging': 'a=1&%E4%B8%AD=b%20c' });
    expect(await read('k')).toEqual([
      ['a', '1'],
      ['中', 'b c'],
    ]);
    expect((await put('k', [['new', 'a&b']])).status).toBe(200);
    expect(await read('k')).toEqual([['new', 'a&b']]);
    expect((await bucket.must('DELETE', 'k', { query: { tagging: '' } })).status).toBe(204);
    const none = await bucket.call('GET', 'k', { query: { tagging: '' } });
    const told = none.status === 200 ? await read('k') : errorOf(none).code;
    expect(told).toEqual(driver.switches.noSuchTagSetOfObjects ? 'NoSuchTagSet' : []);
  });

  it('belong to one version', async () => {
    const first = await bucket.put('v', '1', { 'x-cos-tagging': 'n=1' });
    await bucket.put('v', '2', { 'x-cos-tagging': 'n=2' });
    expect(await read('v', first)).toEqual([['n', '1']]);
    await put('v', [['n', '1b']], first);
    expect(await read('v')).toEqual([['n', '2']]);
    expect(await read('v', first)).toEqual([['n', '1b']]);
  });

  it('have limits', async () => {
    await bucket.put('limits', 'x');
    const eleven = Array.from({ length: 11 }, (_, i) => [`k${i}`, 'v'] as const);
    for (const tags of [eleven, [['k'.repeat(129), 'v']], [['k', 'v'.repeat(257)]]] as const) {
      expect(errorOf(await put('limits', tags as [string, string][]))).toMatchObject({
        status: 400,
        code: 'InvalidTag',
      });
    }
    expect((await put('absent', [['a', 'b']])).status).toBe(404);
  });
});

describe('object ACLs', () => {
  const permissions = async (key: string) => {
    const root = xmlOf(await bucket.must('GET', key, { query: { acl: '' } }));
    return children(children(root, 'AccessControlList')[0] ?? root, 'Grant').map((grant) =>
      textOf(grant, 'Permission'),
    );
  };

  it('are set by header and document and name their owner', async () => {
    await bucket.put('k', 'x');
    await bucket.must('PUT', 'k', { query: { acl: '' }, headers: { 'x-cos-acl': 'public-read' } });
    expect(await permissions('k')).toContain('READ');
    const root = xmlOf(await bucket.must('GET', 'k', { query: { acl: '' } }));
    const owner = at(root, 'Owner', 'ID');
    expect(owner).toMatch(/^qcs::cam::uin\/\d+:uin\/\d+$/);
    const body =
      `<AccessControlPolicy><Owner><ID>${owner}</ID></Owner><AccessControlList>` +
      '<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">' +
      '<ID>qcs::cam::uin/100000000002:uin/100000000002</ID></Grantee><Permission>READ_ACP</Permission></Grant>' +
      '</AccessControlList></AccessControlPolicy>';
    await bucket.must('PUT', 'k', { query: { acl: '' }, body });
    // As it was stored: a document has the owner's own right or it has not.
    expect(await permissions('k')).toEqual(['READ_ACP']);
  });

  it('take grants in headers', async () => {
    const headers = { 'x-cos-grant-read': 'id="100000000002",id="100000000003"' };
    await bucket.put('granted', 'x', headers);
    expect(await permissions('granted')).toEqual(['FULL_CONTROL', 'READ', 'READ']);
    const refused = await bucket.call('PUT', 'granted', { body: 'x', headers: { 'x-cos-grant-read': 'everyone' } });
    expect(errorOf(refused)).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});

describe('POST ?delete', () => {
  const send = (body: string, headers: Record<string, string> = {}) =>
    bucket.call('POST', '', {
      query: { delete: '' },
      body,
      headers: { 'content-md5': createHash('md5').update(body).digest('base64'), ...headers },
    });
  const object = (key: string, versionId?: string) =>
    `<Object><Key>${escapeXml(key)}</Key>${versionId === undefined ? '' : `<VersionId>${versionId}</VersionId>`}</Object>`;

  it('deletes keys and versions and returns the result of each', async () => {
    const versionId = await bucket.put('m/1', 'x');
    await bucket.put('m/2 & 中', 'x');
    const marker = (await bucket.must('DELETE', 'm/3')).headers['x-cos-version-id'] ?? '';
    const answer = await send(
      `<Delete>${object('m/1', versionId)}${object('m/2 & 中')}${object('m/3', marker)}${object('m/4', versionId)}</Delete>`,
    );
    const results = xmlOf(answer).children.map((entry) => [
      entry.name,
      at(entry, 'Key'),
      at(entry, 'VersionId'),
      at(entry, 'DeleteMarker'),
      at(entry, 'DeleteMarkerVersionId') !== '',
    ]);
    expect(results).toEqual([
      ['Deleted', 'm/1', versionId, '', false],
      ['Deleted', 'm/2 & 中', '', 'true', true],
      ['Deleted', 'm/3', marker, 'true', true],
      ['Deleted', 'm/4', versionId, '', false],
    ]);
    expect((await bucket.call('HEAD', 'm/1', { query: { versionId } })).status).toBe(404);
  });

  it('returns no successes when quiet', async () => {
    await bucket.put('q', 'x');
    const answer = await send(`<Delete><Quiet>true</Quiet>${object('q')}</Delete>`);
    expect(xmlOf(answer)).toMatchObject({ name: 'DeleteResult', children: [] });
    expect((await bucket.call('HEAD', 'q')).status).toBe(404);
  });

  it('refuses a list that is damaged, empty, too long or without a digest', async () => {
    await bucket.put('safe', 'x');
    const body = `<Delete>${object('safe')}</Delete>`;
    const damaged = createHash('md5').update('other').digest('base64');
    expect(errorOf(await send(body, { 'content-md5': damaged }))).toMatchObject({ status: 400, code: 'BadDigest' });
    expect(errorOf(await send('<Delete></Delete>'))).toMatchObject({ status: 400, code: 'MalformedXML' });
    const long = `<Delete>${object('safe').repeat(1001)}</Delete>`;
    expect(errorOf(await send(long))).toMatchObject({ status: 400, code: 'MalformedXML' });
    expect((await bucket.call('POST', '', { query: { delete: '' }, body })).status).toBe(400);
    expect((await bucket.call('HEAD', 'safe')).status).toBe(200);
  });
});
