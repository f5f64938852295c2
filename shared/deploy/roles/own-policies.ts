import { CloudApiError } from '../cloud/cloud-api.ts';
import type { CloudApi } from '../cloud/cloud-api.ts';
import { isNumbered } from '../config/names.ts';

/** Description of the policies that a deployment makes. A policy with our name and another description is not ours. */
export const MARK = 'COS Replication';

/** Policies on one page of CAM, and the most that can be attached to a role. */
const PER_PAGE = 200;

interface ListedPolicy {
  readonly PolicyId: number;
  readonly PolicyName: string;
  readonly Description?: string | null;
}

interface List {
  readonly List?: readonly ListedPolicy[] | null;
  readonly TotalNum?: number | null;
}

export interface OwnPolicy {
  readonly id: number;
  readonly name: string;
  readonly attached: boolean;
}

export interface ExistingRole {
  readonly description: string;
  /** JSON of the trust policy, which says who may assume the role. */
  readonly trust: string;
}

/** The existing role and policies under the name of a role. */
export interface RoleState {
  /** Undefined when there is none. */
  readonly role: ExistingRole | undefined;
  /** Our policies: attached, or left by a deployment that was interrupted before it attached them. */
  readonly own: readonly OwnPolicy[];
  /** Names that our policies need, but that foreign policies have. */
  readonly taken: readonly string[];
  /** Number of attached policies that are not ours. */
  readonly others: number;
}

/** Reads the state of a role, and changes nothing. */
export async function readRole(api: CloudApi, role: string): Promise<RoleState> {
  const found = await getRole(api, role);
  const attached = found === undefined ? [] : await attachedPolicies(api, role);
  const listed = await policiesNamed(api, role);
  const attachedIds = new Set(attached.map(({ PolicyId }) => PolicyId));
  // Both lists are read: a new policy may already be attached but not yet in the list of all.
  const known = new Map([...listed, ...attached].map((policy) => [policy.PolicyId, policy]));
  const named = [...known.values()].filter(({ PolicyName }) => isNumbered(role, PolicyName));
  const own = named
    .filter(isOurs)
    .map(({ PolicyId, PolicyName }) => ({ id: PolicyId, name: PolicyName, attached: attachedIds.has(PolicyId) }));
  return {
    role: found,
    own,
    taken: named.filter((policy) => !isOurs(policy)).map(({ PolicyName }) => PolicyName),
    others: attached.length - own.filter((policy) => policy.attached).length,
  };
}

/** Custom policies of the account, without those that COS makes for access lists of buckets, which CAM counts as well. */
export async function countPolicies(api: CloudApi): Promise<number> {
  const { TotalNum } = await api.call<List>('cam', 'ListPolicies', { Scope: 'Local', Page: 1, Rp: 1 });
  return TotalNum ?? 0;
}

async function getRole(api: CloudApi, name: string): Promise<ExistingRole | undefined> {
  try {
    const { RoleInfo } = await api.call<{
      RoleInfo: { readonly Description?: string | null; readonly PolicyDocument: string };
    }>('cam', 'GetRole', { RoleName: name });
    return { description: RoleInfo.Description ?? '', trust: RoleInfo.PolicyDocument };
  } catch (error) {
    if (error instanceof CloudApiError && error.code === 'InvalidParameter.RoleNotExist') return undefined;
    throw error;
  }
}

async function attachedPolicies(api: CloudApi, role: string): Promise<readonly ListedPolicy[]> {
  const page = { RoleName: role, Page: 1, Rp: PER_PAGE };
  return (await api.call<List>('cam', 'ListAttachedRolePolicies', page)).List ?? [];
}

async function policiesNamed(api: CloudApi, name: string): Promise<readonly ListedPolicy[]> {
  const found: ListedPolicy[] = [];
  for (let page = 1; ; page += 1) {
    const query = { Scope: 'Local', Keyword: name, Page: page, Rp: PER_PAGE };
    const list = (await api.call<List>('cam', 'ListPolicies', query)).List ?? [];
    found.push(...list);
    if (list.length < PER_PAGE) return found;
  }
}

function isOurs({ Description }: ListedPolicy): boolean {
  return Description === MARK;
}
