import { CloudApiError } from './cloud-api.ts';
import type { CloudApi } from './cloud-api.ts';
import { TRUST_POLICY } from './policies.ts';
import type { PolicyDocument } from './policies.ts';

export type Change = 'created' | 'updated' | 'unchanged';

interface AttachedPolicy {
  readonly PolicyId: number;
  readonly PolicyName: string;
}

/** Makes the role, its policy and the bond between them, or brings the policy up to date. */
export async function ensureRole(api: CloudApi, name: string, policy: PolicyDocument): Promise<Change> {
  const created = await createRole(api, name);
  const attached = created ? undefined : await attachedPolicy(api, name);
  if (attached !== undefined) {
    const current = await api.call<{ PolicyDocument: string }>('cam', 'GetPolicy', { PolicyId: attached.PolicyId });
    if (sameDocument(current.PolicyDocument, policy)) return 'unchanged';
    await api.call('cam', 'UpdatePolicy', { PolicyName: name, PolicyDocument: JSON.stringify(policy) });
    return 'updated';
  }
  await putPolicy(api, name, policy);
  await api.call('cam', 'AttachRolePolicy', { AttachRoleName: name, PolicyName: name });
  return created ? 'created' : 'updated';
}

/** True when there was something to remove. */
export async function removeRole(api: CloudApi, name: string): Promise<boolean> {
  if (!(await hasRole(api, name))) return false;
  const attached = await attachedPolicy(api, name);
  if (attached !== undefined) {
    await api.call('cam', 'DetachRolePolicy', { DetachRoleName: name, PolicyId: attached.PolicyId });
    await api.call('cam', 'DeletePolicy', { PolicyId: [attached.PolicyId] });
  }
  await api.call('cam', 'DeleteRole', { RoleName: name });
  return true;
}

/** False when it was there already. */
async function createRole(api: CloudApi, name: string): Promise<boolean> {
  if (await hasRole(api, name)) return false;
  await api.call('cam', 'CreateRole', {
    RoleName: name,
    PolicyDocument: JSON.stringify(TRUST_POLICY),
    Description: 'COS Replication: identity of its functions',
  });
  return true;
}

async function hasRole(api: CloudApi, name: string): Promise<boolean> {
  try {
    await api.call('cam', 'GetRole', { RoleName: name });
    return true;
  } catch (error) {
    if (error instanceof CloudApiError && error.code === 'InvalidParameter.RoleNotExist') return false;
    throw error;
  }
}

/** A policy may be left over from a deployment that broke off before it was attached. */
async function putPolicy(api: CloudApi, name: string, policy: PolicyDocument): Promise<void> {
  const parameters = { PolicyName: name, PolicyDocument: JSON.stringify(policy) };
  try {
    await api.call('cam', 'CreatePolicy', { ...parameters, Description: 'COS Replication' });
  } catch (error) {
    if (!(error instanceof CloudApiError) || error.code !== 'FailedOperation.PolicyNameInUse') throw error;
    await api.call('cam', 'UpdatePolicy', parameters);
  }
}

async function attachedPolicy(api: CloudApi, role: string): Promise<AttachedPolicy | undefined> {
  const { List } = await api.call<{ List?: readonly AttachedPolicy[] | null }>('cam', 'ListAttachedRolePolicies', {
    RoleName: role,
    Page: 1,
    Rp: 200,
  });
  return List?.find((policy) => policy.PolicyName === role);
}

/** CAM gives the document back as text, with spaces of its own. */
function sameDocument(text: string, policy: PolicyDocument): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(policy);
  } catch {
    // Not JSON: certainly not what we would have written, so it is written again.
    return false;
  }
}
