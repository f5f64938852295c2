import { randomBytes } from 'node:crypto';
import type COS from 'cos-nodejs-sdk-v5';
import { createKeyStore, RIGHTS } from '../../../shared/access/index.ts';
import { appidOf, createCosClient, type Place } from '../../../shared/cos/index.ts';
import { listen } from '../http/index.ts';
import { startCloud, type LocalCloud } from '../index.ts';
import { openCli, type Cli } from './cli.ts';
import { calling, cosClient, type Access } from './clients.ts';
import { readConfiguration, type Configuration } from './configuration.ts';
import { deploy } from './deploy.ts';
import { wrap } from './wrap.ts';

/** Owner of the local account; fixed, because other programs rely on it. */
export const UIN = '100000000001';
export const ROLE = `qcs::cam::uin/${UIN}:uin/${UIN}`;

/** The domain under which a region's API function answers; each bucket has a host below it. */
export function apiDomain(region: string): string {
  return `replication.${region}.example.com`;
}

/** A local cloud with the functions deployed and the buckets of serverless.yml, versioned, and no rule yet. */
export interface Environment extends Access, Configuration {
  /** The official SDK for COS on this cloud. */
  readonly cos: COS;
  /** Fires the timers of the functions, as the beginning of a minute does by itself. */
  readonly beginMinute: () => void;
  /** Resolves once no function runs or waits. */
  readonly idle: () => Promise<void>;
  close(): Promise<void>;
}

export interface EnvironmentOptions {
  /** Root of the clone. */
  readonly root: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly signal: AbortSignal;
  /** It is left open. By default a process of its own, which has ended before the environment is there. */
  readonly cli?: Cli | undefined;
  /** Called with one line about each step, for a person. */
  readonly say: (line: string) => void;
}

async function createBucket(cos: COS, { bucket, region }: Place): Promise<void> {
  const at = { Bucket: bucket, Region: region };
  await calling(`creation of ${bucket}`, () => cos.putBucket(at));
  await calling(`versioning of ${bucket}`, () =>
    cos.putBucketVersioning({ ...at, VersioningConfiguration: { Status: 'Enabled' } }),
  );
}

/** Makes the pair of the cloud an API key as well, so that one pair is enough. */
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

async function prepare(
  cloud: LocalCloud,
  cli: Cli,
  configuration: Configuration,
  options: EnvironmentOptions,
): Promise<Environment> {
  const { root, signal, say } = options;
  const access = { endpoint: cloud.endpoint, secretId: cloud.secretId, secretKey: cloud.secretKey };
  const cos = cosClient(access);
  // Before the deployment, because COS accepts a trigger only on an existing bucket.
  for (const place of distinct([...configuration.sources, ...configuration.destinations])) {
    signal.throwIfAborted();
    if (appidOf(place.bucket) === configuration.appid) await createBucket(cos, place);
    else createForeignBucket(cloud, place);
    wrap([`Bucket ${place.bucket}`, `in ${place.region}, versioned.`]).forEach(say);
  }
  say('serverless deploy …');
  await deploy(cli, root, {
    access,
    region: configuration.source.region,
    signal,
    onLine: (line) => {
      if (line.trim() !== '') say(`  ${line}`);
    },
  });
  await addApiKey(access, configuration.state);
  const beginMinute = (): void => {
    for (const { id } of cloud.scf.listFunctions(configuration.source.region, 'default')) cloud.scf.tick(id);
  };
  const idle = (): Promise<void> => cloud.scf.idle();
  return { ...access, ...configuration, cos, beginMinute, idle, close: () => cloud.close() };
}

const distinct = (places: readonly Place[]): readonly Place[] =>
  places.filter((place, index) => places.findIndex(({ bucket }) => bucket === place.bucket) === index);

/** A bucket of another account, which the pair of this cloud may not make. */
function createForeignBucket({ core }: LocalCloud, { bucket, region }: Place): void {
  core.createBucket(bucket, region);
  core.putVersioning(bucket, region, 'Enabled');
}

/** Reading the configuration takes seconds, and a taken port is reported before. */
async function refuseTakenPort(port: number): Promise<void> {
  const nothing = (): Promise<never> => Promise.reject(new Error('nothing is served yet'));
  const probe = await listen(nothing, { port, onError: () => {} });
  await probe.close();
}

async function startWith(cli: Cli, options: EnvironmentOptions): Promise<Environment> {
  if (options.port !== 0) await refuseTakenPort(options.port);
  const configuration = await readConfiguration(cli, options.root, options.signal);
  const { appid, source } = configuration;
  const cloud = await startCloud({ port: options.port, appid, uin: UIN, sourceRegion: source.region });
  try {
    options.say(`Local cloud on ${cloud.endpoint}.`);
    return await prepare(cloud, cli, configuration, options);
  } catch (error) {
    await cloud.close();
    throw error;
  }
}

/** The caller must close it, because it holds processes and a temporary folder. */
export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  if (options.cli !== undefined) return startWith(options.cli, options);
  const cli = openCli();
  try {
    return await startWith(cli, options);
  } finally {
    await cli.close();
  }
}
