import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../shared/xml/index.ts';
import { at, bucketAt, children, errorOf, makeBucket, openDriver, textOf, xmlOf } from './driver.ts';
import type { CosDriver } from './driver.ts';

let driver: CosDriver;
beforeAll(async () => {
  driver = await openDriver();
});
afterAll(() => driver.close());

describe('buckets', () => {
  it('are created, found, refused a second time, listed and deleted', async () => {
    const bucket = bucketAt(driver, driver.newName('life'), driver.region);
    expect((await bucket.call('HEAD')).status).toBe(404);
    const created = await bucket.must('PUT');
    expect(created.body.length).toBe(0);
    const head = await bucket.must('HEAD');
    expect(head.headers['x-cos-bucket-region']).toBe(driver.region);
    const again = driver.switches.ownBucketAlreadyExists ? 'BucketAlreadyExists' : 'BucketAlreadyOwnedByYou';
    expect(errorOf(await bucket.call('PUT'))).toMatchObject({ status: 409, code: again });

    const service = xmlOf(await driver.send({ method: 'GET', host: 'service.cos.myqcloud.com' }));
    expect(service.name).toBe('ListAllMyBucketsResult');
    const listed = service.children.find(({ name }) => name === 'Buckets')?.children ?? [];
    const own = listed.find((entry) => textOf(entry, 'Name') === bucket.name);
    expect(own && textOf(own, 'Location')).toBe(driver.region);
    expect(own && textOf(own, 'CreationDate')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

    expect((await bucket.must('DELETE')).status).toBe(204);
    expect(errorOf(await bucket.call('GET'))).toMatchObject({ status: 404, code: 'NoSuchBucket' });
  });

  it('are listed in pages', async () => {
    const names = ['page-a', 'page-b'].map((label) => driver.newName(label));
    for (const name of names) await bucketAt(driver, name, driver.region).must('PUT');
    const page = async (query: Record<string, string>) =>
      xmlOf(await driver.send({ method: 'GET', host: 'service.cos.myqcloud.com', query }));
    const namesIn = (root: XmlElement) =>
      children(children(root, 'Buckets')[0] ?? root, 'Bucket').map((entry) => textOf(entry, 'Name'));
    const all = await page({});
    expect([at(all, 'IsTruncated'), at(all, 'Marker')]).toEqual(['false', '']);
    expect(namesIn(all)).toEqual(namesIn(all).toSorted((a = '', b = '') => (a < b ? -1 : 1)));
    const first = await page({ 'max-keys': '1' });
    expect([at(first, 'IsTruncated'), namesIn(first)]).toEqual(['true', namesIn(all).slice(0, 1)]);
    const second = await page({ 'max-keys': '1', marker: at(first, 'NextMarker') });
    expect([at(second, 'Marker'), namesIn(second)]).toEqual([at(first, 'NextMarker'), namesIn(all).slice(1, 2)]);
    expect(namesIn(await page({ region: driver.otherRegion }))).not.toContain(names[0]);
  });

  it('belong to one region: another region does not know them', async () => {
    const bucket = await makeBucket(driver, 'region');
    const elsewhere = bucketAt(driver, bucket.name, driver.otherRegion);
    expect(errorOf(await elsewhere.call('GET'))).toMatchObject({ status: 404, code: 'NoSuchBucket' });
    const location = xmlOf(await bucket.must('GET', '', { query: { location: '' } }));
    expect(location).toMatchObject({ name: 'LocationConstraint', text: driver.region });
  });

  it('cannot be deleted unless they are empty', async () => {
    const bucket = await makeBucket(driver, 'full', { versioning: 'Enabled' });
    const versionId = await bucket.put('a', 'x');
    await bucket.must('DELETE', 'a');
    expect(errorOf(await bucket.call('DELETE'))).toMatchObject({ status: 409, code: 'BucketNotEmpty' });
    await bucket.must('DELETE', 'a', { query: { versionId } });
    expect(errorOf(await bucket.call('DELETE'))).toMatchObject({ status: 409, code: 'BucketNotEmpty' });
  });

  it('can be named in the path too', async () => {
    const bucket = await makeBucket(driver, 'path');
    await bucket.put('dir/a b', 'hello');
    const answer = await driver.send({
      method: 'GET',
      host: `cos.${driver.region}.myqcloud.com`,
      path: `/${bucket.name}/dir/a%20b`,
    });
    expect(answer.body.toString()).toBe('hello');
  });

  it('go from no versioning to Enabled and Suspended and never back', async () => {
    const bucket = await makeBucket(driver, 'states');
    const status = async () => {
      const root = xmlOf(await bucket.must('GET', '', { query: { versioning: '' } }));
      expect(root.name).toBe('VersioningConfiguration');
      return children(root, 'Status').map((element) => element.text);
    };
    expect(await status()).toEqual([]);
    await bucket.setVersioning('Enabled');
    expect(await status()).toEqual(['Enabled']);
    await bucket.setVersioning('Suspended');
    expect(await status()).toEqual(['Suspended']);
    const off = '<VersioningConfiguration><Status>Disabled</Status></VersioningConfiguration>';
    const refused = await bucket.call('PUT', '', { query: { versioning: '' }, body: off });
    expect(errorOf(refused)).toMatchObject({ status: 400, code: 'MalformedXML' });
    expect(await status()).toEqual(['Suspended']);
  });

  it('refuse a configuration that is not XML, is empty, or has another root', async () => {
    const bucket = await makeBucket(driver, 'bad');
    const put = (body: string) => bucket.call('PUT', '', { query: { versioning: '' }, body });
    expect(errorOf(await put('<VersioningConfiguration><Status>'))).toMatchObject({
      status: 400,
      code: 'MalformedXML',
    });
    expect(errorOf(await put('<Other/>'))).toMatchObject({ status: 400, code: 'MalformedXML' });
    expect(errorOf(await put(''))).toMatchObject({ status: 400, code: 'MissingRequestBodyError' });
  });

  it('keep an ACL, from a header or a document', async () => {
    const bucket = await makeBucket(driver, 'acl');
    const grants = async () => {
      const root = xmlOf(await bucket.must('GET', '', { query: { acl: '' } }));
      const list = children(root, 'AccessControlList')[0];
      return children(list ?? root, 'Grant').map((grant) => textOf(grant, 'Permission'));
    };
    expect(await grants()).toEqual(['FULL_CONTROL']);
    await bucket.must('PUT', '', { query: { acl: '' }, headers: { 'x-cos-acl': 'public-read-write' } });
    expect(await grants()).toEqual(['FULL_CONTROL', 'READ', 'WRITE']);
    const refused = await bucket.call('PUT', '', { query: { acl: '' }, headers: { 'x-cos-acl': 'everybody' } });
    expect(errorOf(refused)).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  it('answer 405 to a wrong method', async () => {
    const bucket = await makeBucket(driver, 'verbs');
    const wrong = await bucket.call('DELETE', '', { query: { versioning: '' } });
    expect(errorOf(wrong)).toMatchObject({ status: 405, code: 'MethodNotAllowed' });
  });
});
