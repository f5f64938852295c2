import { describe, expect, it } from 'vitest';
import { APPID, BUCKET, REGION, TRUST } from '../scf/scf-world.ts';
import { code, withApi } from './api-world.ts';

describe('roles and policies', () => {
  const resource = `qcs::cos:${REGION}:uid/${APPID}:${BUCKET}/*`;
  const POLICY = JSON.stringify({ version: '2.0', statement: [{ effect: 'allow', action: 'cos:*', resource }] });

  it('are made, attached, read, changed and removed', async () => {
    const { camCall, cam } = withApi();
    expect(await camCall('GetRole', { RoleName: 'r' })).toMatchObject(code('InvalidParameter.RoleNotExist'));
    const { RoleId } = await camCall('CreateRole', { RoleName: 'r', PolicyDocument: TRUST, Description: 'd' });
    expect(await camCall('CreateRole', { RoleName: 'r', PolicyDocument: TRUST })).toMatchObject(
      code('InvalidParameter.RoleNameInUse'),
    );
    expect(await camCall('GetRole', { RoleName: 'r' })).toMatchObject({
      RoleInfo: { RoleId, RoleName: 'r', PolicyDocument: TRUST, Description: 'd', AddTime: '2026-01-31 08:00:00' },
    });

    const { PolicyId } = await camCall('CreatePolicy', { PolicyName: 'p', PolicyDocument: POLICY });
    expect(await camCall('CreatePolicy', { PolicyName: 'p', PolicyDocument: POLICY })).toMatchObject(
      code('FailedOperation.PolicyNameInUse'),
    );
    expect(await camCall('GetPolicy', { PolicyId })).toMatchObject({ PolicyName: 'p', PolicyDocument: POLICY });
    expect(await camCall('AttachRolePolicy', { AttachRoleName: 'r', PolicyName: 'p' })).not.toHaveProperty('Error');
    expect(await camCall('ListAttachedRolePolicies', { RoleName: 'r', Page: 1, Rp: 20 })).toMatchObject({
      List: [{ PolicyId, PolicyName: 'p' }],
      TotalNum: 1,
    });
    const principal = { kind: 'role', uin: cam.uin, roleName: 'r' } as const;
    expect(cam.allows(principal, 'name/cos:GetObject', resource.replace('*', 'a'))).toBe(true);

    const denied = POLICY.replace('allow', 'deny');
    expect(await camCall('UpdatePolicy', { PolicyName: 'p', PolicyDocument: denied })).toMatchObject({ PolicyId });
    expect(cam.allows(principal, 'name/cos:GetObject', resource.replace('*', 'a'))).toBe(false);
    await camCall('UpdatePolicy', { PolicyId, PolicyName: 'renamed' });
    expect(await camCall('ListPolicies', { Scope: 'Local', Keyword: 'ren' })).toMatchObject({
      List: [{ PolicyId, PolicyName: 'renamed' }],
      TotalNum: 1,
    });

    await camCall('DetachRolePolicy', { DetachRoleName: 'r', PolicyId });
    expect(await camCall('ListAttachedRolePolicies', { RoleName: 'r', Page: 1, Rp: 20 })).toMatchObject({
      TotalNum: 0,
    });
    expect(await camCall('DeletePolicy', { PolicyId: [PolicyId] })).not.toHaveProperty('Error');
    expect(await camCall('GetPolicy', { PolicyId })).toMatchObject(code('InvalidParameter.PolicyIdNotExist'));
    expect(await camCall('DeleteRole', { RoleName: 'r' })).not.toHaveProperty('Error');
    expect(await camCall('DeleteRole', { RoleName: 'r' })).toMatchObject(code('InvalidParameter.RoleNotExist'));
  });

  it('are listed in pages of limited size', async () => {
    const { camCall, cam } = withApi();
    for (let n = 0; n < 5; n++) cam.createPolicy({ name: `p${n}`, document: POLICY });
    expect(await camCall('ListPolicies', { Page: 2, Rp: 2 })).toMatchObject({
      List: [{ PolicyName: 'p2' }, { PolicyName: 'p3' }],
      TotalNum: 5,
    });
    expect(await camCall('ListPolicies', { Scope: 'QCS' })).toMatchObject({ List: [], TotalNum: 0 });
    expect(await camCall('ListPolicies', { Rp: 201 })).toMatchObject(code('InvalidParameter.ParamError'));
    expect(await camCall('ListPolicies', { Page: 201 })).toMatchObject(code('InvalidParameter.ParamError'));
  });

  it('are made at most ten a second and attached at most three a second', async () => {
    const { camCall, clock } = withApi();
    await camCall('CreateRole', { RoleName: 'r', PolicyDocument: TRUST });
    const repeat = async (times: number, make: (n: number) => Promise<unknown>) => {
      for (let n = 0; n < times; n += 1) expect(await make(n)).not.toHaveProperty('Error');
    };
    const create = (n: number) => camCall('CreatePolicy', { PolicyName: `p${n}`, PolicyDocument: POLICY });
    const attach = (n: number) => camCall('AttachRolePolicy', { AttachRoleName: 'r', PolicyName: `p${n}` });
    await repeat(10, create);
    expect(await create(10)).toMatchObject(code('RequestLimitExceeded'));
    await repeat(3, attach);
    expect(await attach(3)).toMatchObject(code('RequestLimitExceeded'));
    clock.advance(1000);
    await repeat(1, () => create(10));
    await repeat(1, () => attach(3));
  });
});
