import { createHash, randomBytes } from 'node:crypto';
import COS from 'cos-nodejs-sdk-v5';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectSame, openPair, skippedIn, type Pair } from './pair.ts';

let pair: Pair;
beforeEach(async () => {
  pair = await openPair();
});
afterEach(() => pair.close());

const SSE = 'x-cos-server-side-encryption';
const inRegion = (bucket: { name: string; region: string }) => ({ Bucket: bucket.name, Region: bucket.region });

/** The SDK with which users read both sides. */
function sdk(): COS {
  const { credentials, cloud } = pair.driver;
  const { secretId: SecretId, secretKey: SecretKey } = credentials;
  return new COS({ SecretId, SecretKey, Protocol: 'http:', Proxy: cloud?.endpoint ?? '' });
}

describe('tags', () => {
  const ten = Array.from({ length: 10 }, (_, i) => [`key ${i} ü中+&=/`, i === 3 ? '' : `value ${i} %2B =&`] as const);
  const text = ten.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');

  it('travel with a replica, ten of them with every kind of character', async () => {
    await pair.setRule();
    await pair.source.put('k', 'x', { 'x-cos-tagging': text });
    await pair.deliver();
    await expectSame(pair, 'k');
    const { Tags } = await sdk().getObjectTagging({ ...inRegion(pair.destination), Key: 'k' });
    expect(Tags.map(({ Key, Value }) => [Key, Value])).toEqual(ten);
  });

  it('are those of the replicated version, and not of the newest', async () => {
    await pair.setRule();
    const first = await pair.source.put('k', '1', { 'x-cos-tagging': 'n=1' });
    await pair.source.put('k', '2', { 'x-cos-tagging': 'n=2' });
    await pair.deliver();
    const { Versions } = await sdk().listObjectVersions({ ...inRegion(pair.destination), Prefix: 'k' });
    expect(Versions).toHaveLength(2);
    const values = await Promise.all(
      Versions.map(async ({ VersionId }) => {
        const query = { versionId: VersionId };
        const head = await pair.destination.must('HEAD', 'k', { query });
        const tags = await pair.destination.must('GET', 'k', { query: { ...query, tagging: '' } });
        const isFirst = head.headers['x-cos-meta-replication-source']?.endsWith(first);
        return [isFirst ? 1 : 2, /<Value>(.)<\/Value>/.exec(tags.body.toString())?.[1]];
      }),
    );
    expect(values).toEqual([
      [2, '2'],
      [1, '1'],
    ]);
  });
});

describe('access control list', () => {
  const GRANTS = {
    'x-cos-acl': 'public-read',
    'x-cos-grant-read-acp': 'id="100000000009"',
    'x-cos-grant-full-control': 'id="100000000008",id="qcs::cam::uin/100000000007:uin/100000000007"',
  };
  const aclOf = async (bucket: Pair['source']) => {
    const { Grants } = await sdk().getObjectAcl({ ...inRegion(bucket), Key: 'k' });
    const owner = 'uin/100000000001:uin/100000000001';
    return Grants.map(({ Grantee, Permission }) => `${Permission} ${'URI' in Grantee ? Grantee.URI : Grantee.ID}`)
      .filter((grant) => !grant.endsWith(owner))
      .sort();
  };

  it('travels when the rule asks for it', async () => {
    await pair.setRule({ replicaAcl: true });
    await pair.source.put('k', 'x', GRANTS);
    await pair.deliver();
    await expectSame(pair, 'k');
    expect(await aclOf(pair.destination)).toEqual(await aclOf(pair.source));
    expect((await aclOf(pair.source)).length).toBeGreaterThanOrEqual(4);
    const { host } = pair.destination;
    expect((await pair.driver.send({ method: 'GET', host, path: '/k', signature: 'none' })).status).toBe(200);
  });

  it("is otherwise the destination's own", async () => {
    await pair.setRule();
    await pair.source.put('k', 'x', GRANTS);
    await pair.deliver();
    await expectSame(pair, 'k');
    expect(await aclOf(pair.destination)).toEqual([]);
    const { host } = pair.destination;
    expect((await pair.driver.send({ method: 'GET', host, path: '/k', signature: 'none' })).status).toBe(403);
  });
});

