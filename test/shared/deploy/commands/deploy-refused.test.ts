import { describe, expect, it, vi } from 'vitest';
import { CloudApiError } from '../../../../shared/deploy/cloud/cloud-api.ts';
import { STATE } from '../../../deployment/index.ts';
import { rawConfiguration, sampleSettings } from '../settings.ts';
import { OWNER, world } from './deploy-world.ts';

describe('deploy', () => {
  it('refuses a second stage on the same source before anything is made', async () => {
    const cloud = world(sampleSettings());
    await cloud.deploy();
    cloud.clear();
    const before = cloud.buckets();
    const second = sampleSettings({ provider: { ...rawConfiguration().provider, stage: 'prod' } });
    await expect(cloud.deploy(second)).rejects.toThrow(
      /^The function cos-replication-dev-replicate has the trigger "cos source-1250000000 cos:ObjectCreated:\*".*one function only, so this stage cannot have "cos source-1250000000 cos:ObjectCreated:\*": nothing was changed.*other buckets in serverless.yml, or run "npx serverless remove" for the other stage/,
    );
    expect(cloud.api.changes).toEqual([]);
    expect(cloud.buckets()).toEqual(before);
    expect(cloud.lines).toEqual([]);
    // The first stage is unchanged, and can be deployed again.
    await cloud.deploy();
    expect(cloud.api.changes).toEqual([]);
  });

  /** A function of somebody else with a trigger on the source. */
  async function withTheirs(event: string, prefix = '') {
    const cloud = world(sampleSettings());
    await cloud.api.call('scf', 'CreateFunction', { FunctionName: 'theirs' });
    for (let look = 0; look < 3; look += 1) await cloud.api.call('scf', 'GetFunction', { FunctionName: 'theirs' });
    await cloud.api.call('scf', 'CreateTrigger', {
      FunctionName: 'theirs',
      Type: 'cos',
      TriggerName: 'source-1250000000.cos.ap-guangzhou.myqcloud.com',
      TriggerDesc: JSON.stringify({ event, filter: { Prefix: prefix, Suffix: '' } }),
    });
    cloud.clear();
    return cloud;
  }

  it.each([
    ['of the same event', 'cos:ObjectCreated:*', ''],
    ['of a part of the event and of the keys', 'cos:ObjectCreated:Put', 'photos/'],
  ])("refuses a trigger %s at somebody else's function before anything is made", async (_, event, prefix) => {
    const cloud = await withTheirs(event, prefix);
    await expect(cloud.deploy()).rejects.toMatchObject({ code: 'TRIGGER_TAKEN' });
    expect(cloud.api.changes).toEqual([]);
  });

  it('leaves a trigger alone that shares no event with those of the service', async () => {
    const cloud = await withTheirs('cos:ObjectRestore:Post');
    await cloud.deploy();
    expect(cloud.api.functions.get('theirs')?.triggers).toHaveLength(1);
  });

  it('names the next step when COS refuses a trigger for a function that this user may not look at', async () => {
    const cloud = await withTheirs('cos:ObjectCreated:*');
    const call = cloud.api.call.bind(cloud.api);
    vi.spyOn(cloud.api, 'call').mockImplementation(async (service, action, parameters) => {
      const hidden = action === 'ListTriggers' && 'FunctionName' in parameters && parameters.FunctionName === 'theirs';
      if (hidden) throw new CloudApiError(action, 'UnauthorizedOperation.CAM', 'refused');
      return call(service, action, parameters);
    });
    await expect(cloud.deploy()).rejects.toThrow(
      /"cos source-1250000000 cos:ObjectCreated:\*" was refused.*delete that trigger.*or take the bucket out of sources/,
    );
  });

  it('refuses before anything is made when a source is missing', async () => {
    const cloud = world(sampleSettings(), { 'backup-1250000000': 'Enabled' });
    await expect(cloud.deploy()).rejects.toThrow(/source bucket source-1250000000@ap-guangzhou does not exist/);
    expect(cloud.api.changes).toEqual([]);
    expect(cloud.buckets()).not.toContain(STATE.bucket);
  });

  it('warns of buckets that no rule could use yet', async () => {
    const cloud = world(sampleSettings(), { 'source-1250000000': 'Suspended' });
    await cloud.deploy();
    expect(cloud.warnings).toEqual([
      'source-1250000000@ap-guangzhou has no versioning: enable it before you set a rule.',
      'backup-1250000000@ap-shanghai does not exist: create it, with versioning, before you set a rule.',
    ]);
  });

  it.each(['Enabled', 'Suspended'] as const)('refuses a state bucket whose versioning is %s', async (versioning) => {
    const cloud = world(sampleSettings(), {
      'source-1250000000': 'Enabled',
      'backup-1250000000': 'Enabled',
      'crr-dev-gz-1250000000': versioning,
    });
    await expect(cloud.deploy()).rejects.toThrow(/has or had versioning.*set stateBucket/);
    expect(cloud.api.changes).toEqual([]);
  });

  it('refuses a public state bucket', async () => {
    const cloud = world(sampleSettings());
    await cloud.deploy();
    cloud.storage.core.putBucketAcl(STATE.bucket, STATE.region, { canned: 'public-read', grants: [] });
    await expect(cloud.deploy()).rejects.toThrow(/public-read but holds API keys/);
  });

  it('refuses a state bucket whose ACL admits somebody', async () => {
    const cloud = world(sampleSettings());
    await cloud.deploy();
    const grants = [{ grantee: 'qcs::cam::uin/100000000002:uin/100000000002', permission: 'READ' }];
    cloud.storage.core.putBucketAcl(STATE.bucket, STATE.region, { canned: 'private', grants });
    await expect(cloud.deploy()).rejects.toThrow(/lets qcs::cam::uin\/100000000002:uin\/100000000002 in \(READ\)/);
  });

  it('refuses a state bucket whose policy admits somebody', async () => {
    const cloud = world(sampleSettings());
    await cloud.deploy();
    const guest = 'qcs::cam::uin/100000000002:uin/100000000002';
    const statement = { Effect: 'allow', Principal: { qcs: [OWNER.ID, guest] }, Action: ['name/cos:GetObject'] };
    cloud.policies.set(STATE.bucket, { version: '2.0', Statement: [statement] });
    await expect(cloud.deploy()).rejects.toThrow(`its bucket policy lets ${guest} in`);
    cloud.policies.set(STATE.bucket, { version: '2.0', Statement: [{ ...statement, Effect: 'deny' }] });
    await cloud.deploy();
  });

  it('refuses credentials of another account', async () => {
    const cloud = world(sampleSettings(), undefined, '1250000001');
    await expect(cloud.deploy()).rejects.toThrow(/account 1250000001, but the sources to 1250000000/);
    expect(cloud.api.changes).toEqual([]);
  });
});
