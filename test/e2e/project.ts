import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type COS from 'cos-nodejs-sdk-v5';
import { createKeyStore, RIGHTS } from '../../shared/access/index.ts';
import { createCosClient, type Place } from '../../shared/cos/index.ts';
import { startCloud } from '../cloud/index.ts';
import type { LocalCloud } from '../cloud/index.ts';
import { cosClient, replicationClient } from '../cloud/job/clients.ts';
import { deployEnvironment, type Deployer } from '../cloud/job/deploy.ts';
import { apiDomain } from '../cloud/job/index.ts';
import { warmCli } from './cli.ts';
import { ROOT } from './command.ts';
import { configurationWith, type Lists } from './configuration.ts';

/**
 * The files of the repository that a deployment needs, in a folder of its own, so that its serverless.yml can be
 * changed. All but that file are the repository's own: the plugin is then the same script for all projects, which is
 * made and loaded once.
 */
export interface Project {
  readonly folder: string;
  /** Runs the real CLI with these lists in serverless.yml, and returns its stdout. */
  serverless(args: readonly string[], lists: Lists): Promise<string>;
  remove(): Promise<void>;
}

/** Puts links to the files that a deployment needs, all but serverless.yml, into an empty folder. */
export async function linkRepository(folder: string): Promise<void> {
  for (const name of ['package.json', 'functions', 'shared', 'node_modules'])
    await symlink(join(ROOT, name), join(folder, name));
}

export async function createProject(cloud: Deployer): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'deployed-project-'));
  await linkRepository(folder);
  const cli = warmCli(folder, deployEnvironment(cloud, process.env));
  return {
    folder,
    async serverless(args, lists) {
      await writeFile(join(folder, 'serverless.yml'), configurationWith(ROOT, lists));
      const { status, stdout, stderr } = await cli.run(args);
      if (status !== 0) throw new Error(`serverless ${args.join(' ')}:\n${stdout}\n${stderr}`);
      return stdout;
    },
    async remove() {
      await cli.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A local cloud with versioned buckets, a project to deploy there, and the SDK for both. */
export interface Site {
  readonly cloud: LocalCloud;
  readonly project: Project;
  /** For COS. */
  readonly sdk: COS;
  /** For the API, once it is deployed. */
  readonly api: COS;
  close(): Promise<void>;
}

export async function openSite(places: readonly Place[]): Promise<Site> {
  // A changed function takes effect at once.
  const cloud = await startCloud({ transitionMs: 0 });
  const project = await createProject(cloud);
  for (const { bucket, region } of places) {
    cloud.core.createBucket(bucket, region);
    cloud.core.putVersioning(bucket, region, 'Enabled');
  }
  return {
    cloud,
    project,
    sdk: cosClient(cloud),
    api: replicationClient(cloud, apiDomain),
    close: async () => {
      await cloud.close();
      await project.remove();
    },
  };
}

/** Makes the cloud's own key pair an API key of a deployment. */
export async function allowCaller(cloud: LocalCloud, state: Place): Promise<void> {
  const pair = { secretId: cloud.secretId, secretKey: cloud.secretKey };
  const cos = createCosClient({ credentials: () => pair, endpoint: cloud.endpoint });
  const keys = createKeyStore({ cos, state, now: Date.now, random: () => new Uint8Array() });
  await keys.add({ pair, buckets: [], rights: RIGHTS });
}
