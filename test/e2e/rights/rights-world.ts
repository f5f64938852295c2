import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { vi } from 'vitest';
import { createCosClient, nodeHash, type Place } from '../../../shared/cos/index.ts';
import { createCloudApi } from '../../../shared/deploy/cloud/cloud-api.ts';
import { createScf } from '../../../shared/deploy/cloud/scf.ts';
import { createSdk } from '../../../shared/deploy/cloud/state-bucket.ts';
import { deploy } from '../../../shared/deploy/commands/deploy.ts';
import { startCloud, type LocalCloud } from '../../cloud/index.ts';
import { cosClient, replicationClient } from '../../cloud/job/clients.ts';
import { apiDomain } from '../../cloud/job/index.ts';
import { sampleSettings } from '../../shared/deploy/settings.ts';
import { bundleAll } from '../../upgrade/functions.ts';
import { allowCaller } from '../project.ts';

export const SOURCE: Place = { bucket: 'source-1250000000', region: 'ap-guangzhou' };
export const BACKUP: Place = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
export const PAIR = { source: SOURCE, destination: BACKUP };
/** With every setting that brings rights of its own. */
export const settings = sampleSettings({ canary: { everyMinutes: 1 } });
export const { state: STATE } = settings;

const functionOf = (key: string) => ({
  region: SOURCE.region,
  namespace: 'default',
  name: `cos-replication-dev-${key}`,
});

/** A deployment whose functions have exactly their policies, and whose calls are recorded. */
export type RightsWorld = Awaited<ReturnType<typeof openRights>>;

/** The buckets, with nothing deployed yet: the leftovers of earlier days come first. */
export async function openRights() {
  /** ms by which the clock of the cloud is off, for earlier writes. */
  let shift = 0;
  const now = () => Date.now() + shift;
  const cloud = await startCloud({ transitionMs: 0, timerScale: 0, now });
  const asked = noteRequests(cloud);
  const pair = { secretId: cloud.secretId, secretKey: cloud.secretKey };
  const { endpoint } = cloud;
  const cos = createCosClient({ credentials: () => pair, endpoint, now });
  const sdk = cosClient(cloud);
  const api = replicationClient(cloud, apiDomain);
  const source = { Bucket: SOURCE.bucket, Region: SOURCE.region };
  const called = new Set<string>();
  return {
    cloud,
    asked,
    /** The calls of the API so far: method, kind of target, sub-resource. */
    called: called as ReadonlySet<string>,
    sdk,
    source,
    /** The dependencies of writers of the state bucket, with all rights. */
    state: { cos, state: STATE, hash: nodeHash, now, unique: () => randomBytes(9).toString('hex') },

    /** Does something as if `ms` earlier. Each time is later than the last. */
    ago: async (ms: number, deeds: () => Promise<void>): Promise<void> => {
      shift = -ms;
      await deeds();
      shift = 0;
    },

    deploy: async (): Promise<void> => {
      const platform = createCloudApi({ credentials: pair, region: SOURCE.region, endpoint, now: Date.now, sleep });
      const clouds = { api: platform, scf: createScf(platform, sleep), sdk: await createSdk(pair, endpoint), cos };
      const bundle = async (name: string) => {
        const artifact = (await bundleAll())[name];
        if (artifact === undefined) throw new Error(`there is no function ${name}`);
        return artifact;
      };
      const nobody = { line: () => undefined, warn: () => undefined };
      await deploy({ ...settings, endpoint }, { ...clouds, random: randomBytes }, bundle, nobody);
      await allowCaller(cloud, STATE);
    },

    put: (key: string, body = 'text', headers: Record<string, string> = {}) =>
      sdk.putObject({ ...source, Key: key, Body: body, Headers: headers }),

    /** A call of the API. */
    call: async (method: string, subresource: string, body?: string, key?: string): Promise<void> => {
      called.add(`${method} ${key === undefined ? 'bucket' : 'object'} ${subresource}`);
      await api.request({
        ...source,
        Method: method,
        Query: { [subresource]: '' },
        ...(body === undefined ? {} : { Body: body }),
        ...(key === undefined ? {} : { Key: key }),
        RawBody: true,
      });
    },

    idle: () => cloud.scf.idle(),

    /** Fires the timer and waits for everything that it starts. */
    minute: async (): Promise<void> => {
      cloud.scf.tick(functionOf('schedule'));
      await cloud.scf.idle();
    },

    close: async (): Promise<void> => {
      cos.close();
      await cloud.close();
    },
  };
}

/** The functions' calls from now on, `action resource`, by the name of their role. */
function noteRequests(cloud: LocalCloud): ReadonlyMap<string, ReadonlySet<string>> {
  const asked = new Map<string, Set<string>>();
  for (const name of ['allows', 'decide'] as const) {
    const plain = cloud.cam[name] as (...args: Parameters<LocalCloud['cam']['decide']>) => never;
    vi.spyOn(cloud.cam, name).mockImplementation((principal, action, resource) => {
      if (principal.kind === 'role') {
        const role = principal.roleName ?? '';
        asked.set(role, (asked.get(role) ?? new Set()).add(`${action} ${resource}`));
      }
      return plain(principal, action, resource);
    });
  }
  return asked;
}
