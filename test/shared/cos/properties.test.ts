import { afterEach, describe, expect, it } from 'vitest';

import { ALL_USERS } from '../../../shared/cos/index.ts';
import type { CosClientOptions } from '../../../shared/cos/index.ts';
import { DATE, SOURCE, clientOf, failure, reply, startServer, xml } from './server.ts';
import type { Reply, ScriptedServer } from './server.ts';

let server: ScriptedServer;
async function setUp(replies: readonly Reply[], options: Partial<CosClientOptions> = {}) {
  server = await startServer(replies);
  return clientOf(server, { tries: 1, ...options });
}
afterEach(() => server.close());

describe('getTags', () => {
  it('keeps order and blanks', async () => {
    const tags = '<Tag><Key>b</Key><Value> x </Value></Tag><Tag><Key>a</Key><Value/></Tag>';
    const cos = await setUp([xml(200, `<Tagging>\n<TagSet>\n${tags}</TagSet></Tagging>`)]);
    expect(await cos.getTags(SOURCE, 'k', 'v')).toEqual([
      ['b', ' x '],
      ['a', ''],
    ]);
    expect(server.arrived[0]?.line).toBe('GET /k?tagging&versionId=v');
  });

  it('is empty where there are none, and only there', async () => {
    const cos = await setUp([failure(404, 'NoSuchTagSet'), failure(404, 'NoSuchVersion'), xml(200, '<Tagging/>')]);
    expect(await cos.getTags(SOURCE, 'k')).toEqual([]);
    await expect(cos.getTags(SOURCE, 'k', 'v')).rejects.toMatchObject({ code: 'NoSuchVersion' });
    expect(await cos.getTags(SOURCE, 'k')).toEqual([]);
  });
});

describe('getGrants', () => {
  const owner = 'qcs::cam::uin/1:uin/1';
  const grant = (grantee: string, permission: string) =>
    `<Grant><Grantee xsi:type="x">${grantee}</Grantee><Permission>${permission}</Permission></Grant>`;
  const policy = (...grants: string[]) =>
    `<AccessControlPolicy><Owner><ID>${owner}</ID></Owner><AccessControlList>${grants.join('')}</AccessControlList></AccessControlPolicy>`;

  it('gives the rights of others', async () => {
    const body = policy(
      grant(`<ID>${owner}</ID>`, 'FULL_CONTROL'),
      grant('<ID>qcs::cam::uin/2:uin/3</ID><DisplayName>x</DisplayName>', 'READ_ACP'),
      grant(`<URI>${ALL_USERS}</URI>`, 'READ'),
      grant('<ID>qcs::cam::anyone:anyone</ID>', 'READ'),
      grant('<ID>qcs::cam::uin/2:uin/3</ID>', 'WRITE'),
    );
    const cos = await setUp([xml(200, body, { 'x-cos-acl': 'private' })]);
    expect(await cos.getGrants(SOURCE, 'k', 'v')).toEqual([
      { permission: 'READ_ACP', grantee: 'qcs::cam::uin/2:uin/3' },
      { permission: 'READ', grantee: ALL_USERS },
      { permission: 'READ', grantee: ALL_USERS },
    ]);
    expect(server.arrived[0]?.line).toBe('GET /k?acl&versionId=v');
  });

  it('is empty for an object without an ACL of its own', async () => {
    const inherited = xml(200, policy(grant('<ID>qcs::cam::uin/2:uin/3</ID>', 'READ')), { 'x-cos-acl': 'default' });
    const cos = await setUp([inherited]);
    expect(await cos.getGrants(SOURCE, 'k')).toEqual([]);
  });

  it('does not lose a grant that it cannot read', async () => {
    const cos = await setUp([xml(200, policy(grant('<DisplayName>x</DisplayName>', 'READ')))]);
    await expect(cos.getGrants(SOURCE, 'k')).rejects.toMatchObject({ code: 'AnswerMalformed' });
  });
});

