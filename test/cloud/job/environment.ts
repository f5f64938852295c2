import { randomBytes } from 'node:crypto';
import type COS from 'cos-nodejs-sdk-v5';
import { createKeyStore, RIGHTS } from '../../../shared/access/index.ts';
import { codeOfRegion, createCosClient, type Place } from '../../../shared/cos/index.ts';
import { startCloud, type LocalCloud } from '../index.ts';
import { calling, cosClient, type Access } from './clients.ts';
import { deploy } from './deploy.ts';

/** Fixed, because other programs rely on them: the account, the buckets and what `serverless.yml` says of them. */
export const APPID = '1250000000';
export const UIN = '100000000001';
export const SOURCE: Place = { bucket: `source-${APPID}`, region: 'ap-guangzhou' };
export const DESTINATION: Place = { bucket: `backup-${APPID}`, region: 'ap-shanghai' };
export const ROLE = `qcs::cam::uin/${UIN}:uin/${UIN}`;
const STAGE = 'dev';

/** The domain under which a region's API function answers; each bucket has a host below it. */
export function apiDomain(region: string): string {
  return `replication.${region}.example.com`;
}

/** A local cloud with the functions deployed and two versioned buckets, and no rule yet. */
export interface Environment extends Access {
  readonly state: Place;
  /** The official SDK for COS on this cloud. */
  readonly cos: COS;
  close(): Promise<void>;
}

export interface EnvironmentOptions {
  /** Root of the clone. */
  readonly root: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly signal: AbortSignal;
  /** One line about each step, for a person. */
  readonly say: (line: string) => void;
}

async function createBucket(cos: COS, { bucket, region }: Place): Promise<void> {
  const at = { Bucket: bucket, Region: region };
  await calling(`creation of ${bucket}`, () => cos.putBucket(at));
  await calling(`versioning of ${bucket}`, () =>
    cos.putBucketVersioning({ ...at, VersioningConfiguration: { Status: 'Enabled' } }),
  );
}

/** Makes the pair of the cloud an API key as well, so that one pair serves for everything. */
async function addApiKey(access: Access, state: Place): Promise<void> {
  const pair = { secretId: access.secretId, secretKey: access.secretKey };
  const keys = createKeyStore({
    cos: createCosClient({ credentials: () => pair, endpoint: access.endpoint }),
    state,
    now: Date.now,
    random: randomBytes,
  });
  await keys.add({ pair, buckets: [], rights: RIGHTS });
}

function stateOf(region: string): Place {
  const code = codeOfRegion(region);
  if (code === undefined) throw new Error(`the region ${region} has no short code`);
  return { bucket: `crr-${STAGE}-${code}-${APPID}`, region };
}

async function prepare(cloud: LocalCloud, options: EnvironmentOptions): Promise<Environment> {
  const { root, signal, say } = options;
  const access = { endpoint: cloud.endpoint, secretId: cloud.secretId, secretKey: cloud.secretKey };
  const cos = cosClient(access);
  // Before the deployment: COS takes a trigger only on a bucket that is there.
  for (const place of [SOURCE, DESTINATION]) {
    signal.throwIfAborted();
    await createBucket(cos, place);
    say(`Bucket ${place.bucket} in ${place.region}, versioned.`);
  }
  say('serverless deploy …');
  await deploy(root, {
    access,
    region: SOURCE.region,
    signal,
    onLine: (line) => {
      if (line.trim() !== '') say(`  ${line}`);
    },
  });
  const state = stateOf(SOURCE.region);
  await addApiKey(access, state);
  return { ...access, state, cos, close: () => cloud.close() };
}

/** Whoever starts one closes it: it holds processes and a temporary folder. */
export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const cloud = await startCloud({ port: options.port, appid: APPID, uin: UIN });
  try {
    options.say(`Local cloud on ${cloud.endpoint}.`);
    return await prepare(cloud, options);
  } catch (error) {
    await cloud.close();
    throw error;
  }
}
