import { afterEach, describe, expect, it } from 'vitest';
import { createCloudApi } from '../../../../shared/deploy/cloud/cloud-api.ts';
import type { CloudApi } from '../../../../shared/deploy/cloud/cloud-api.ts';
import { TRUST_POLICY } from '../../../../shared/deploy/roles/policies.ts';
import { planRoles } from '../../../../shared/deploy/roles/role-plan.ts';
import { applyRole, removeRole } from '../../../../shared/deploy/roles/roles.ts';
import { startCloud } from '../../../cloud/index.ts';
import type { LocalCloud } from '../../../cloud/index.ts';
import { longNames, sampleSettings } from '../settings.ts';

const API = 'cos-replication-dev-ap-guangzhou-api';
const ENGINE = 'cos-replication-dev-ap-guangzhou-engine';
const SCHEDULE = 'cos-replication-dev-ap-guangzhou-schedule';
const SCAN = 'cos-replication-dev-ap-guangzhou-scan';
const TEXT = JSON.stringify({
  version: '2.0',
  statement: [{ effect: 'allow', action: 'name/cos:GetService', resource: '*' }],
});

const clouds: LocalCloud[] = [];
afterEach(async () => {
  for (const cloud of clouds.splice(0)) await cloud.close();
});

/** CAM as the local cloud enforces it, on a clock that waiting moves. */
async function world() {
  let time = Date.UTC(2026, 0, 31);
  const cloud = await startCloud({ now: () => time });
  clouds.push(cloud);
  const calls: string[] = [];
  const watchers: (() => void)[] = [];
  const plain = createCloudApi({
    credentials: { secretId: cloud.secretId, secretKey: cloud.secretKey },
    region: 'ap-guangzhou',
    endpoint: cloud.endpoint,
    now: () => time,
    sleep: async (ms) => void (time += ms),
  });
  const api: CloudApi = {
    async call<T>(service: 'scf' | 'cam', action: string, parameters: object): Promise<T> {
      const answer = await plain.call<T>(service, action, parameters);
      if (!/^(Get|List)/.test(action)) calls.push(action);
      for (const watch of watchers) watch();
      return answer;
    },
  };
  const namesOn = (role: string) => cloud.cam.attached(role).map(({ name }) => name);
  const may = (role: string, action: string, bucket: string, region: string, key = 'a'): boolean =>
    cloud.cam.allows(
      { kind: 'role', uin: cloud.uin, roleName: role },
      `name/cos:${action}`,
      `qcs::cos:${region}:uid/${cloud.appid}:${bucket}/${key}`,
    );
  return {
    cloud,
    api,
    calls,
    watchers,
    may,
    namesOn: (role: string) => namesOn(role).sort(),
    deploy: async (settings: ReturnType<typeof listsOf>) => {
      calls.length = 0;
      const results: string[] = [];
      for (const plan of await planRoles(api, settings)) results.push(await applyRole(api, plan));
      return results;
    },
  };
}

function listsOf(sources: readonly string[], destinations: readonly string[]) {
  return sampleSettings({ sources, destinations });
}
const sourceNames = (count: number) => longNames('s', count, 'ap-guangzhou');
const destinationNames = (count: number) => longNames('d', count, 'ap-shanghai');
const sized = (sources: number, destinations = sources) =>
  listsOf(sourceNames(sources), destinationNames(destinations));
const bucketOf = (name: string | undefined) => String(name).split('@')[0] ?? '';

