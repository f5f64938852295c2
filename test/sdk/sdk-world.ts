import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createKeyStore } from '../../shared/access/index.ts';
import { createCosClient, formatPlace } from '../../shared/cos/index.ts';
import type { Place } from '../../shared/cos/index.ts';
import { startCloud } from '../cloud/index.ts';
import type { LocalCloud } from '../cloud/index.ts';
import { openCli } from '../cloud/job/cli.ts';
import { deploy } from '../cloud/job/deploy.ts';
import { configurationWith } from '../e2e/configuration.ts';
import { ROLE, UIN, apiDomain } from '../cloud/job/environment.ts';

const APPID = '1250000000';
const DESTINATION: Place = { bucket: `backup-${APPID}`, region: 'ap-shanghai' };
export const REGION = 'ap-guangzhou';
export { ROLE };

/** Each client has a bucket of its own, so that clients can run side by side. */
const bucketOf = (id: string): string => `${id}-${APPID}`;

const UNVERSIONED_SOURCE = bucketOf('unversioned');
const qcs = ({ bucket, region }: Place): string => `qcs::cos:${region}::${bucket}`;
const inShanghai = (name: string): Place => ({ bucket: bucketOf(name), region: DESTINATION.region });
const PLAIN = inShanghai('plain');
const MISSING = inShanghai('missing');

/** `Destination/Bucket` of one bucket for each way in which a destination can be wrong. */
export const DESTINATIONS = {
  good: qcs(DESTINATION),
  unversioned: qcs(PLAIN),
  missing: qcs(MISSING),
  unlisted: qcs(inShanghai('elsewhere')),
} as const;

export interface Pair {
  readonly secretId: string;
  readonly secretKey: string;
}

/** A bucket that a client manages, with a key for this bucket alone. */
export interface Managed extends Pair {
  readonly bucket: string;
}

export interface World {
  readonly cloud: LocalCloud;
  /** Host of the function URL. */
  readonly functionUrl: string;
  readonly unversioned: Managed;
  managed(id: string): Managed;
  close(): Promise<void>;
}

export const bucketHost = (bucket: string): string => `${bucket}.${apiDomain(REGION)}`;

/** A local cloud with a deployment that lists one source for each client, and buckets that no rule may use. */
export async function startWorld(
  root: string,
  ids: readonly string[],
  options: { readonly signal: AbortSignal; readonly say: (line: string) => void },
): Promise<World> {
  const project = await mkdtemp(join(tmpdir(), 'cos-replication-sdk-'));
  let cloud: LocalCloud | undefined;
  const cli = openCli();
  const close = async (): Promise<void> => {
    await cloud?.close();
    await rm(project, { recursive: true, force: true });
  };
  try {
    cloud = await startCloud({ appid: APPID, uin: UIN, sourceRegion: REGION });
    const sources = [...ids.map(bucketOf), UNVERSIONED_SOURCE];
    createBuckets(cloud, sources);
    await writeProject(root, project, sources);
    const access = { endpoint: cloud.endpoint, secretId: cloud.secretId, secretKey: cloud.secretKey };
    await deploy(cli, project, { access, region: REGION, signal: options.signal, onLine: options.say });
    const managed = await addKeys(cloud, sources);
    const [url] = cloud.scf.functionUrls();
    if (url === undefined) throw new Error('the deployment has no function URL');
    const of = (bucket: string): Managed => {
      const found = managed.get(bucket);
      if (found === undefined) throw new Error(`${bucket} is not a source of this deployment`);
      return found;
    };
    return {
      cloud,
      functionUrl: url.host,
      unversioned: of(UNVERSIONED_SOURCE),
      managed: (id) => of(bucketOf(id)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  } finally {
    await cli.close();
  }
}

function createBuckets({ core }: LocalCloud, sources: readonly string[]): void {
  for (const bucket of sources) core.createBucket(bucket, REGION);
  for (const bucket of sources.filter((name) => name !== UNVERSIONED_SOURCE)) {
    core.putVersioning(bucket, REGION, 'Enabled');
  }
  core.createBucket(DESTINATION.bucket, DESTINATION.region);
  core.putVersioning(DESTINATION.bucket, DESTINATION.region, 'Enabled');
  core.createBucket(PLAIN.bucket, PLAIN.region);
}

/** A copy is deployed, because only its lists of buckets differ. */
async function writeProject(root: string, project: string, sources: readonly string[]): Promise<void> {
  for (const name of ['package.json', 'functions', 'shared']) {
    await cp(join(root, name), join(project, name), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'));
  const lists = {
    sources: sources.map((bucket) => formatPlace({ bucket, region: REGION })),
    destinations: [DESTINATION, PLAIN, MISSING].map(formatPlace),
  };
  await writeFile(join(project, 'serverless.yml'), configurationWith(root, lists));
}

async function addKeys(cloud: LocalCloud, buckets: readonly string[]): Promise<ReadonlyMap<string, Managed>> {
  const credentials = { secretId: cloud.secretId, secretKey: cloud.secretKey };
  const keys = createKeyStore({
    cos: createCosClient({ credentials: () => credentials, endpoint: cloud.endpoint }),
    state: { bucket: `crr-dev-gz-${APPID}`, region: REGION },
    now: Date.now,
    random: randomBytes,
  });
  const managed = new Map<string, Managed>();
  for (const bucket of buckets) {
    const { secretId, secretKey } = await keys.add({ buckets: [bucket], rights: ['read', 'write'] });
    managed.set(bucket, { bucket, secretId, secretKey });
  }
  return managed;
}
