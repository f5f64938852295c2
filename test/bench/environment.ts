import { formatPlace } from '../../shared/cos/index.ts';
import type { LocalCloud } from '../cloud/index.ts';
import { BACKUP, SOURCE, STATE } from '../deployment/index.ts';

/** Environment of a function process with all rights on a local cloud. */
export const environmentOf = (cloud: LocalCloud): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  STATE_BUCKET: STATE.bucket,
  TENCENTCLOUD_REGION: STATE.region,
  SOURCES: formatPlace(SOURCE),
  DESTINATIONS: formatPlace(BACKUP),
  COS_ENDPOINT: cloud.endpoint,
  TENCENTCLOUD_SECRETID: cloud.secretId,
  TENCENTCLOUD_SECRETKEY: cloud.secretKey,
});