describe('storage class', () => {
  it.each(['STANDARD', 'STANDARD_IA', 'INTELLIGENT_TIERING'])('%s is kept', async (storageClass) => {
    await pair.setRule();
    await pair.source.put('k', 'x', { 'x-cos-storage-class': storageClass });
    await pair.deliver();
    const to = await expectSame(pair, 'k');
    expect(to.headers['x-cos-storage-class'] ?? 'STANDARD').toBe(storageClass);
  });

  it.each(['STANDARD_IA', 'ARCHIVE', 'DEEP_ARCHIVE'] as const)(
    '%s is given when the rule names it',
    async (storageClass) => {
      await pair.setRule({ storageClass });
      await pair.source.put('k', 'x');
      await pair.deliver();
      const { headers } = await pair.destination.must('HEAD', 'k');
      expect(headers['x-cos-storage-class']).toBe(storageClass);
    },
  );

  it.each([
    ['ARCHIVE', 'with', true],
    ['ARCHIVE', 'without', false],
    ['DEEP_ARCHIVE', 'without', false],
  ])(
    '%s is skipped with its reason, and replicated once restored; events %s version ID',
    async (archived, _, named) => {
      Object.assign(pair.driver.cloud?.core.switches ?? {}, { eventVersionId: named });
      await pair.setRule({ storageClass: 'STANDARD_IA' });
      const versionId = await pair.source.put('k', 'cold', { 'x-cos-storage-class': archived });
      await pair.deliver();
      expect(skippedIn(pair)).toContainEqual({ versionId, reason: 'archived' });
      expect((await pair.destination.call('HEAD', 'k')).status).toBe(404);
      // Newer versions do not wait for it.
      await pair.source.put('k', 'warm');
      await pair.deliver();
      expect((await pair.destination.must('GET', 'k')).body.toString()).toBe('warm');

      const body = '<RestoreRequest><Days>1</Days></RestoreRequest>';
      await pair.source.must('POST', 'k', { query: { restore: '', versionId }, body });
      await pair.deliver();
      const { Versions } = await sdk().listObjectVersions({ ...inRegion(pair.destination), Prefix: 'k' });
      const bodies = await Promise.all(
        Versions.map(async ({ VersionId }) =>
          (await pair.destination.must('GET', 'k', { query: { versionId: VersionId } })).body.toString(),
        ),
      );
      // In the order of the source, newest first.
      expect(bodies).toEqual(['warm', 'cold']);
    },
  );
});

