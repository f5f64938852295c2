import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketAt, errorOf, makeBucket, openDriver } from './driver.ts';
import type { CosDriver, TestBucket } from './driver.ts';

let driver: CosDriver;
let bucket: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  bucket = await makeBucket(driver, 'subs', { versioning: 'Enabled' });
});
afterAll(() => driver.close());

const versions = async () => (await bucket.must('GET', '', { query: { versions: '' } })).body.toString();

/** By the switch, COS ignores an unknown sub-resource and does the plain operation. */
const isPlain = (subresource: string): boolean =>
  driver.switches.ignoreUnknownSubresources && ['no-such-thing', 'Tagging', '__proto__'].includes(subresource);

describe('a request for a sub-resource never does the plain operation', () => {
  it.each([
    ['PUT', 'ch?live'],
    ['DELETE', 'ch?live'],
    ['PUT', 'ch?legal-hold'],
    ['POST', 'ch?select'],
    ['PUT', 'ch?no-such-thing'],
    ['DELETE', 'ch?no-such-thing'],
    ['DELETE', 'ch?Tagging'],
    ['PUT', 'ch?__proto__'],
    ['PUT', '?inventory'],
    ['PUT', '?no-such-thing'],
    ['DELETE', '?no-such-thing'],
  ])('%s /%s stores, changes and deletes nothing', async (method, target) => {
    await bucket.put('ch', 'an object');
    const before = await versions();
    const [key, subresource = ''] = target.split('?');
    const answer = await bucket.call(method, key, { query: { [subresource]: '' }, body: '<LiveChannel/>' });
    const plain = isPlain(subresource) && key !== '';
    // Every SDK would retry a 5xx, in vain.
    expect(Math.floor(answer.status / 100)).toBe(plain ? 2 : 4);
    if (!plain) errorOf(answer);
    expect((await versions()) === before).toBe(!plain);
  });

  it.each(['intelligent-tiering', 'intelligenttiering', 'website', 'no-such-thing'])(
    'GET ?%s lists no objects',
    async (subresource) => {
      const answer = await bucket.call('GET', '', { query: { [subresource]: '' } });
      expect(answer.body.toString().includes('ListBucketResult')).toBe(isPlain(subresource));
      if (answer.status >= 300) errorOf(answer);
    },
  );

  it('a PUT that names two sub-resources stores nothing', async () => {
    await bucket.put('two', 'x');
    const answer = await bucket.call('PUT', 'two', { query: { acl: '', tagging: '' }, body: '<Tagging/>' });
    expect(errorOf(answer)).toMatchObject({ status: 400 });
  });
});

describe('before a sub-resource is refused', () => {
  it.each(['website', 'inventory', 'accelerate', 'no-such-thing'])(
    '?%s of a missing bucket is NoSuchBucket',
    async (name) => {
      const nowhere = bucketAt(driver, driver.newName('nowhere'), driver.region);
      const answer = await nowhere.call('GET', '', { query: { [name]: '' } });
      expect(errorOf(answer)).toMatchObject({ status: 404, code: 'NoSuchBucket' });
    },
  );

  it('the signature is checked', async () => {
    const credentials = { ...driver.credentials, secretKey: 'wrong' };
    const answer = await bucket.call('PUT', '', { query: { website: '' }, body: 'x', credentials });
    expect(errorOf(answer)).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
  });

  it.each([
    ['website', 'NoSuchWebsiteConfiguration'],
    ['origin', 'OriginConfigurationNotFoundError'],
  ])('?%s of a bucket without one is %s', async (name, code) => {
    const answer = await bucket.call('GET', '', { query: { [name]: '' } });
    expect(errorOf(answer)).toMatchObject({ status: 404, code });
  });
});

describe('a parameter that is no sub-resource', () => {
  it('is ignored where it has a value', async () => {
    await bucket.put('v', 'text');
    expect((await bucket.must('GET', 'v', { query: { build: '17' } })).body.toString()).toBe('text');
  });

  it('keeps its meaning where it is empty', async () => {
    const query = { prefix: '', delimiter: '', marker: '', 'max-keys': '', 'encoding-type': '' };
    expect((await bucket.must('GET', '', { query })).body.toString()).toContain('ListBucketResult');
    const overrides = { 'response-content-type': '', 'x-cos-traffic-limit': '' };
    expect((await bucket.call('GET', 'v', { query: overrides })).status).toBe(200);
  });
});
