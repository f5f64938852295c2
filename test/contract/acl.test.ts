import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, children, errorOf, makeBucket, openDriver, textOf, xmlOf } from './driver.ts';
import type { Answer, CosDriver, TestBucket } from './driver.ts';

let driver: CosDriver;
let bucket: TestBucket;
beforeAll(async () => {
  driver = await openDriver();
  bucket = await makeBucket(driver, 'acls');
  await bucket.put('k', 'x');
});
afterAll(() => driver.close());

const OTHER = 'qcs::cam::uin/100000000002:uin/100000000002';
const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers';

const grantsOf = (answer: Answer) => {
  const root = xmlOf(answer);
  return children(children(root, 'AccessControlList')[0] ?? root, 'Grant').map((grant) => {
    const grantee = children(grant, 'Grantee')[0];
    const name = grantee && (textOf(grantee, 'URI') ?? textOf(grantee, 'ID'));
    return [name, textOf(grant, 'Permission')];
  });
};
const grant = (grantee: string, permission: string, type = 'CanonicalUser') =>
  `<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="${type}">${grantee}</Grantee>` +
  `<Permission>${permission}</Permission></Grant>`;
const document = async (...grants: readonly string[]) => {
  const owner = at(xmlOf(await bucket.must('GET', '', { query: { acl: '' } })), 'Owner', 'ID');
  return (
    `<AccessControlPolicy><Owner><ID>${owner}</ID></Owner>` +
    `<AccessControlList>${grants.join('')}</AccessControlList></AccessControlPolicy>`
  );
};

describe.each([
  ['a bucket', ''],
  ['an object', 'k'],
])('the ACL document of %s', (_what, key) => {
  const put = async (...grants: readonly string[]) =>
    bucket.call('PUT', key, { query: { acl: '' }, body: await document(...grants) });
  const read = async () => grantsOf(await bucket.must('GET', key, { query: { acl: '' } }));

  it('is returned as it was stored, with the right of the owner or without', async () => {
    expect((await put(grant(`<ID>${OTHER}</ID>`, 'READ'))).status).toBe(200);
    expect(await read()).toEqual([[OTHER, 'READ']]);
    const owner = at(xmlOf(await bucket.must('GET', key, { query: { acl: '' } })), 'Owner', 'ID');
    await put(grant(`<ID>${owner}</ID>`, 'FULL_CONTROL'), grant(`<ID>${OTHER}</ID>`, 'READ_ACP'));
    expect(await read()).toEqual([
      [owner, 'FULL_CONTROL'],
      [OTHER, 'READ_ACP'],
    ]);
  });

  it('accepts a grantee with an ID and a URI', async () => {
    const both = `<URI>${ALL_USERS}</URI><ID>${OTHER}</ID>`;
    expect((await put(grant(both, 'READ', 'Group'))).status).toBe(200);
    expect(await read()).toEqual([[ALL_USERS, 'READ']]);
    expect((await put(grant(both.replace(ALL_USERS, ''), 'READ'))).status).toBe(200);
    expect(await read()).toEqual([[OTHER, 'READ']]);
  });

  it('refuses an impossible grantee', async () => {
    const answer = await put(grant('<ID>qcs::camuin/1:uin/1</ID>', 'READ'));
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidArgument' });
    const nobody = await put(grant('<ID></ID>', 'READ'));
    expect(errorOf(nobody)).toMatchObject({ status: 400, code: 'MalformedXML' });
  });

  it('is replaced by a predefined ACL, which gives the owner everything', async () => {
    await put(grant(`<ID>${OTHER}</ID>`, 'READ'));
    await bucket.must('PUT', key, { query: { acl: '' }, headers: { 'x-cos-acl': 'private' } });
    expect((await read()).map(([, permission]) => permission)).toEqual(['FULL_CONTROL']);
  });
});

describe('grant headers', () => {
  const put = (headers: Record<string, string>) => bucket.call('PUT', '', { query: { acl: '' }, headers });

  it.each([
    ['x-cos-grant-write', 'uin="730123456"', 'qcs::cam::uin/730123456:uin/730123456'],
    ['x-cos-grant-read', 'id="730123456"', 'qcs::cam::uin/730123456:uin/730123456'],
    ['x-cos-grant-read', `id="${OTHER}"`, OTHER],
    ['x-cos-grant-read', `uri="${ALL_USERS}"`, ALL_USERS],
  ])('%s: %s', async (name, value, grantee) => {
    expect((await put({ [name]: value })).status).toBe(200);
    const grants = grantsOf(await bucket.must('GET', '', { query: { acl: '' } }));
    expect(grants.map(([who]) => who)).toContain(grantee);
  });

  it.each(['id="qcs::camuin/321023:uin/1"', 'id="somebody"', 'uri="http://example.com/"', 'everyone', 'name="1"'])(
    'refuse %s in x-cos-grant-full-control',
    async (value) => {
      const answer = await put({ 'x-cos-grant-full-control': value });
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'InvalidArgument' });
    },
  );
});
