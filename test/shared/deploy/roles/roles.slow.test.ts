import { afterEach, describe, expect, it } from 'vitest';
import { removeRole } from '../../../../shared/deploy/roles/roles.ts';
import {
  ENGINE,
  SCAN,
  SCHEDULE,
  TEXT,
  closeClouds,
  bucketOf,
  API,
  destinationNames,
  listsOf,
  sized,
  sourceNames,
  world,
} from './roles-world.ts';

afterEach(closeClouds);

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
