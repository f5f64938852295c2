import { randomBytes } from 'node:crypto';
import type COS from 'cos-nodejs-sdk-v5';
import type { Place } from '../../../../shared/cos/index.ts';
import { deploy } from '../../../../shared/deploy/commands/deploy.ts';
import { remove } from '../../../../shared/deploy/commands/remove.ts';
import { createScf } from '../../../../shared/deploy/cloud/scf.ts';
import type { Settings } from '../../../../shared/deploy/types.ts';
import { artifactOf } from '../../../../shared/deploy/functions/zip.ts';
import { CosFailure } from '../../../cloud/cos/index.ts';
import { createStorage, START, type Storage } from '../../../deployment/index.ts';
import { createMemoryCloud } from '../memory-cloud.ts';

export const OWNER = { ID: 'qcs::cam::uin/100000000001:uin/100000000001' };

type Versioning = 'Enabled' | 'Suspended' | undefined;

/** The storage core behind the bucket calls that a deployment makes of the SDK; errors in the SDK's form. */
function sdkOn({ core }: Storage) {
  // The core knows no bucket policies.
  const policies = new Map<string, object>();
  const at = <T>(answer: () => T): T => {
    try {
      return answer();
    } catch (error) {
      if (!(error instanceof CosFailure)) throw error;
      throw Object.assign(new Error(error.message), { statusCode: error.status, code: error.code });
    }
  };
  const sdk = {
    headBucket: async ({ Bucket, Region }: Address) => at(() => core.headBucket(Bucket, Region)),
    putBucket: async ({ Bucket, Region }: Address) => at(() => core.createBucket(Bucket, Region)),
    getBucketVersioning: async ({ Bucket, Region }: Address) => {
      const status = at(() => core.getVersioning(Bucket, Region));
      return { VersioningConfiguration: status === undefined ? {} : { Status: status } };
    },
    getBucketAcl: async ({ Bucket, Region }: Address) => {
      const { canned, grants } = at(() => core.getBucketAcl(Bucket, Region));
      const others = grants.map(({ grantee, permission }) => ({ Grantee: { ID: grantee }, Permission: permission }));
      return { ACL: canned, Owner: OWNER, Grants: [{ Grantee: OWNER, Permission: 'FULL_CONTROL' }, ...others] };
    },
    getBucketPolicy: async ({ Bucket }: Address) => {
      const policy = policies.get(Bucket);
      if (policy === undefined) throw Object.assign(new Error('none'), { statusCode: 404, code: 'NoSuchBucketPolicy' });
      return { Policy: policy };
    },
  };
  return { policies, sdk: sdk as unknown as COS };
}
interface Address {
  readonly Bucket: string;
  readonly Region: string;
}

/** A deployment in memory, with its output. `initial`: the buckets that exist, by name, and their versioning. */
export function world(settings: Settings, initial?: Record<string, Versioning>, appid?: string) {
  const api = createMemoryCloud(appid);
  const scf = createScf(api, async () => undefined);
  const storage = createStorage({ now: () => START });
  const { core, cos } = storage;
  const { sdk, policies } = sdkOn(storage);
  const addBucket = ({ bucket, region }: Place, versioning: Versioning = 'Enabled') => {
    core.createBucket(bucket, region);
    if (versioning !== undefined) core.putVersioning(bucket, region, versioning);
  };
  const listed = [...settings.sources, ...settings.destinations];
  for (const place of [...listed, settings.state]) {
    if (initial === undefined ? listed.includes(place) : place.bucket in initial) {
      addBucket(place, initial === undefined ? 'Enabled' : initial[place.bucket]);
    }
  }
  const lines: string[] = [];
  const warnings: string[] = [];
  const reporter = { line: (text: string) => void lines.push(text), warn: (text: string) => void warnings.push(text) };
  const artifact = async (bundle: string) => artifactOf(Buffer.from(bundle));
  const clear = () => {
    lines.length = 0;
    api.changes.length = 0;
  };
  return {
    api,
    storage,
    policies,
    addBucket,
    buckets: () => core.listBuckets().map(({ name }) => name),
    lines,
    warnings,
    clear,
    deploy: (changed = settings, options = {}) =>
      deploy(changed, { api, scf, cos, random: randomBytes, sdk }, artifact, reporter, options),
    remove: (changed = settings) => remove(changed, { api, scf }, reporter),
  };
}

export const triggersOf = ({ api }: ReturnType<typeof world>, key: string) =>
  api.functions.get(`cos-replication-dev-${key}`)?.triggers.map(({ TriggerName }) => String(TriggerName).split('.')[0]);
