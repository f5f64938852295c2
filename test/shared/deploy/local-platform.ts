import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCosClient } from '../../../shared/cos/index.ts';
import { createCloudApi } from '../../../shared/deploy/cloud/cloud-api.ts';
import { createScf } from '../../../shared/deploy/cloud/scf.ts';
import { createSdk } from '../../../shared/deploy/cloud/state-bucket.ts';
import type { Cloud } from '../../../shared/deploy/commands/deploy.ts';
import { startCloud, type LocalCloud } from '../../cloud/index.ts';

/** A local cloud with the buckets of the sample settings, and the clients of a deployment for it. */
export async function openPlatform(): Promise<{ readonly cloud: LocalCloud; readonly platform: Cloud }> {
  const cloud = await startCloud({ transitionMs: 0 });
  const { endpoint } = cloud;
  const pair = { secretId: cloud.secretId, secretKey: cloud.secretKey };
  const api = createCloudApi({ credentials: pair, region: 'ap-guangzhou', endpoint, now: Date.now, sleep });
  const sdk = await createSdk(pair, endpoint);
  const scf = createScf(api, (ms) => sleep(Math.min(ms, 50)));
  for (const [bucket, region] of [
    ['source-1250000000', 'ap-guangzhou'],
    ['backup-1250000000', 'ap-shanghai'],
  ] as const) {
    cloud.core.createBucket(bucket, region);
    cloud.core.putVersioning(bucket, region, 'Enabled');
  }
  const cos = createCosClient({ credentials: () => pair, endpoint });
  return { cloud, platform: { api, scf, sdk, cos, random: randomBytes } };
}
