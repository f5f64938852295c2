import { appidOf } from '../../../../shared/cos/index.ts';
import { CosFailure } from '../../cos/index.ts';
import { decideForCaller } from '../../scf/index.ts';
import type { Core, StoredAcl } from '../../cos/index.ts';
import type { Access, Principal } from '../../types.ts';
import type { Account, Need } from './call.ts';
import { policyOf } from './settings/policy.ts';

export interface Resource {
  readonly bucket: string;
  readonly region: string;
  /** '' for the bucket itself. */
  readonly key: string;
  readonly versionId?: string;
  /** The caller as CAM sees it, without the key. */
  readonly scope?: string;
}

export const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers';

/** The facts that rights are judged by. */
export interface Rights {
  readonly access: Access;
  readonly core: Core;
  readonly accounts: readonly Account[];
}

/** With these the owner of a bucket can always remove a policy that shuts everybody out. */
const POLICY_CALLS = new Set(['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy']);

/**
 * CAM, the policy of the bucket and the ACL may each allow a call; a deny of the first two wins over all. In a bucket
 * of another account CAM alone allows nothing: that account must allow the call, and for a role both accounts must.
 *
 * Throws NoSuchBucket where there is none.
 */
export function isAllowed(rights: Rights, principal: Principal | undefined, need: Need, resource: Resource): boolean {
  const { access, core } = rights;
  const action = `name/cos:${need.permission}`;
  const name = resourceName(resource);
  const own = principal && access.decide(principal, action, name);
  const owner = ownerOf(rights, resource);
  const isOwner = principal !== undefined && owner?.uin === principal.uin;
  if (resource.bucket === '' || owner === undefined || !exists(core, resource)) {
    // The service has no policy. Whether the bucket exists, the operation itself finds out.
    return (own === 'allow' && (isOwner || resource.bucket === '')) || isOpenByAcl(core, need, resource, []);
  }
  const { named, asAccount } = decideForCaller(
    policyOf(core, owner, resource.bucket, resource.region),
    principal,
    action,
    name,
  );
  if (isOwner && principal.kind === 'root' && POLICY_CALLS.has(need.permission)) return true;
  if (own === 'deny' || named === 'deny' || asAccount === 'deny') return false;
  if (isOwner) return own === 'allow' || named === 'allow' || isOpenByAcl(core, need, resource, []);
  const letIn = named === 'allow' || asAccount === 'allow' || isOpenByAcl(core, need, resource, granteesOf(principal));
  // Content that is open to everyone needs no right in the caller's own account.
  return (letIn && (principal?.kind !== 'role' || own === 'allow')) || isOpenByAcl(core, need, resource, []);
}

function ownerOf({ accounts }: Rights, { bucket }: Resource): Account | undefined {
  const appid = appidOf(bucket);
  return accounts.find((account) => account.appid === appid);
}

function exists(core: Core, { bucket, region }: Resource): boolean {
  try {
    core.headBucket(bucket, region);
    return true;
  } catch (error) {
    if (error instanceof CosFailure) return false;
    throw error;
  }
}

/** The names by which an ACL admits a caller's account. */
function granteesOf(principal: Principal | undefined): readonly string[] {
  if (principal === undefined) return [];
  const { uin, roleName } = principal;
  const account = `qcs::cam::uin/${uin}:uin/${uin}`;
  return roleName === undefined ? [account] : [account, `qcs::cam::uin/${uin}:roleName/${roleName}`];
}

function isOpenByAcl(core: Core, need: Need, resource: Resource, grantees: readonly string[]): boolean {
  if (need.acl === undefined || resource.bucket === '') return false;
  return grants(effectiveAcl(core, need, resource), need.acl, grantees);
}

/** Six-segment form of CAM; a bucket itself ends in `/`, so that `<bucket>/*` covers it too. */
function resourceName({ bucket, region, key, scope = key }: Resource): string {
  return bucket === '' ? '*' : `qcs::cos:${region}:uid/${appidOf(bucket)}:${bucket}/${scope}`;
}

/** The bucket decides about writes; an object decides about its reads, unless it inherits. */
function effectiveAcl(core: Core, need: Need, { bucket, region, key, versionId }: Resource): StoredAcl {
  const ofBucket = core.getBucketAcl(bucket, region);
  if (key === '' || need.acl === 'WRITE') return ofBucket;
  try {
    const own = core.getObject(bucket, region, key, versionId).attributes.acl;
    return own.canned === 'default' && own.grants.length === 0 ? ofBucket : own;
  } catch (error) {
    // The object is missing, which only a caller that may read the bucket learns.
    if (error instanceof CosFailure && error.status === 404) return ofBucket;
    throw error;
  }
}

function grants(acl: StoredAcl, permission: string, grantees: readonly string[]): boolean {
  if (permission === 'READ' && acl.canned.startsWith('public-read')) return true;
  if (permission === 'WRITE' && acl.canned === 'public-read-write') return true;
  return acl.grants.some(
    ({ grantee, permission: granted }) =>
      (grantee === ALL_USERS || grantees.includes(grantee)) && (granted === permission || granted === 'FULL_CONTROL'),
  );
}
