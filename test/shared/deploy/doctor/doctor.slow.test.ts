import { describe, expect, it } from 'vitest';
import { examine } from '../../../../shared/deploy/doctor/doctor.ts';
import { MARK } from '../../../../shared/deploy/roles/own-policies.ts';
import {
  LONG,
  SOURCE,
  BACKUP,
  PRIVATE,
  state,
  functionOf,
  role,
  codeOf,
  cloud,
  deps,
  keys,
  deployNow,
  found,
  useCloud,
  expectFine,
} from './deployed.ts';

useCloud();

it('finds everything missing before the first deployment, and nothing after it', { timeout: LONG }, async () => {
  const before = (await examine(deps)).filter((check) => check.state === 'broken').map(({ name }) => name);
  expect(before).toEqual(['state bucket', 'marker key', 'API keys', 'roles', 'functions']);
  await deployNow();
  expect(await found()).toEqual([
    'warning API keys: API keys there are none, so only the deploying user can manage rules',
  ]);
  await keys.add({ buckets: [], rights: ['read'] });
  expect(await found()).toEqual([]);
});

/** Each fault is made, found alone, and gone after its advice. */
describe.sequential('of a deployment', { timeout: LONG }, () => {
  expectFine();

  it.each<[what: string, breakIt: () => unknown, finding: RegExp]>([
    [
      'a missing function',
      () => cloud.scf.deleteFunction(functionOf('task')),
      /^broken functions: \S+-task does not exist$/,
    ],
    [
      'settings that were changed by hand',
      () => {
        const { environment } = cloud.scf.getFunction(functionOf('task')).config;
        const changed = { ...environment, SOURCES: 'x' };
        cloud.scf.updateConfiguration(functionOf('task'), { memorySize: 512, role: role('api'), environment: changed });
      },
      /^broken functions: \S+-task differs from serverless\.yml in memory, role, environment$/,
    ],
    [
      'repetitions that were changed',
      () => cloud.scf.updateAsyncConfig(functionOf('replicate'), { retries: 0, ttl: 60 }),
      /^warning functions: \S+-replicate differs from provider\.async/,
    ],
    [
      'a reservation that was taken away',
      () => cloud.scf.reserveMemory(functionOf('api'), undefined),
      /^warning functions: \S+-api differs from serverless\.yml in its reserved instances/,
    ],
    [
      'a function without the hash of its code',
      () => cloud.scf.updateConfiguration(functionOf('scan'), { description: 'mine' }),
      /^broken code: \S+-scan does not say which code it runs/,
    ],
    [
      'a missing role',
      () => {
        for (const { id } of cloud.cam.attached(role('schedule'))) cloud.cam.detach(role('schedule'), id);
        cloud.cam.deleteRole(role('schedule'));
      },
      /^broken roles: role \S+-schedule does not exist$/,
    ],
    [
      'a policy that was changed',
      () => {
        const [policy] = cloud.cam.attached(role('api'));
        const document = { version: '2.0', statement: [{ effect: 'allow', action: ['name/cos:*'], resource: ['*'] }] };
        cloud.cam.updatePolicy(policy?.id ?? 0, { document: JSON.stringify(document) });
      },
      /^broken roles: policy \S+-api differs from the generated policy$/,
    ],
    [
      'a policy that was detached',
      () => cloud.cam.detach(role('engine'), cloud.cam.attached(role('engine'))[0]?.id ?? 0),
      /^broken roles: policy \S+-engine is not attached to the role/,
    ],
    [
      'a missing policy',
      () => {
        const id = cloud.cam.attached(role('engine'))[0]?.id ?? 0;
        cloud.cam.detach(role('engine'), id);
        cloud.cam.deletePolicy(id);
      },
      /^broken roles: policy \S+-engine does not exist$/,
    ],
    [
      'a missing trigger',
      () => {
        const [trigger] = cloud.scf.listTriggers(functionOf('schedule'));
        if (trigger !== undefined) cloud.scf.deleteTrigger(functionOf('schedule'), trigger);
      },
      /^broken triggers: \S+-schedule the trigger timer minute .* is missing$/,
    ],
    [
      'a trigger that is switched off',
      async () => {
        const name = 'cos-replication-dev-schedule';
        const [old] = await deps.scf.triggers(name);
        const timer = { Type: 'timer', TriggerName: 'minute' };
        await deps.scf.call('DeleteTrigger', name, timer);
        await deps.scf.call('CreateTrigger', name, {
          ...timer,
          TriggerDesc: '0 * * * * * *',
          Enable: 'CLOSE',
          Qualifier: old?.Qualifier,
        });
      },
      /^broken triggers: \S+-schedule the trigger timer minute .* is switched off$/,
    ],
    [
      'a surplus trigger',
      () =>
        deps.scf.call('CreateTrigger', 'cos-replication-dev-task', {
          Type: 'timer',
          TriggerName: 'mine',
          TriggerDesc: '0 0 0 * * * *',
          Enable: 'OPEN',
          Qualifier: '$DEFAULT',
        }),
      /^warning triggers: \S+-task has the trigger timer mine .* does not list$/,
    ],
    [
      'a function of an earlier, longer list',
      () => {
        const { config } = cloud.scf.getFunction(functionOf('replicate'));
        return cloud.scf.createFunction(functionOf('replicate-2'), config, { zip: codeOf('replicate').bytes });
      },
      /^warning functions: \S+-replicate-2 is left over/,
    ],
    [
      'a policy of an earlier, longer list',
      () => {
        const name = `${role('engine')}-2`;
        const document = '{"version":"2.0","statement":[{"effect":"allow","action":["name/cos:*"],"resource":["*"]}]}';
        cloud.cam.attach(role('engine'), cloud.cam.createPolicy({ name, document, description: MARK }).id);
      },
      /^warning roles: policy \S+-engine-2 is not needed any more$/,
    ],
    [
      'a missing marker key',
      () => deps.cos.deleteObject(state, 'secrets/marker-key/1'),
      /^broken marker key: state bucket \S+ holds no marker key/,
    ],
  ])('finds %s, and the next deployment repairs it', async (_, breakIt, finding) => {
    await breakIt();
    const findings = await found();
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(finding);
    await deployNow();
  });

  it.each<[what: string, breakIt: () => unknown, mend: () => unknown, finding: RegExp]>([
    [
      'a source without versioning',
      () => cloud.core.putVersioning(SOURCE.bucket, SOURCE.region, 'Suspended'),
      () => cloud.core.putVersioning(SOURCE.bucket, SOURCE.region, 'Enabled'),
      /^broken buckets: source source-1250000000@ap-guangzhou has no versioning$/,
    ],
    [
      'a missing destination',
      () => cloud.core.deleteBucket(BACKUP.bucket, BACKUP.region),
      () => {
        cloud.core.createBucket(BACKUP.bucket, BACKUP.region);
        cloud.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Enabled');
      },
      /^broken buckets: destination backup-1250000000@ap-shanghai does not exist$/,
    ],
    [
      'a public state bucket',
      () => cloud.core.putBucketAcl(state.bucket, state.region, { canned: 'public-read', grants: [] }),
      () => cloud.core.putBucketAcl(state.bucket, state.region, PRIVATE),
      /^broken state bucket: state bucket The state bucket \S+ is public-read but holds API keys/,
    ],
    [
      "another's policy on a role",
      () => {
        const document = '{"version":"2.0","statement":[{"effect":"allow","action":["name/cos:*"],"resource":["*"]}]}';
        cloud.cam.attach(role('engine'), cloud.cam.createPolicy({ name: 'theirs', document }).id);
      },
      () => {
        const theirs = cloud.cam.attached(role('engine')).find(({ name }) => name === 'theirs');
        cloud.cam.detach(role('engine'), theirs?.id ?? 0);
      },
      /^warning roles: role \S+-engine has 1 policy that this service did not make/,
    ],
  ])('finds %s', async (_, breakIt, mend, finding) => {
    await breakIt();
    const findings = await found();
    await mend();
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(finding);
  });
});

it('finds a state bucket with versioning', { timeout: LONG }, async () => {
  cloud.core.putVersioning(state.bucket, state.region, 'Suspended');
  expect(await found()).toEqual([expect.stringMatching(/^broken state bucket: .*has or had versioning \(Suspended\)/)]);
});