describe('encryption', () => {
  it('SSE-COS is kept', async () => {
    await pair.setRule();
    await pair.source.put('k', 'x', { [SSE]: 'AES256' });
    await pair.deliver();
    const to = await expectSame(pair, 'k');
    expect(to.headers[SSE]).toBe('AES256');
  });

  it("SM4 is kept, and a user's own SM4 object at the destination stops nothing", async () => {
    await pair.setRule();
    await pair.destination.put('k', 'theirs', { [SSE]: 'SM4' });
    await pair.source.put('k', 'x', { [SSE]: 'SM4' });
    await pair.source.put('k', 'y');
    await pair.deliver();
    expect((await expectSame(pair, 'k')).headers[SSE]).toBeUndefined();
    await pair.source.put('k', 'z', { [SSE]: 'SM4' });
    await pair.deliver();
    expect((await expectSame(pair, 'k')).headers[SSE]).toBe('SM4');
  });

  it('none is added where there is none', async () => {
    await pair.setRule();
    await pair.source.put('k', 'x');
    await pair.deliver();
    expect((await expectSame(pair, 'k')).headers[SSE]).toBeUndefined();
  });

  it('by KMS uses the key of the destination that the rule names', async () => {
    await pair.setRule({ kmsObjects: true, kmsKeyId: 'key-of-shanghai' });
    await pair.source.put('k', 'x', { [SSE]: 'cos/kms', [`${SSE}-cos-kms-key-id`]: 'key-of-guangzhou' });
    await pair.deliver();
    const to = await expectSame(pair, 'k');
    expect([to.headers[SSE], to.headers[`${SSE}-cos-kms-key-id`]]).toEqual(['cos/kms', 'key-of-shanghai']);
  });

  it('by KMS has a version skipped with its reason when the rule does not select such objects', async () => {
    await pair.setRule();
    const versionId = await pair.source.put('k', 'x', { [SSE]: 'cos/kms' });
    await pair.deliver();
    expect(skippedIn(pair)).toContainEqual({ versionId, reason: 'kms-not-selected' });
    expect((await pair.destination.call('HEAD', 'k')).status).toBe(404);
  });

  it("by a customer's key has a version skipped with its reason, and newer versions are replicated", async () => {
    await pair.setRule();
    const key = randomBytes(32);
    const customer = {
      [`${SSE}-customer-algorithm`]: 'AES256',
      [`${SSE}-customer-key`]: key.toString('base64'),
      [`${SSE}-customer-key-md5`]: createHash('md5').update(key).digest('base64'),
    };
    const versionId = await pair.source.put('k', 'secret', customer);
    await pair.deliver();
    expect(skippedIn(pair)).toContainEqual({ versionId, reason: 'customer-key' });
    expect((await pair.destination.call('HEAD', 'k')).status).toBe(404);
    await pair.source.put('k', 'plain');
    await pair.deliver();
    expect((await expectSame(pair, 'k')).body.toString()).toBe('plain');
    // A version of this kind that somebody put over the replica stops nothing either.
    await pair.destination.put('k', 'theirs', customer);
    await pair.source.put('k', 'newer');
    await pair.deliver();
    expect((await expectSame(pair, 'k')).body.toString()).toBe('newer');
    const { Versions } = await sdk().listObjectVersions({ ...inRegion(pair.destination), Prefix: 'k' });
    expect(Versions).toHaveLength(3);
  });
});

describe('sizes', () => {
  it.each([0, 1, 65_536, 1_048_577])('of %d bytes are replicated', async (size) => {
    await pair.setRule();
    await pair.source.put('k', randomBytes(size));
    await pair.deliver();
    const to = await expectSame(pair, 'k');
    expect(to.body).toHaveLength(size);
  });

  it('of 0 bytes replace larger ones', async () => {
    await pair.setRule();
    await pair.source.put('k', 'full');
    await pair.deliver();
    await pair.source.put('k', '');
    await pair.deliver();
    expect((await expectSame(pair, 'k')).body).toHaveLength(0);
  });
});

describe('a large object that is copied in parts over HTTP', () => {
  it('keeps headers, metadata, tags, grants, class, encryption and bytes', async () => {
    await pair.close();
    pair = await openPair({ largeFrom: 2 ** 20 });
    await pair.setRule({ replicaAcl: true });
    const body = randomBytes(3 * 2 ** 20 + 5);
    const key = 'large/ü +%.bin';
    await pair.source.put(key, body, {
      'content-type': 'video/mp4',
      'content-disposition': Buffer.from('attachment; filename="中.mp4"').toString('latin1'),
      'cache-control': 'no-cache',
      'x-cos-meta-a': Buffer.from('中').toString('latin1'),
      'x-cos-tagging': 'a=1&b=%C3%BC%20%26',
      'x-cos-storage-class': 'STANDARD_IA',
      [SSE]: 'AES256',
      'x-cos-acl': 'public-read',
    });
    await pair.deliver();
    const to = await expectSame(pair, key);
    expect(to.headers['etag']).toMatch(/-4"$/);
    expect(to.headers['x-cos-meta-replication-marker']).toMatch(/;\d+-[pq]/);
    expect(to.headers[SSE]).toBe('AES256');
    const { Grants } = await sdk().getObjectAcl({ ...inRegion(pair.destination), Key: key });
    expect(Grants.some(({ Grantee }) => 'URI' in Grantee && Grantee.URI.endsWith('/AllUsers'))).toBe(true);
  });
});
