import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketAt, errorOf, makeBucket, openDriver } from './driver.ts';
import type { CosDriver, TestBucket } from './driver.ts';

let driver: CosDriver;
let bucket: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  bucket = await makeBucket(driver, 'names', { versioning: 'Enabled' });
});
afterAll(() => driver.close());

const hostOf = (name: string) => `${name}.cos.${driver.region}.myqcloud.com`;

describe('a bucket', () => {
  it('may have a domain of more than 60 characters, or may not, by the switch', async () => {
    const name = driver.newName('long', 45);
    const long = bucketAt(driver, name, driver.region);
    expect(long.host.length).toBeGreaterThan(60);
    const statuses = [];
    for (const method of ['PUT', 'HEAD']) statuses.push((await long.call(method)).status);
    const object = await long.call('PUT', 'k', { body: 'held' });
    expect([...statuses, object.status]).toEqual(driver.switches.refuseLongDomains ? [400, 404, 404] : [200, 200, 200]);
  });

  it.each(['qwe_123', 'a.b', '-a', 'a b'.replace(' ', '%20')])('cannot be called %s-…', async (label) => {
    const host = hostOf(`${label}-${driver.appid}`);
    for (const method of ['PUT', 'GET', 'DELETE']) {
      const answer = await driver.send({ method, host });
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidBucketName' });
    }
  });

  it('with an impossible name is refused in the path, too', async () => {
    const path = `/qwe_123-${driver.appid}/k`;
    const answer = await driver.send({ method: 'GET', host: `cos.${driver.region}.myqcloud.com`, path });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidBucketName' });
  });
});

describe('a path', () => {
  it.each(['/./', '///////', '//', '/././'])('%s names the bucket', async (path) => {
    const get = await driver.send({ method: 'GET', host: bucket.host, path });
    expect(get.body.toString()).toContain('<ListBucketResult');
    const put = await driver.send({ method: 'PUT', host: bucket.host, path });
    expect(errorOf(put)).toMatchObject({ status: 409, code: expect.stringMatching(/^BucketAlready/) as string });
    const versions = await bucket.must('GET', '', { query: { versions: '' } });
    expect(versions.body.toString()).not.toContain('<Version>');
  });

  it.each(['/abc/../', '/..', '/.', '/./a', '//a', '/a//'])('%s names an object', async (path) => {
    const put = await driver.send({ method: 'PUT', host: bucket.host, path, body: path });
    const taken = !(driver.switches.refuseLeadingSlash && path.startsWith('//'));
    expect(put.status).toBe(taken ? 200 : 400);
    const query = { prefix: path.slice(1), 'max-keys': '1' };
    const listed = await bucket.must('GET', '', { query });
    expect(listed.body.toString().includes(`<Key>${path.slice(1)}</Key>`)).toBe(taken);
    const versionId = put.headers['x-cos-version-id'];
    await driver.send({ method: 'DELETE', host: bucket.host, path, query: { versionId } });
  });
});

describe('a key', () => {
  it.each(['\u0018', '\u0019', '\u001a', '\u001b', '\n\r'])('cannot hold %j', async (text) => {
    const answer = await bucket.call('PUT', `a${text}b`, { body: 'x' });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidObjectName' });
    const upload = await bucket.call('POST', `a${text}b`, { query: { uploads: '' } });
    expect(errorOf(upload)).toMatchObject({ status: 400, code: 'InvalidObjectName' });
  });

  it('with such a character can be read, and is missing', async () => {
    expect(errorOf(await bucket.call('GET', 'a\u0018b'))).toMatchObject({ status: 404, code: 'NoSuchKey' });
  });
});