describe('the bucket', () => {
  it('exists, is missing or is forbidden', async () => {
    const cos = await setUp([reply(200), reply(404), reply(403, { Date: DATE })]);
    expect(await cos.headBucket(SOURCE)).toBe('exists');
    expect(await cos.headBucket(SOURCE)).toBe('missing');
    expect(await cos.headBucket(SOURCE)).toBe('forbidden');
    expect(server.arrived[0]?.line).toBe('HEAD /');
  });

  it.each([
    ['<Status>Enabled</Status>', 'Enabled'],
    ['<Status>Suspended</Status>', 'Suspended'],
    ['', undefined],
  ])('has the versioning of %j', async (status, expected) => {
    const cos = await setUp([xml(200, `<VersioningConfiguration>${status}</VersioningConfiguration>`)]);
    expect(await cos.getVersioning(SOURCE)).toBe(expected);
    expect(server.arrived[0]?.line).toBe('GET /?versioning');
  });

  it('does not take an unknown status for none', async () => {
    const body = '<VersioningConfiguration><Status>enabled?</Status></VersioningConfiguration>';
    const cos = await setUp([xml(200, body)]);
    await expect(cos.getVersioning(SOURCE)).rejects.toMatchObject({ code: 'AnswerMalformed' });
  });
});

describe('isSymlink', () => {
  it('is true of a version that names a target', async () => {
    const cos = await setUp([reply(200, { Date: DATE, 'x-cos-symlink-target': 'a/b' })]);
    expect(await cos.isSymlink(SOURCE, 'k', 'v')).toBe(true);
    expect(server.arrived[0]?.line).toBe('GET /k?symlink&versionId=v');
  });

  it.each([400, 403, 404, 405])(
    'is false where COS answers %s, because a key without the right cannot find out',
    async (status) => {
      const cos = await setUp([failure(status, 'Any')]);
      expect(await cos.isSymlink(SOURCE, 'k', 'v')).toBe(false);
    },
  );

  it('is unknown where COS gives no answer', async () => {
    const cos = await setUp([failure(503, 'SlowDown')]);
    await expect(cos.isSymlink(SOURCE, 'k', 'v')).rejects.toMatchObject({ code: 'SlowDown' });
  });
});

describe('hasNativeReplication', () => {
  it('is true where COS has rules, and false only where it says that there are none', async () => {
    const cos = await setUp([
      xml(200, '<ReplicationConfiguration><Role>x</Role></ReplicationConfiguration>'),
      failure(404, 'ReplicationConfigurationnotFoundError'),
      failure(404, 'ReplicationConfigurationNotFoundError'),
      failure(404, 'NoSuchBucket'),
      failure(403, 'AccessDenied'),
    ]);
    expect(await cos.hasNativeReplication(SOURCE)).toBe(true);
    expect(await cos.hasNativeReplication(SOURCE)).toBe(false);
    expect(await cos.hasNativeReplication(SOURCE)).toBe(false);
    await expect(cos.hasNativeReplication(SOURCE)).rejects.toMatchObject({ code: 'NoSuchBucket' });
    await expect(cos.hasNativeReplication(SOURCE)).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(server.arrived[0]?.line).toBe('GET /?replication');
  });
});

