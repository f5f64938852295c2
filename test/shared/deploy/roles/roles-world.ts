import { createCloudApi, type CloudApi } from '../../../../shared/deploy/cloud/cloud-api.ts';
import { planRoles } from '../../../../shared/deploy/roles/role-plan.ts';
import { applyRole } from '../../../../shared/deploy/roles/roles.ts';
import { startCloud, type LocalCloud } from '../../../cloud/index.ts';
import { longNames, sampleSettings } from '../settings.ts';

export const API = 'cos-replication-dev-ap-guangzhou-api';
export const ENGINE = 'cos-replication-dev-ap-guangzhou-engine';
export const SCHEDULE = 'cos-replication-dev-ap-guangzhou-schedule';
export const SCAN = 'cos-replication-dev-ap-guangzhou-scan';
/** A policy that grants nothing of this service. */
export const TEXT = JSON.stringify({
  version: '2.0',
  statement: [{ effect: 'allow', action: 'name/cos:GetService', resource: '*' }],
});

const clouds: LocalCloud[] = [];
/** Closes the clouds that a test has started. */
export async function closeClouds(): Promise<void> {
  for (const cloud of clouds.splice(0)) await cloud.close();
}

/** CAM as the local cloud enforces it, on a clock that waiting moves. */
export async function world() {
  let time = Date.UTC(2026, 0, 31);
  const cloud = await startCloud({ now: () => time });
  clouds.push(cloud);
  const calls: string[] = [];
  const watchers: (() => void)[] = [];
  const plain = createCloudApi({
    credentials: { secretId: cloud.secretId, secretKey: cloud.secretKey },
    region: 'ap-guangzhou',
    endpoint: cloud.endpoint,
    now: () => time,
    sleep: async (ms) => void (time += ms),
  });
  const api: CloudApi = {
    async call<T>(service: 'scf' | 'cam', action: string, parameters: object): Promise<T> {
      const answer = await plain.call<T>(service, action, parameters);
      if (!/^(Get|List)/.test(action)) calls.push(action);
      for (const watch of watchers) watch();
      return answer;
    },
  };
  const namesOn = (role: string) => cloud.cam.attached(role).map(({ name }) => name);
  const may = (role: string, action: string, bucket: string, region: string, key = 'a'): boolean =>
    cloud.cam.allows(
      { kind: 'role', uin: cloud.uin, roleName: role },
      `name/cos:${action}`,
      `qcs::cos:${region}:uid/${cloud.appid}:${bucket}/${key}`,
    );
  return {
    cloud,
    api,
    calls,
    watchers,
    may,
    namesOn: (role: string) => namesOn(role).sort(),
    deploy: async (settings: ReturnType<typeof listsOf>) => {
      calls.length = 0;
      const results: string[] = [];
      for (const plan of await planRoles(api, settings)) results.push(await applyRole(api, plan));
      return results;
    },
  };
}

export function listsOf(sources: readonly string[], destinations: readonly string[]) {
  return sampleSettings({ sources, destinations });
}
export const sourceNames = (count: number) => longNames('s', count, 'ap-guangzhou');
export const destinationNames = (count: number) => longNames('d', count, 'ap-shanghai');
export const sized = (sources: number, destinations = sources) =>
  listsOf(sourceNames(sources), destinationNames(destinations));
/** The bucket in `bucket@region`. */
export const bucketOf = (name: string | undefined) => String(name).split('@')[0] ?? '';
