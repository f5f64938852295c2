import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createKeyStore } from '../../../../shared/access/index.ts';
import { createCosClient, type Place } from '../../../../shared/cos/index.ts';
import { createCloudApi } from '../../../../shared/deploy/cloud/cloud-api.ts';
import { createScf } from '../../../../shared/deploy/cloud/scf.ts';
import { createSdk } from '../../../../shared/deploy/cloud/state-bucket.ts';
import { deploy, type Cloud } from '../../../../shared/deploy/commands/deploy.ts';
import { askCosTime } from '../../../../shared/deploy/doctor/cos-time.ts';
import { askDomain } from '../../../../shared/deploy/doctor/domains.ts';
import { examine } from '../../../../shared/deploy/doctor/doctor.ts';
import type { DoctorDeps } from '../../../../shared/deploy/doctor/types.ts';
import { zip } from '../../../../shared/deploy/functions/zip.ts';
import type { Settings } from '../../../../shared/deploy/types.ts';
import { startCloud, type LocalCloud } from '../../../cloud/index.ts';
import { sampleSettings } from '../settings.ts';

export const LONG = 120_000;
export const SOURCE: Place = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
export const OTHER: Place = { bucket: 'other-1250000000', region: 'ap-guangzhou' };
export const BACKUP: Place = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
export const PRIVATE = { canned: 'private', grants: [] } as const;

const settings = sampleSettings();
export const { state } = settings;
export const functionOf = (key: string) => ({
  region: 'ap-guangzhou',
  namespace: 'default',
  name: `cos-replication-dev-${key}`,
});
export const role = (kind: string) => `cos-replication-dev-ap-guangzhou-${kind}`;
export const codeOf = (bundle: string) => zip({ 'index.js': Buffer.from(`exports.main_handler = () => '${bundle}';`) });

/** The local cloud of the current file. */
export let cloud: LocalCloud;
export let deps: DoctorDeps;
let platform: Cloud;
export let keys: ReturnType<typeof createKeyStore>;

/** Gives the tests of a file one local cloud, in which nothing is deployed yet. */
export function useCloud(): void {
  beforeAll(open, LONG);
  afterAll(() => cloud.close());
}

/** Each test begins with no finding. Throws the findings that the test before has left. */
export function expectFine(): void {
  beforeEach(async () => {
    const left = await found();
    if (left.length > 0) throw new Error(`after the last test's advice the doctor still finds: ${left.join('; ')}`);
  });
}

async function open(): Promise<void> {
  cloud = await startCloud({ transitionMs: 0, otherAccounts: [{ appid: '1250000009', uin: '100000000009' }] });
  const { endpoint } = cloud;
  const pair = { secretId: cloud.secretId, secretKey: cloud.secretKey };
  const api = createCloudApi({ credentials: pair, region: SOURCE.region, endpoint, now: Date.now, sleep });
  const cos = createCosClient({ credentials: () => pair, endpoint });
  const sdk = await createSdk(pair, endpoint);
  const scf = createScf(api, (ms) => sleep(Math.min(ms, 50)));
  platform = { api, scf, sdk, cos, random: randomBytes };
  keys = createKeyStore({ cos, state, now: Date.now, random: randomBytes });
  deps = {
    settings,
    api,
    scf,
    sdk,
    cos,
    keys,
    artifactOf: async (bundle) => codeOf(bundle),
    cosTime: (place) => askCosTime(place, endpoint),
    askDomain: (name) => askDomain(name, endpoint),
    now: Date.now,
  };
  const theirs: Place = { bucket: 'theirs-1250000009', region: 'ap-shanghai' };
  for (const { bucket, region } of [SOURCE, OTHER, BACKUP, theirs]) {
    cloud.core.createBucket(bucket, region);
    cloud.core.putVersioning(bucket, region, 'Enabled');
  }
}

export const deployNow = (some: Settings = settings) =>
  deploy(some, platform, async (bundle) => codeOf(bundle), { line: () => undefined, warn: () => undefined });

/** The findings: `severity check: subject problem`. */
export async function found(changes: Partial<DoctorDeps> = {}): Promise<string[]> {
  return (await examine({ ...deps, ...changes })).flatMap(({ name, findings }) =>
    findings.map(({ severity, subject, problem }) => `${severity} ${name}: ${subject} ${problem}`),
  );
}
