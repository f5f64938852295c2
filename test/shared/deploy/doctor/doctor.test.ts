import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKeyStore } from '../../../../shared/access/index.ts';
import { createCosClient, type Place } from '../../../../shared/cos/index.ts';
import { createCloudApi } from '../../../../shared/deploy/cloud/cloud-api.ts';
import { createScf } from '../../../../shared/deploy/cloud/scf.ts';
import { createSdk } from '../../../../shared/deploy/cloud/state-bucket.ts';
import { deploy, type Cloud } from '../../../../shared/deploy/commands/deploy.ts';
import { askCosTime } from '../../../../shared/deploy/doctor/cos-time.ts';
import { askDomain } from '../../../../shared/deploy/doctor/domains.ts';
import { examine, reportExamination } from '../../../../shared/deploy/doctor/doctor.ts';
import type { DoctorDeps } from '../../../../shared/deploy/doctor/types.ts';
import { MARK } from '../../../../shared/deploy/roles/own-policies.ts';
import { zip } from '../../../../shared/deploy/functions/zip.ts';
import type { Settings } from '../../../../shared/deploy/types.ts';
import { createRuleStore } from '../../../../shared/rules/index.ts';
import { startCloud, type LocalCloud } from '../../../cloud/index.ts';
import { stored, wholeBucket } from '../../../deployment/index.ts';
import { rawConfiguration, sampleSettings } from '../settings.ts';

const LONG = 120_000;
const SOURCE: Place = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
const OTHER: Place = { bucket: 'other-1250000000', region: 'ap-guangzhou' };
const BACKUP: Place = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const PRIVATE = { canned: 'private', grants: [] } as const;

const settings = sampleSettings();
const { state } = settings;
const functionOf = (key: string) => ({
  region: 'ap-guangzhou',
  namespace: 'default',
  name: `cos-replication-dev-${key}`,
});
const role = (kind: string) => `cos-replication-dev-ap-guangzhou-${kind}`;
const codeOf = (bundle: string) => zip({ 'index.js': Buffer.from(`exports.main_handler = () => '${bundle}';`) });

let cloud: LocalCloud;
let deps: DoctorDeps;
let platform: Cloud;
let keys: ReturnType<typeof createKeyStore>;

beforeAll(async () => {
  cloud = await startCloud({ transitionMs: 0, otherAccounts: [{ appid: '1250000009', uin: '100000000009' }] });
  const { endpoint } = cloud;
  const pair = { secretId: cloud.secretId, secretKey: cloud.secretKey };
  const api = createCloudApi({ credentials: pair, region: SOURCE.region, endpoint, now: Date.now, sleep });
  const cos = createCosClient({ credentials: () => pair, endpoint });
  const sdk = await createSdk(pair, endpoint);
  const scf = createScf(api, (ms) => sleep(Math.min(ms, 50)));
  platform = { api, scf, sdk, cos, random: randomBytes };
  keys = createKeyStore({ cos, state, now: Date.now, random: randomBytes });
  deps = {
    settings,
    api,
    scf,
    sdk,
    cos,
    keys,
    artifactOf: async (bundle) => codeOf(bundle),
    cosTime: (place) => askCosTime(place, endpoint),
    askDomain: (name) => askDomain(name, endpoint),
    now: Date.now,
  };
  const theirs: Place = { bucket: 'theirs-1250000009', region: 'ap-shanghai' };
  for (const { bucket, region } of [SOURCE, OTHER, BACKUP, theirs]) {
    cloud.core.createBucket(bucket, region);
    cloud.core.putVersioning(bucket, region, 'Enabled');
  }
}, LONG);
afterAll(() => cloud.close());

const deployNow = (some: Settings = settings) =>
  deploy(some, platform, async (bundle) => codeOf(bundle), { line: () => undefined, warn: () => undefined });

/** What is not fine: `severity check: subject problem`. */
async function found(changes: Partial<DoctorDeps> = {}): Promise<string[]> {
  return (await examine({ ...deps, ...changes })).flatMap(({ name, findings }) =>
    findings.map(({ severity, subject, problem }) => `${severity} ${name}: ${subject} ${problem}`),
  );
}

