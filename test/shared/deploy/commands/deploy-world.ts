import { randomBytes } from 'node:crypto';
import type COS from 'cos-nodejs-sdk-v5';
import type { Cos } from '../../../../shared/cos/index.ts';
import { deploy } from '../../../../shared/deploy/commands/deploy.ts';
import { remove } from '../../../../shared/deploy/commands/remove.ts';
import { createScf } from '../../../../shared/deploy/cloud/scf.ts';
import type { Settings } from '../../../../shared/deploy/types.ts';
import { artifactOf } from '../../../../shared/deploy/functions/zip.ts';
import { createMemoryCloud } from '../memory-cloud.ts';

export const OWNER = { ID: 'qcs::cam::uin/100000000001:uin/100000000001' };

type Versioning = 'Enabled' | 'Suspended' | undefined;

/** The four bucket calls of a deployment; errors in the SDK's form. */
export function bucketsOf(initial: Record<string, Versioning>) {
  const buckets = new Map(Object.entries(initial));
  const acls = new Map<string, string>();
  const grants = new Map<string, object[]>();
  const policies = new Map<string, object>();
  const check = (name: string) => {
    if (!buckets.has(name)) throw Object.assign(new Error('not there'), { statusCode: 404, code: 'NoSuchBucket' });
  };
  const sdk = {
    headBucket: async ({ Bucket }: { Bucket: string }) => check(Bucket),
    putBucket: async ({ Bucket }: { Bucket: string }) => void buckets.set(Bucket, undefined),
    getBucketVersioning: async ({ Bucket }: { Bucket: string }) => {
      check(Bucket);
      const status = buckets.get(Bucket);
      return { VersioningConfiguration: status === undefined ? {} : { Status: status } };
    },
    getBucketAcl: async ({ Bucket }: { Bucket: string }) => ({
      ACL: acls.get(Bucket) ?? 'private',
      Owner: OWNER,
      Grants: [{ Grantee: OWNER, Permission: 'FULL_CONTROL' }, ...(grants.get(Bucket) ?? [])],
    }),
    getBucketPolicy: async ({ Bucket }: { Bucket: string }) => {
      const policy = policies.get(Bucket);
      if (policy === undefined) throw Object.assign(new Error('none'), { statusCode: 404, code: 'NoSuchBucketPolicy' });
      return { Policy: policy };
    },
  };
  return { buckets, acls, grants, policies, sdk: sdk as unknown as COS };
}

/** A deployment in memory, with its output. */
export function world(settings: Settings, initial?: Record<string, Versioning>, appid?: string) {
  const api = createMemoryCloud(appid);
  const scf = createScf(api, async () => undefined);
  const objects = new Map<string, Uint8Array>();
  const cos: Pick<Cos, 'getObject' | 'putObject'> = {
    getObject: async ({ bucket }, key) => {
      const body = objects.get(`${bucket}/${key}`);
      return body && { body, etag: '"e"', lastModified: 0, date: 0 };
    },
    putObject: async ({ bucket }, key, body) => {
      objects.set(`${bucket}/${key}`, body);
      return { versionId: undefined, etag: '"e"', crc64: undefined };
    },
  };
  const listed = [...settings.sources, ...settings.destinations].map(({ bucket }) => [bucket, 'Enabled'] as const);
  const storage = bucketsOf(initial ?? Object.fromEntries(listed));
  const lines: string[] = [];
  const warnings: string[] = [];
  const reporter = { line: (text: string) => void lines.push(text), warn: (text: string) => void warnings.push(text) };
  const artifact = async (bundle: string) => artifactOf(Buffer.from(bundle));
  const clear = () => {
    lines.length = 0;
    api.changes.length = 0;
  };
  return {
    ...storage,
    api,
    objects,
    lines,
    warnings,
    clear,
    deploy: (changed = settings, options = {}) =>
      deploy(changed, { api, scf, cos, random: randomBytes, sdk: storage.sdk }, artifact, reporter, options),
    remove: (changed = settings) => remove(changed, { api, scf }, reporter),
  };
}

export const triggersOf = ({ api }: ReturnType<typeof world>, key: string) =>
  api.functions.get(`cos-replication-dev-${key}`)?.triggers.map(({ TriggerName }) => String(TriggerName).split('.')[0]);