describe('getExpiries', () => {
  const lifecycle = (...rules: string[]) =>
    xml(
      200,
      `<LifecycleConfiguration>${rules.map((rule) => `<Rule>${rule}</Rule>`).join('')}</LifecycleConfiguration>`,
    );

  it('gives the enabled rules that remove versions, and how long each leaves them', async () => {
    const cos = await setUp([
      lifecycle(
        '<ID>both</ID><Filter/><Status>Enabled</Status><Expiration><Days>365</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration>',
        '<ID>dated</ID><Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Status>Enabled</Status><Expiration><Date>2027-01-01T00:00:00Z</Date></Expiration>',
        '<ID>old form</ID><Prefix>b/</Prefix><Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>',
        '<ID>off</ID><Filter/><Status>Disabled</Status><Expiration><Days>1</Days></Expiration>',
        '<ID>colder</ID><Filter/><Status>Enabled</Status><Transition><Days>1</Days><StorageClass>ARCHIVE</StorageClass></Transition>',
        '<ID>markers</ID><Filter/><Status>Enabled</Status><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>',
      ),
    ]);
    expect(await cos.getExpiries(SOURCE)).toEqual([
      { id: 'both', prefix: '', narrowed: false, current: 365, older: 30 },
      { id: 'dated', prefix: 'a/', narrowed: true, current: '2027-01-01T00:00:00Z', older: undefined },
      { id: 'old form', prefix: 'b/', narrowed: false, current: undefined, older: 1 },
    ]);
    expect(server.arrived[0]?.line).toBe('GET /?lifecycle');
  });

  it('is empty where there is no lifecycle, and only there', async () => {
    const cos = await setUp([
      failure(404, 'NoSuchLifecycleConfiguration'),
      failure(404, 'NoSuchBucket'),
      failure(403, 'AccessDenied'),
      lifecycle('<Status>Enabled</Status><Expiration><Days>soon</Days></Expiration>'),
    ]);
    expect(await cos.getExpiries(SOURCE)).toEqual([]);
    await expect(cos.getExpiries(SOURCE)).rejects.toMatchObject({ code: 'NoSuchBucket' });
    await expect(cos.getExpiries(SOURCE)).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(cos.getExpiries(SOURCE)).rejects.toMatchObject({ code: 'AnswerMalformed' });
  });
});

describe('putTags', () => {
  it('replaces the tags of the version, whatever they were', async () => {
    const cos = await setUp([reply(200)]);
    await cos.putTags(SOURCE, 'k', 'v', [
      ['a&b', '<1>'],
      ['c', ''],
    ]);
    const [request] = server.arrived;
    expect(request?.line).toBe('PUT /k?tagging&versionId=v');
    expect(request?.body).toBe(
      '<Tagging><TagSet><Tag><Key>a&amp;b</Key><Value>&lt;1&gt;</Value></Tag><Tag><Key>c</Key><Value/></Tag></TagSet></Tagging>',
    );
    expect(request?.headers.get('content-md5')).toBeDefined();
  });

  it('removes all of them with a request of its own', async () => {
    const cos = await setUp([reply(204)]);
    await cos.putTags(SOURCE, 'k', 'v', []);
    expect(server.arrived[0]?.line).toBe('DELETE /k?tagging&versionId=v');
  });

  it('fails when COS refuses', async () => {
    const cos = await setUp([failure(403, 'AccessDenied'), failure(404, 'NoSuchVersion')]);
    await expect(cos.putTags(SOURCE, 'k', 'v', [['a', '1']])).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(cos.putTags(SOURCE, 'k', 'v', [])).rejects.toMatchObject({ code: 'NoSuchVersion' });
  });
});

describe('putGrants', () => {
  const guest = { permission: 'READ_ACP', grantee: 'qcs::cam::uin/2:uin/3' } as const;

  it('sends grants as a copy does', async () => {
    const cos = await setUp([reply(200)]);
    await cos.putGrants(SOURCE, 'k', 'v', [guest, { permission: 'READ', grantee: ALL_USERS }]);
    const [request] = server.arrived;
    expect(request?.line).toBe('PUT /k?acl&versionId=v');
    expect(request?.headers.get('x-cos-acl')).toBe('public-read');
    expect(request?.headers.get('x-cos-grant-read-acp')).toBe('id="qcs::cam::uin/2:uin/3"');
  });

  it('leaves an object without grants to its bucket', async () => {
    const cos = await setUp([reply(200)]);
    await cos.putGrants(SOURCE, 'k', 'v', []);
    expect(server.arrived[0]?.headers.get('x-cos-acl')).toBe('default');
  });
});