describe('the roles of a deployment', () => {
  it.each([1, 22, 23, 100, 200])('are made for %i sources and destinations, then unchanged', async (count) => {
    const { deploy, calls, may, cloud } = await world();
    const settings = sized(count);
    expect(await deploy(settings)).toEqual(['created', 'created', 'created', 'created']);
    for (const { bucket } of settings.sources) {
      expect(may(ENGINE, 'GetObject', bucket, 'ap-guangzhou')).toBe(true);
      expect(may(API, 'HeadObject', bucket, 'ap-guangzhou')).toBe(true);
      expect(may(ENGINE, 'PutObject', bucket, 'ap-guangzhou')).toBe(false);
    }
    for (const { bucket } of settings.destinations) {
      expect(may(ENGINE, 'PutObject', bucket, 'ap-shanghai')).toBe(true);
      expect(may(API, 'PutObject', bucket, 'ap-shanghai', '.replication-preflight/a')).toBe(true);
      expect(may(API, 'PutObject', bucket, 'ap-shanghai')).toBe(false);
    }
    expect(may(ENGINE, 'PutObject', 'unlisted-1250000000', 'ap-shanghai')).toBe(false);
    const lengths = cloud.cam.listPolicies().map(({ document }) => document.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(6144);

    expect(await deploy(settings)).toEqual(['unchanged', 'unchanged', 'unchanged', 'unchanged']);
    expect(calls).toEqual([]);
  });

  it('grow and shrink by the needs of the lists, and by nothing else', async () => {
    const { deploy, calls, namesOn, cloud } = await world();
    await deploy(sized(20));
    expect(namesOn(API)).toEqual([API, `${API}-2`]);
    expect(namesOn(ENGINE)).toEqual([ENGINE]);

    expect(await deploy(sized(20, 21))).toEqual(['updated', 'updated', 'updated', 'updated']);
    expect(calls).toEqual(['UpdatePolicy', 'UpdatePolicy', 'UpdatePolicy', 'UpdatePolicy']);

    await deploy(sized(20, 60));
    expect(namesOn(API)).toEqual([API, `${API}-2`, `${API}-4`]);
    const before = cloud.cam.getPolicy({ name: `${API}-2` });
    await deploy(sized(20, 61));
    expect(cloud.cam.getPolicy({ name: `${API}-2` })).toEqual(before);

    await deploy(sized(1));
    // The first policy takes in the remaining buckets before the others are removed.
    const gone = ['DetachRolePolicy', 'DeletePolicy'];
    const once = ['UpdatePolicy', ...gone];
    expect(calls).toEqual([...once, ...once, ...gone, ...once, ...once]);
    expect([namesOn(ENGINE), namesOn(API)]).toEqual([[ENGINE], [API]]);
    expect(cloud.cam.listPolicies().map(({ name }) => name)).toEqual([ENGINE, API, SCHEDULE, SCAN]);
  });

  it.each<[string, number, (names: readonly string[]) => string[]]>([
    ['one taken out at the head', 70, (names) => names.slice(1)],
    ['most taken out at the head', 70, (names) => names.slice(60)],
    ['most taken out at the end', 70, (names) => names.slice(0, 5)],
    ['one put in at the head', 69, (names) => [...destinationNames(70).slice(69), ...names]],
    ['many put in at the head', 20, (names) => [...destinationNames(70).slice(20), ...names]],
  ])('never lose a bucket that stays: %s', async (_, count, change) => {
    const { deploy, may, watchers } = await world();
    const before = destinationNames(count);
    const after = change(before);
    await deploy(listsOf(sourceNames(30), before));
    const staying = before.filter((name) => after.includes(name)).map(bucketOf);
    expect(staying.length).toBeGreaterThan(0);
    const lapses = new Set<string>();
    watchers.push(() => {
      for (const bucket of staying) {
        if (!may(ENGINE, 'PutObject', bucket, 'ap-shanghai')) lapses.add(bucket);
        if (!may(API, 'HeadObject', bucket, 'ap-shanghai')) lapses.add(bucket);
      }
    });
    await deploy(listsOf(sourceNames(30), after));
    expect([...lapses]).toEqual([]);
    for (const name of before.filter((one) => !after.includes(one))) {
      expect(may(ENGINE, 'PutObject', bucketOf(name), 'ap-shanghai')).toBe(false);
    }
  });

  it('end in the requested state even where policies exchange buckets', async () => {
    const { deploy, may, calls } = await world();
    await deploy(listsOf(sourceNames(3), destinationNames(80)));
    await deploy(listsOf(sourceNames(3), destinationNames(80).toReversed()));
    for (const name of destinationNames(80)) expect(may(API, 'HeadObject', bucketOf(name), 'ap-shanghai')).toBe(true);
    expect(new Set(calls)).toEqual(new Set(['UpdatePolicy']));
  });

  it('are completed after an interrupted deployment', async () => {
    const { deploy, api, namesOn, cloud } = await world();
    const parameters = { PolicyDocument: TEXT, Description: 'COS Replication' };
    await api.call('cam', 'CreatePolicy', { PolicyName: `${API}-2`, ...parameters });
    await api.call('cam', 'CreatePolicy', { PolicyName: `${API}-7`, ...parameters });
    await deploy(sized(40, 23));
    expect(namesOn(API)).toEqual([API, `${API}-2`]);
    expect(cloud.cam.getPolicy({ name: `${API}-2` }).document).not.toBe(TEXT);
    expect(() => cloud.cam.getPolicy({ name: `${API}-7` })).toThrow('policy not exist');
  });

  it('are found among hundreds of similar names', async () => {
    const { deploy, api, cloud, namesOn } = await world();
    for (let n = 0; n < 450; n += 1) cloud.cam.createPolicy({ name: `${API}-old-${n}`, document: TEXT });
    const description = 'COS Replication';
    await api.call('cam', 'CreatePolicy', { PolicyName: API, PolicyDocument: TEXT, Description: description });
    expect(await deploy(sized(1))).toEqual(['created', 'created', 'created', 'created']);
    expect(namesOn(API)).toEqual([API]);
  });

  it('are repaired after somebody changed or detached a policy', async () => {
    const { deploy, cloud } = await world();
    await deploy(sized(60));
    const [second, fourth] = [`${API}-2`, `${API}-4`].map((name) => cloud.cam.getPolicy({ name }));
    cloud.cam.updatePolicy(second?.id ?? 0, { document: TEXT });
    cloud.cam.detach(API, fourth?.id ?? 0);
    expect(await deploy(sized(60))).toEqual(['unchanged', 'updated', 'unchanged', 'unchanged']);
    expect(cloud.cam.getPolicy({ name: `${API}-2` }).document).toBe(second?.document);
    expect(cloud.cam.attached(API).map(({ name }) => name)).toContain(`${API}-4`);
  });
});

describe('policies of others', () => {
  it('stay on the role, through growing, shrinking and removing', async () => {
    const { deploy, api, cloud, namesOn } = await world();
    // Names that no policy of ours has, whatever their text claims, and one that ours could have.
    const theirs = ['audit', `my-${API}`, `${API}-1`, `${API}-02`, `${API}-2-old`, `${API}-99`];
    await deploy(sized(60));
    for (const name of theirs) {
      const description = name.endsWith('-99') ? 'Audit' : 'COS Replication';
      cloud.cam.attach(API, cloud.cam.createPolicy({ name, document: TEXT, description }).id);
    }
    await deploy(sized(1));
    expect(namesOn(API)).toEqual([...theirs, API].sort());
    expect(await removeRole(api, API)).toBe(true);
    const left = cloud.cam.listPolicies().filter(({ name }) => ![ENGINE, SCHEDULE, SCAN].includes(name));
    expect(left.map(({ name, document }) => [name, document])).toEqual(theirs.map((name) => [name, TEXT]));
  });

  it('are named by the plan, so that the deploying user is warned', async () => {
    const { deploy, api, cloud } = await world();
    await deploy(sized(1));
    cloud.cam.attach(ENGINE, cloud.cam.createPolicy({ name: 'kms', document: TEXT }).id);
    expect((await planRoles(api, sized(1))).map(({ others }) => others)).toEqual([1, 0, 0, 0]);
  });

  it('are not overwritten: the deployment ends before anything is made', async () => {
    const { deploy, cloud, calls } = await world();
    cloud.cam.createPolicy({ name: `${API}-2`, document: TEXT, description: '' });
    await expect(deploy(sized(60))).rejects.toThrow(/-api-2 was not made by this service.*rename or delete it/);
    expect(calls).toEqual([]);
    // The name stays theirs as long as it is not needed.
    expect(await deploy(sized(1))).toEqual(['created', 'created', 'created', 'created']);
    expect(cloud.cam.getPolicy({ name: `${API}-2` }).document).toBe(TEXT);
  });

  it('take their share of the 200 of a role, and the message says how many buckets fit', async () => {
    const { deploy, cloud, calls } = await world();
    await deploy(sized(1));
    for (let n = 0; n < 198; n += 1) {
      cloud.cam.attach(API, cloud.cam.createPolicy({ name: `other-${n}`, document: TEXT }).id);
    }
    let said = '';
    await deploy(sized(60)).catch((error: Error) => (said = error.message));
    expect(said).toMatch(/api needs 4 policies for 60 sources and 60 destinations, but CAM attaches 200 to a role/);
    const fit = Number(/198 of which .* the first (\d+) of each list would fit\. Shorten the lists/.exec(said)?.[1]);
    expect(calls).toEqual([]);
    expect(await deploy(sized(fit))).toEqual(['updated', 'updated', 'updated', 'updated']);
    expect(cloud.cam.attached(API).length).toBeLessThanOrEqual(200);
    await expect(deploy(sized(fit + 1))).rejects.toThrow(/would fit/);
  });

  it('take their share of the 1,500 of an account', async () => {
    const { deploy, cloud, calls } = await world();
    for (let n = 0; n < 1499; n += 1) cloud.cam.createPolicy({ name: `other-${n}`, document: TEXT });
    await expect(deploy(sized(1))).rejects.toThrow(
      /needs 4 more CAM policies, but the account has 1499 of at most 1500/,
    );
    expect(calls).toEqual([]);
  });
});

describe('an existing role of our name', () => {
  it.each([
    ['that others made', 'audit of backups', TRUST_POLICY, /was not made by this service.*Delete that role/],
    [
      'that other services may take',
      'COS Replication: identity of its functions',
      {
        ...TRUST_POLICY,
        statement: [{ ...TRUST_POLICY.statement[0], principal: { service: ['scf.qcloud.com', 'cvm.qcloud.com'] } }],
      },
      /may be taken by others than the functions.*Delete that role/,
    ],
  ])('is refused before anything is changed when it is one %s', async (_, description, trust, message) => {
    const { deploy, cloud, calls } = await world();
    cloud.cam.createRole({ name: ENGINE, trust: JSON.stringify(trust), description });
    await expect(deploy(sized(1))).rejects.toThrow(message);
    expect(calls).toEqual([]);
  });

  it("is refused when it has others' policies and none of ours", async () => {
    const { deploy, cloud, calls } = await world();
    const description = 'COS Replication: identity of its functions';
    cloud.cam.createRole({ name: ENGINE, trust: JSON.stringify(TRUST_POLICY), description });
    cloud.cam.attach(ENGINE, cloud.cam.createPolicy({ name: 'all', document: TEXT }).id);
    await expect(deploy(sized(1))).rejects.toThrow(/has policies of others and none of this service.*Delete that role/);
    expect(calls).toEqual([]);
  });

  it('counts as ours in any spelling of the same trust', async () => {
    const { deploy, cloud } = await world();
    const [statement] = TRUST_POLICY.statement;
    const spelt = {
      statement: { ...statement, action: [statement.action], principal: { service: [statement.principal.service] } },
      version: '2.0',
    };
    cloud.cam.createRole({ name: ENGINE, trust: JSON.stringify(spelt, null, 2), description: 'COS Replication: x' });
    expect(await deploy(sized(1))).toEqual(['updated', 'created', 'created', 'created']);
  });
});

describe('removeRole', () => {
  it('removes all policies of ours, attached or not, and may be run again', async () => {
    const { deploy, api, cloud } = await world();
    await deploy(sized(100));
    cloud.cam.detach(API, cloud.cam.getPolicy({ name: `${API}-4` }).id);
    cloud.cam.deleteRole(ENGINE);
    const removed: boolean[] = [];
    for (const role of [ENGINE, API, SCHEDULE, SCAN]) removed.push(await removeRole(api, role));
    expect(removed).toEqual([true, true, true, true]);
    expect(cloud.cam.listPolicies()).toEqual([]);
    expect(() => cloud.cam.getRole({ name: API })).toThrow('role not exist');
    expect(await removeRole(api, API)).toBe(false);
  });
});
