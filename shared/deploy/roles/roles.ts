import type { CloudApi } from '../cloud/cloud-api.ts';
import { MARK, readRole } from './own-policies.ts';
import type { OwnPolicy } from './own-policies.ts';
import { TRUST_POLICY } from './policies.ts';
import type { RolePlan, Step } from './role-plan.ts';

export type Change = 'created' | 'updated' | 'unchanged';

/** Changes the role and its policies by the plan. Policies that are not ours stay attached. */
export async function applyRole(api: CloudApi, { name, exists, steps }: RolePlan): Promise<Change> {
  if (!exists) {
    await api.call('cam', 'CreateRole', {
      RoleName: name,
      PolicyDocument: JSON.stringify(TRUST_POLICY),
      Description: `${MARK}: identity of its functions`,
    });
  }
  let changed = false;
  for (const step of steps) if (await applyStep(api, name, step)) changed = true;
  if (!exists) return 'created';
  return changed ? 'updated' : 'unchanged';
}

/** Returns true when there was something to remove. */
export async function removeRole(api: CloudApi, name: string): Promise<boolean> {
  const { role, own } = await readRole(api, name);
  for (const policy of own) await removePolicy(api, name, policy);
  if (role !== undefined) await api.call('cam', 'DeleteRole', { RoleName: name });
  return role !== undefined || own.length > 0;
}

/** Returns false when nothing had to change. */
async function applyStep(api: CloudApi, role: string, { name, own, document, sameText }: Step): Promise<boolean> {
  if (document === undefined) {
    if (own !== undefined) await removePolicy(api, role, own);
    return own !== undefined;
  }
  const PolicyDocument = JSON.stringify(document);
  if (own === undefined) {
    await api.call('cam', 'CreatePolicy', { PolicyName: name, PolicyDocument, Description: MARK });
  } else if (!sameText) {
    await api.call('cam', 'UpdatePolicy', { PolicyId: own.id, PolicyDocument, Description: MARK });
  }
  const attach = own?.attached !== true;
  if (attach) await api.call('cam', 'AttachRolePolicy', { AttachRoleName: role, PolicyName: name });
  return attach || !sameText;
}

async function removePolicy(api: CloudApi, role: string, { id, attached }: OwnPolicy): Promise<void> {
  if (attached) await api.call('cam', 'DetachRolePolicy', { DetachRoleName: role, PolicyId: id });
  await api.call('cam', 'DeletePolicy', { PolicyId: [id] });
}
