import { afterEach, describe, expect, it } from 'vitest';

import { encode } from '../../../shared/signing/index.ts';
import type { CosClientOptions } from '../../../shared/cos/index.ts';
import { NOW, SOURCE, clientOf, errorBody, startServer, xml } from './server.ts';
import type { Reply, ScriptedServer } from './server.ts';

const TIME = new Date(NOW).toISOString();
const OWNER = '<Owner><ID>1250000000</ID><DisplayName>1250000000</DisplayName></Owner>';
const version = (key: string, id: string, latest = false) =>
  `<Version><Key>${encode(key)}</Key><VersionId>${id}</VersionId><IsLatest>${latest}</IsLatest><LastModified>${TIME}</LastModified>` +
  `<ETag>&quot;e&quot;</ETag><Size>5</Size><StorageClass>Standard_IA</StorageClass>${OWNER}</Version>`;
const marker = (key: string, id: string, latest = false) =>
  `<DeleteMarker><Key>${encode(key)}</Key><VersionId>${id}</VersionId><IsLatest>${latest}</IsLatest><LastModified>${TIME}</LastModified>${OWNER}</DeleteMarker>`;
const object = (key: string) =>
  `<Contents><Key>${encode(key)}</Key><LastModified>${TIME}</LastModified><ETag>&quot;e&quot;</ETag><Size>7</Size>${OWNER}</Contents>`;
const page = (root: string, content: string, more = '<IsTruncated>false</IsTruncated>') =>
  `<?xml version='1.0' encoding='utf-8' ?>\n<${root}>\n<EncodingType>url</EncodingType><Name>n</Name>${more}${content}</${root}>`;
const versionsPage = (content: string, more?: string) => page('ListVersionsResult', content, more);
const truncated = (key: string, id: string) =>
  `<IsTruncated>true</IsTruncated><NextKeyMarker>${encode(key)}</NextKeyMarker><NextVersionIdMarker>${id}</NextVersionIdMarker>`;

let server: ScriptedServer;
async function setUp(replies: readonly Reply[], options: Partial<CosClientOptions> = {}) {
  server = await startServer(replies);
  return clientOf(server, options);
}
afterEach(() => server.close());

