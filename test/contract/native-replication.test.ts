import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, errorOf, makeBucket, openDriver, xmlOf } from './driver.ts';
import type { CosDriver, TestBucket } from './driver.ts';

// COS's own replication, as another service may have configured it on a bucket that this project also replicates.

let driver: CosDriver;
let source: TestBucket;
let destination: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  if (driver.cloud) driver.cloud.core.switches.nativeReplication = true;
  source = await makeBucket(driver, 'native', { versioning: 'Enabled' });
  destination = await makeBucket(driver, 'copies', { versioning: 'Enabled', region: driver.otherRegion });
});
afterAll(() => driver.close());

const rule = (content = '', to = destination) =>
  `<Rule><ID>r</ID><Status>Enabled</Status><Prefix>in/</Prefix><Destination><Bucket>qcs::cos:${to.region}::${to.name}` +
  `</Bucket></Destination>${content}</Rule>`;
const document = (...rules: readonly string[]) =>
  '<ReplicationConfiguration><Role>qcs::cam::uin/100000000001:uin/100000000001</Role>' +
  `${rules.join('')}</ReplicationConfiguration>`;
const put = (body: string, to = source) => to.call('PUT', '', { query: { replication: '' }, body });
const get = (from = source) => from.call('GET', '', { query: { replication: '' } });

/** COS takes minutes. */
async function arrived(key: string): Promise<Readonly<Record<string, string>>> {
  const end = Date.now() + (driver.cloud ? 0 : 15 * 60_000);
  for (;;) {
    const answer = await destination.call('HEAD', key);
    if (answer.status === 200) return answer.headers;
    if (Date.now() > end) throw new Error(`${key} has not arrived`);
    await new Promise((resolve) => setTimeout(resolve, 5000));
  }
}

describe('?replication on the hosts of COS', () => {
  it('is not configured at first, and DELETE reports no error for that', async () => {
    expect(errorOf(await get())).toMatchObject({ status: 404, code: 'ReplicationConfigurationnotFoundError' });
    expect((await source.call('DELETE', '', { query: { replication: '' } })).status).toBe(204);
  });

  it('returns the stored document, until it is deleted', async () => {
    expect((await put(document(rule()))).status).toBe(200);
    const answer = await get();
    expect(Date.parse(answer.headers['x-cos-replication-rule-creation-time'] ?? '')).toBeGreaterThan(0);
    const root = xmlOf(answer);
    expect(at(root, 'Rule', 'Destination', 'Bucket')).toBe(`qcs::cos:${destination.region}::${destination.name}`);
    expect((await source.must('DELETE', '', { query: { replication: '' } })).status).toBe(204);
    expect((await get()).status).toBe(404);
  });

  it('refuses an impossible document', async () => {
    const plain = await makeBucket(driver, 'no-versions');
    expect(errorOf(await put('<Other/>'))).toMatchObject({ status: 400, code: 'MalformedXML' });
    expect(errorOf(await put(document()))).toMatchObject({ status: 400, code: 'MalformedXML' });
    expect(errorOf(await put(document(rule('', plain)))).code).toBe('BucketVersionNotOpen');
    expect(errorOf(await put(document(rule()), plain)).code).toBe('BucketVersionNotOpen');
    expect(errorOf(await put(document(rule('', source)))).status).toBe(400);
    const nowhere = { ...destination, name: driver.newName('nowhere') };
    expect(errorOf(await put(document(rule('', nowhere))))).toMatchObject({ status: 404, code: 'NoSuchBucket' });
    const crooked = document(rule().replace(destination.name, 'no_bucket'));
    expect(errorOf(await put(crooked)).code).toBe('TargetBucketNameInvalid');
  });

  it('copies later writes with their version ID, and delete markers, but no deletion of a version', async () => {
    await source.put('in/before', 'x');
    await put(document(rule()));
    const versionId = await source.put('in/k', 'bytes', { 'x-cos-meta-a': '1', 'content-type': 'text/plain' });
    await source.put('out/k', 'x');
    const headers = await arrived('in/k');
    expect(headers).toMatchObject({ 'x-cos-version-id': versionId, 'x-cos-meta-a': '1', 'content-type': 'text/plain' });
    expect((await destination.call('HEAD', 'in/before')).status).toBe(404);
    expect((await destination.call('HEAD', 'out/k')).status).toBe(404);
    const marker = (await source.must('DELETE', 'in/k')).headers['x-cos-version-id'];
    await source.put('in/last', 'x');
    await arrived('in/last');
    const listed = (await destination.must('GET', '', { query: { versions: '', prefix: 'in/k' } })).body.toString();
    expect(listed).toContain(`<VersionId>${marker ?? ''}</VersionId>`);
    await source.must('DELETE', 'in/k', { query: { versionId } });
    expect((await destination.must('GET', 'in/k', { query: { versionId } })).body.toString()).toBe('bytes');
  });

  it('keeps versioning on at the source', async () => {
    await put(document(rule()));
    const body = '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>';
    const answer = await source.call('PUT', '', { query: { versioning: '' }, body });
    expect(errorOf(answer)).toMatchObject({ status: 409, code: 'InvalidBucketState' });
  });
});
