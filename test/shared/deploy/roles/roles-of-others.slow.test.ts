import { afterEach, describe, expect, it } from 'vitest';
import { TRUST_POLICY } from '../../../../shared/deploy/roles/policies.ts';
import { planRoles } from '../../../../shared/deploy/roles/role-plan.ts';
import { removeRole } from '../../../../shared/deploy/roles/roles.ts';
import { API, ENGINE, SCAN, SCHEDULE, TEXT, closeClouds, sized, world } from './roles-world.ts';

afterEach(closeClouds);

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