describe('listVersions', () => {
  it('gives versions and delete markers in the order of the answer', async () => {
    const cos = await setUp([
      xml(200, versionsPage(marker('a', 'm', true) + version('a', 'v') + version('b', 'null', true))),
    ]);
    const common = { lastModified: NOW };
    expect(await cos.listVersions(SOURCE, {})).toEqual({
      entries: [
        {
          ...common,
          key: 'a',
          versionId: 'm',
          isLatest: true,
          deleteMarker: true,
          etag: '',
          size: 0,
          storageClass: 'STANDARD',
        },
        {
          ...common,
          key: 'a',
          versionId: 'v',
          isLatest: false,
          deleteMarker: false,
          etag: '"e"',
          size: 5,
          storageClass: 'STANDARD_IA',
        },
        {
          ...common,
          key: 'b',
          versionId: 'null',
          isLatest: true,
          deleteMarker: false,
          etag: '"e"',
          size: 5,
          storageClass: 'STANDARD_IA',
        },
      ],
      next: undefined,
    });
    expect(server.arrived[0]?.line).toBe('GET /?versions&encoding-type=url');
  });

  it('decodes keys that XML could not hold, and leaves a plus sign alone', async () => {
    const keys = ['\u0001', 'a+b', 'a b', '%41', '../..', '键&<'];
    const cos = await setUp([xml(200, versionsPage(keys.map((key) => version(key, 'v')).join('')))]);
    const { entries } = await cos.listVersions(SOURCE, {});
    expect(entries.map(({ key }) => key)).toEqual(keys);
  });

  it('decodes only keys that the answer calls encoded', async () => {
    const body = versionsPage(version('a%41', 'v').replace('a%2541', 'a%41')).replace(/<EncodingType>.*?>/, '');
    const cos = await setUp([xml(200, body)]);
    expect((await cos.listVersions(SOURCE, {})).entries[0]?.key).toBe('a%41');
  });

  it('continues where the answer says, without an empty version cursor', async () => {
    const cos = await setUp([
      xml(200, versionsPage(version('a b', 'v'), truncated('a b', 'v'))),
      xml(200, versionsPage(version('c', 'v'), truncated('c', ''))),
      xml(200, versionsPage('')),
    ]);
    const first = await cos.listVersions(SOURCE, { prefix: 'a&b', maxKeys: 1 });
    expect(first.next).toEqual({ keyMarker: 'a b', versionIdMarker: 'v' });
    const second = await cos.listVersions(SOURCE, { ...first.next });
    expect(second.next).toEqual({ keyMarker: 'c', versionIdMarker: '' });
    expect(await cos.listVersions(SOURCE, { ...second.next })).toEqual({ entries: [], next: undefined });
    expect(server.arrived.map(({ line }) => line)).toEqual([
      'GET /?versions&prefix=a%26b&max-keys=1&encoding-type=url',
      'GET /?versions&key-marker=a%20b&version-id-marker=v&encoding-type=url',
      'GET /?versions&key-marker=c&encoding-type=url',
    ]);
  });

  it.each([
    ['half a page', versionsPage(version('a', 'v')).slice(0, -30)],
    ['a page that does not say whether there are more', versionsPage(version('a', 'v'), '')],
    ['a page without a cursor', versionsPage('', '<IsTruncated>true</IsTruncated>')],
    ['an entry without a key', versionsPage(version('', 'v'))],
    ['an entry without a size', versionsPage(version('a', 'v').replace(/<Size>.*<\/Size>/, ''))],
    ['a size that is no number', versionsPage(version('a', 'v').replace('<Size>5', '<Size>-5'))],
    ['an invalid time', versionsPage(marker('a', 'v').replaceAll(TIME, 'yesterday'))],
    ['a key that is not encoded', versionsPage(version('a', 'v').replace('<Key>a', '<Key>%E9%'))],
    ['another document', page('ListBucketResult', '')],
    ['an empty body', ''],
  ])('does not take %s for the end of the bucket', async (_what, body) => {
    const cos = await setUp([xml(200, body)], { tries: 1 });
    await expect(cos.listVersions(SOURCE, {})).rejects.toMatchObject({ code: 'AnswerMalformed', retryable: true });
  });

  it('does not read the same page for ever', async () => {
    const cos = await setUp([xml(200, versionsPage('', truncated('a', 'v')))], { tries: 1 });
    const list = cos.listVersions(SOURCE, { keyMarker: 'a', versionIdMarker: 'v' });
    await expect(list).rejects.toMatchObject({ code: 'AnswerMalformed' });
  });

  it('does not take an <Error> after a 200 for an empty listing', async () => {
    const cos = await setUp([xml(200, errorBody('InternalError')), xml(200, errorBody('AccessDenied', 'No.'))]);
    await expect(cos.listVersions(SOURCE, {})).rejects.toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('No.'),
    });
    expect(server.arrived).toHaveLength(2);
  });

  it('reads a page again that was cut off', async () => {
    const whole = versionsPage(version('a', 'v') + version('b', 'v'));
    const cut: Reply = (request, response) => {
      response.writeHead(200, { 'Content-Length': String(whole.length) });
      response.write(whole.slice(0, whole.length / 2), () => request.socket.destroy());
    };
    const cos = await setUp([cut, xml(200, whole)]);
    const { entries } = await cos.listVersions(SOURCE, {});
    expect(entries.map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('reads a full page of the longest keys', async () => {
    const keys = Array.from({ length: 1000 }, (_, index) => `${'键'.repeat(280)}${index}`);
    const cos = await setUp([xml(200, versionsPage(keys.map((key) => version(key, 'v')).join('')))]);
    const { entries } = await cos.listVersions(SOURCE, {});
    expect(entries.map(({ key }) => key)).toEqual(keys);
  });
});

describe('listObjects', () => {
  const objectsPage = (content: string, more?: string) => page('ListBucketResult', content, more);

  it('gives the objects and the next cursor', async () => {
    const more = `<IsTruncated>true</IsTruncated><NextMarker>${encode('a/b')}</NextMarker>`;
    const prefixes = '<CommonPrefixes><Prefix>x</Prefix></CommonPrefixes>';
    const cos = await setUp([xml(200, objectsPage(object('a/b') + prefixes, more)), xml(200, objectsPage(''))]);
    expect(await cos.listObjects(SOURCE, { prefix: 'a/', maxKeys: 1 })).toEqual({
      entries: [{ key: 'a/b', lastModified: NOW, etag: '"e"', size: 7 }],
      nextMarker: 'a/b',
    });
    expect(await cos.listObjects(SOURCE, { marker: 'a/b' })).toEqual({ entries: [], nextMarker: undefined });
    expect(server.arrived.map(({ line }) => line)).toEqual([
      'GET /?prefix=a%2F&max-keys=1&encoding-type=url',
      'GET /?marker=a%2Fb&encoding-type=url',
    ]);
  });

  it('continues after the last key where the answer names no cursor', async () => {
    const more = '<IsTruncated>true</IsTruncated>';
    const cos = await setUp([xml(200, objectsPage(object('a') + object('b'), more)), xml(200, objectsPage('', more))], {
      tries: 1,
    });
    expect((await cos.listObjects(SOURCE, {})).nextMarker).toBe('b');
    await expect(cos.listObjects(SOURCE, { marker: 'b' })).rejects.toMatchObject({ code: 'AnswerMalformed' });
  });
});
