import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_USERS, createCosClient } from '../../../../shared/cos/index.ts';
import type { CosClient } from '../../../../shared/cos/index.ts';
import { startCloud } from '../../index.ts';
import type { LocalCloud } from '../../index.ts';

const PLACE = { bucket: 'versions-1250000000', region: 'ap-shanghai' };
let cloud: LocalCloud;
let cos: CosClient;
beforeAll(async () => {
  cloud = await startCloud();
  cloud.core.createBucket(PLACE.bucket, PLACE.region);
  cloud.core.putVersioning(PLACE.bucket, PLACE.region, 'Enabled');
  const { secretId, secretKey } = cloud;
  cos = createCosClient({ credentials: () => ({ secretId, secretKey }), endpoint: cloud.endpoint });
});
afterAll(async () => {
  cos.close();
  await cloud.close();
});

/** Two versions, of which the older one is changed. */
async function older(key: string): Promise<string | undefined> {
  const { versionId } = await cos.putObject(PLACE, key, Buffer.from('1'));
  await cos.putObject(PLACE, key, Buffer.from('2'));
  return versionId;
}

describe('a version whose properties the client changes', () => {
  it('gets new tags alone, read back as they were sent', async () => {
    const versionId = await older('tags');
    const tags = [
      ['name with a blank', 'a+b=c'],
      ['empty', ''],
    ] as const;
    await cos.putTags(PLACE, 'tags', versionId, tags);
    expect(await cos.getTags(PLACE, 'tags', versionId)).toEqual(tags);
    expect(await cos.getTags(PLACE, 'tags')).toEqual([]);
    await cos.putTags(PLACE, 'tags', versionId, []);
    expect(await cos.getTags(PLACE, 'tags', versionId)).toEqual([]);
  });

  it('gets a new ACL alone, read back as it was sent', async () => {
    const versionId = await older('acl');
    const grants = [
      { permission: 'READ', grantee: ALL_USERS },
      { permission: 'READ_ACP', grantee: 'qcs::cam::uin/100000000002:uin/100000000003' },
    ] as const;
    await cos.putGrants(PLACE, 'acl', versionId, grants);
    expect(await cos.getGrants(PLACE, 'acl', versionId)).toEqual(grants);
    expect(await cos.getGrants(PLACE, 'acl')).toEqual([]);
    await cos.putGrants(PLACE, 'acl', versionId, []);
    expect(await cos.getGrants(PLACE, 'acl', versionId)).toEqual([]);
  });
});