it('finds all that is missing before the first deployment, and nothing after it', { timeout: LONG }, async () => {
  const before = (await examine(deps)).filter((check) => check.state === 'broken').map(({ name }) => name);
  expect(before).toEqual(['state bucket', 'marker key', 'API keys', 'roles', 'functions']);
  await deployNow();
  expect(await found()).toEqual([
    'warning API keys: API keys there are none, so only the deploying user can manage rules',
  ]);
  await keys.add({ buckets: [], rights: ['read'] });
  expect(await found()).toEqual([]);
});

/** Each is brought about, found alone, and gone when the advice is followed. */
describe.sequential('of a deployment', { timeout: LONG }, () => {
  beforeEach(async () => {
    const left = await found();
    if (left.length > 0) throw new Error(`the advice before did not help: ${left.join('; ')}`);
  });

  it.each<[what: string, breakIt: () => unknown, finding: RegExp]>([
    [
      'a function that is gone',
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
      'a function that does not say its code',
      () => cloud.scf.updateConfiguration(functionOf('scan'), { description: 'mine' }),
      /^broken code: \S+-scan does not say which code it runs/,
    ],
    [
      'a role that is gone',
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
      'a policy that is gone',
      () => {
        const id = cloud.cam.attached(role('engine'))[0]?.id ?? 0;
        cloud.cam.detach(role('engine'), id);
        cloud.cam.deletePolicy(id);
      },
      /^broken roles: policy \S+-engine does not exist$/,
    ],
    [
      'a trigger that is gone',
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
      'a trigger that nobody asked for',
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
      'a function of a former, longer list',
      () => {
        const { config } = cloud.scf.getFunction(functionOf('replicate'));
        return cloud.scf.createFunction(functionOf('replicate-2'), config, { zip: codeOf('replicate').bytes });
      },
      /^warning functions: \S+-replicate-2 is left over/,
    ],
    [
      'a policy of a former, longer list',
      () => {
        const name = `${role('engine')}-2`;
        const document = '{"version":"2.0","statement":[{"effect":"allow","action":["name/cos:*"],"resource":["*"]}]}';
        cloud.cam.attach(role('engine'), cloud.cam.createPolicy({ name, document, description: MARK }).id);
      },
      /^warning roles: policy \S+-engine-2 is not needed any more$/,
    ],
    [
      'a marker key that is gone',
      () => deps.cos.deleteObject(state, 'secrets/marker-key/1'),
      /^broken marker key: state bucket \S+ holds no marker key/,
    ],
  ])('finds %s, and the next deployment mends it', async (_, breakIt, finding) => {
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
      'a destination that is gone',
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
      'a policy of others on a role',
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

  it('finds a key for a bucket that is no source', async () => {
    const { secretId } = await keys.add({ buckets: [OTHER.bucket], rights: ['read'] });
    expect(await found()).toEqual([
      `warning API keys: API key ${secretId} is for ${OTHER.bucket}, which sources does not list`,
    ]);
    await keys.remove(secretId);
  });

  it('finds a bucket with rules that was taken out of the lists', async () => {
    const rules = createRuleStore({ cos: deps.cos, state, now: Date.now });
    await rules.put(stored({ source: OTHER, role: '', created: 0, rules: [wholeBucket(BACKUP)] }));
    const findings = await found();
    await rules.remove(OTHER);
    expect(findings).toEqual([expect.stringMatching(/^broken rules: rules other-1250000000@ap-guangzhou has enabled/)]);
  });

  it('finds code that is not of this folder', async () => {
    const findings = await found({ artifactOf: async () => codeOf('newer') });
    expect(findings).toHaveLength(5);
    for (const one of findings) expect(one).toMatch(/^warning code: \S+ runs other code than that of this folder$/);
  });

  it('finds more reserved than an account has', async () => {
    const { functions } = rawConfiguration();
    if (functions?.['scan'] === undefined) throw new Error('no function');
    const many = { ...functions, scan: { ...functions['scan'], memory: 1024, instances: 200 } };
    expect(await found({ settings: sampleSettings({ functions: many }) })).toContainEqual(
      expect.stringMatching(/^warning quotas: reserved instances take 206848 MB, and an account can reserve 115200 MB/),
    );
  });

  it('finds credentials of another account', async () => {
    const sources = ['source-1250000001@ap-guangzhou'];
    const theirs = sampleSettings({ sources });
    expect(await found({ settings: theirs })).toContainEqual(
      expect.stringMatching(/^broken account: .*belong to account 1250000000/),
    );
  });

  it.each([
    [-60_000, /^warning clock: clock of this computer differs by \d+ s from that of COS$/],
    [3_600_000, /^broken clock: clock of this computer differs by 3\d+ s from that of COS$/],
  ])('finds a clock that is wrong by %d ms', async (ms, finding) => {
    expect(await found({ now: () => Date.now() + ms })).toEqual([expect.stringMatching(finding)]);
  });

  it.each([
    [
      { Status: 'UpdateFailed', StatusDesc: 'no room' },
      /^broken functions: \S+-task is UpdateFailed, not Active: no room$/,
    ],
    [{ Status: 'Updating' }, /^broken functions: \S+-task is Updating, not Active$/],
    [{ Runtime: 'Nodejs18.15' }, /^broken functions: \S+-task runs on Nodejs18\.15, not on Nodejs20\.19$/],
  ])('finds a function that is %j', async (changes, finding) => {
    const get: DoctorDeps['scf']['get'] = async (name) => {
      const one = await deps.scf.get(name);
      return one === undefined || !name.endsWith('-task') ? one : { ...one, ...changes };
    };
    expect(await found({ scf: { ...deps.scf, get } })).toEqual([expect.stringMatching(finding)]);
  });

  it('finds a destination that the deploying user may not look at', async () => {
    const destinations = ['backup-1250000000@ap-shanghai', 'theirs-1250000009@ap-shanghai'];
    const findings = await found({ settings: sampleSettings({ destinations }) });
    expect(findings).toContainEqual(
      'warning buckets: destination theirs-1250000009@ap-shanghai cannot be looked at with these credentials',
    );
  });

  it('finds an account that is almost full of policies', async () => {
    const call: DoctorDeps['api']['call'] = async <T>(
      service: 'scf' | 'cam' | 'cls',
      action: string,
      parameters: object,
    ) => {
      const answer = await deps.api.call<T>(service, action, parameters);
      return action === 'ListPolicies' ? { ...answer, TotalNum: 1490 } : answer;
    };
    expect(await found({ api: { call } })).toEqual(['warning quotas: CAM policies 1490 of at most 1500 are in use']);
  });

  it('says what it could not look at', async () => {
    const cosTime = () => askCosTime(state, 'http://127.0.0.1:1');
    expect(await found({ cosTime })).toEqual([
      expect.stringMatching(/^broken clock: .*127\.0\.0\.1:1 gave no answer: /),
    ]);
  });

  it('prints every check, and ends with an error when something is broken', async () => {
    const lines: string[] = [];
    await reportExamination(deps, (text) => lines.push(text), false);
    expect(lines.join('\n').split('\n')).toHaveLength(14);
    cloud.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Suspended');
    const json: string[] = [];
    await expect(reportExamination(deps, (text) => json.push(text), true)).rejects.toThrow(/^Broken: buckets\./);
    cloud.core.putVersioning(BACKUP.bucket, BACKUP.region, 'Enabled');
    const { checks } = JSON.parse(json[0] ?? '') as { checks: { name: string; state: string }[] };
    expect(checks.filter((check) => check.state !== 'fine')).toMatchObject([{ name: 'buckets', state: 'broken' }]);
  });
});

it('finds a state bucket that got versioning', { timeout: LONG }, async () => {
  cloud.core.putVersioning(state.bucket, state.region, 'Suspended');
  expect(await found()).toEqual([expect.stringMatching(/^broken state bucket: .*has or had versioning \(Suspended\)/)]);
});
