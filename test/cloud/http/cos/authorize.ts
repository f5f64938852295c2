import { appidOf } from '../../../../shared/cos/index.ts';
import { CosFailure } from '../../cos/index.ts';
import type { Core, StoredAcl } from '../../cos/index.ts';
import type { Access, Principal } from '../../types.ts';
import type { Need } from './call.ts';

export interface Resource {
  readonly bucket: string;
  readonly region: string;
  /** '' for the bucket itself. */
  readonly key: string;
  readonly versionId?: string;
  /** What CAM sees in place of the key. */
  readonly scope?: string;
}

export const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers';

/** CAM first, then the ACL; an unsigned request has only the ACL. Throws NoSuchBucket where there is none. */
export function isAllowed(
  access: Access,
  core: Core,
  principal: Principal | undefined,
  need: Need,
  resource: Resource,
): boolean {
  if (principal && access.allows(principal, `name/cos:${need.permission}`, resourceName(resource))) return true;
  if (need.acl === undefined || resource.bucket === '') return false;
  return grants(effectiveAcl(core, need, resource), need.acl);
}

/** Six-segment form of CAM; a bucket itself ends in `/`, so that `<bucket>/*` covers it too. */
function resourceName({ bucket, region, key, scope = key }: Resource): string {
  return bucket === '' ? '*' : `qcs::cos:${region}:uid/${appidOf(bucket)}:${bucket}/${scope}`;
}

/** Writing is the bucket's matter; reading an object is the object's own, unless it inherits. */
function effectiveAcl(core: Core, need: Need, { bucket, region, key, versionId }: Resource): StoredAcl {
  const ofBucket = core.getBucketAcl(bucket, region);
  if (key === '' || need.acl === 'WRITE') return ofBucket;
  try {
    const own = core.getObject(bucket, region, key, versionId).attributes.acl;
    return own.canned === 'default' && own.grants.length === 0 ? ofBucket : own;
  } catch (error) {
    // Nothing there: whoever may read the bucket learns so, others do not.
    if (error instanceof CosFailure && error.status === 404) return ofBucket;
    throw error;
  }
}

function grants(acl: StoredAcl, permission: string): boolean {
  if (permission === 'READ' && acl.canned.startsWith('public-read')) return true;
  if (permission === 'WRITE' && acl.canned === 'public-read-write') return true;
  return acl.grants.some(
    (grant) => grant.grantee === ALL_USERS && (grant.permission === permission || grant.permission === 'FULL_CONTROL'),
  );
}
