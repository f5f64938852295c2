import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, errorOf, makeBucket, openDriver, xmlOf } from './driver.ts';
import type { CosDriver, TestBucket } from './driver.ts';

// Nothing here can be removed before its lock ends, so on the real COS this bucket is left behind for a day.
let driver: CosDriver;
let bucket: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  bucket = await makeBucket(driver, 'locked', { versioning: 'Enabled' });
});
afterAll(() => driver.close());

const configure = (inner: string, of = bucket) =>
  of.call('PUT', '', {
    query: { 'object-lock': '' },
    body: `<ObjectLockConfiguration>${inner}</ObjectLockConfiguration>`,
  });
const ENABLED = '<ObjectLockEnabled>Enabled</ObjectLockEnabled>';
const daily = (days: number) =>
  `${ENABLED}<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>${days}</Days></DefaultRetention></Rule>`;
const until = (ms: number) => new Date(Date.now() + ms).toISOString();
const HOUR = 3_600_000;
const lock = (date: string) => ({
  'x-cos-object-lock-mode': 'COMPLIANCE',
  'x-cos-object-lock-retain-until-date': date,
});

describe('?object-lock', () => {
  it('is switched on, and refuses an impossible document', async () => {
    const none = await bucket.call('GET', '', { query: { 'object-lock': '' } });
    expect(errorOf(none)).toMatchObject({ status: 404, code: 'NoSuchObjectLockConfiguration' });
    expect(errorOf(await bucket.call('PUT', 'early', { body: 'x', headers: lock(until(HOUR)) }))).toMatchObject({
      status: 400,
    });
    expect(errorOf(await configure('<ObjectLockEnabled>Disabled</ObjectLockEnabled>'))).toMatchObject({ status: 400 });
    expect(errorOf(await configure(daily(36_501)))).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect((await configure(ENABLED)).status).toBe(200);
    const read = xmlOf(await bucket.must('GET', '', { query: { 'object-lock': '' } }));
    expect(at(read, 'ObjectLockEnabled')).toBe('Enabled');
    const suspend = '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>';
    const refused = await bucket.call('PUT', '', { query: { versioning: '' }, body: suspend });
    expect(errorOf(refused)).toMatchObject({ status: 409, code: 'InvalidBucketState' });
  });

  it('gives every new object the default retention', async () => {
    expect((await configure(daily(1))).status).toBe(200);
    await bucket.put('by-default', 'x');
    const date = at(xmlOf(await bucket.must('GET', 'by-default', { query: { retention: '' } })), 'RetainUntilDate');
    expect(Date.parse(date) - Date.now()).toBeGreaterThan(23 * HOUR);
    expect((await configure(ENABLED)).status).toBe(200);
  });
});

describe('a locked version', () => {
  it('is not removed by its ID, alone or among others, and can be hidden', async () => {
    const versionId = await bucket.put('kept', 'x', lock(until(HOUR)));
    expect((await bucket.must('HEAD', 'kept')).headers['x-cos-object-lock-mode']).toBe('COMPLIANCE');
    const alone = await bucket.call('DELETE', 'kept', { query: { versionId } });
    expect(errorOf(alone)).toMatchObject({ status: 409, code: 'ObjectLocked' });
    const body = `<Delete><Object><Key>kept</Key><VersionId>${versionId}</VersionId></Object></Delete>`;
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
    const among = xmlOf(await bucket.must('POST', '', { query: { delete: '' }, body, headers }));
    expect(at(among, 'Error', 'Code')).toBe('ObjectLocked');
    expect((await bucket.must('DELETE', 'kept')).headers['x-cos-delete-marker']).toBe('true');
    expect((await bucket.must('GET', 'kept', { query: { versionId } })).body.toString()).toBe('x');
  });

  it('keeps its tags', async () => {
    await bucket.put('tagged', 'x', lock(until(HOUR)));
    const body = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>';
    const refused = await bucket.call('PUT', 'tagged', { query: { tagging: '' }, body });
    expect(errorOf(refused)).toMatchObject({ status: 409, code: 'ObjectLocked' });
  });
});

describe('?retention', () => {
  const retain = (date: string, mode = 'COMPLIANCE') =>
    bucket.call('PUT', 'r', {
      query: { retention: '' },
      body: `<Retention><Mode>${mode}</Mode><RetainUntilDate>${date}</RetainUntilDate></Retention>`,
    });

  it('is set later, grows, and never shrinks', async () => {
    const versionId = await bucket.put('r', 'x');
    const none = await bucket.call('GET', 'r', { query: { retention: '' } });
    expect(errorOf(none)).toMatchObject({ status: 404, code: 'NoSuchObjectLockConfiguration' });
    const [first, second] = [until(HOUR), until(2 * HOUR)];
    expect((await retain(first)).status).toBe(200);
    expect((await retain(second)).status).toBe(200);
    expect(errorOf(await retain(first))).toMatchObject({ status: 409, code: 'ObjectLocked' });
    const read = xmlOf(await bucket.must('GET', 'r', { query: { retention: '', versionId } }));
    expect([at(read, 'Mode'), at(read, 'RetainUntilDate')]).toEqual(['COMPLIANCE', second]);
  });

  it('refuses a date in the past, an unknown mode and an invalid date', async () => {
    await bucket.put('r', 'x');
    expect(errorOf(await retain(until(-HOUR)))).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect(errorOf(await retain(until(HOUR), 'GOVERNANCE'))).toMatchObject({ status: 400, code: 'MalformedXML' });
    expect(errorOf(await retain('soon'))).toMatchObject({ status: 400, code: 'MalformedXML' });
  });
});
