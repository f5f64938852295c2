import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type COS from 'cos-nodejs-sdk-v5';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCosClient } from '../../shared/cos/index.ts';
import { createCloudApi } from '../../shared/deploy/cloud/cloud-api.ts';
import { createScf } from '../../shared/deploy/cloud/scf.ts';
import { createSdk } from '../../shared/deploy/cloud/state-bucket.ts';
import { deploy } from '../../shared/deploy/commands/deploy.ts';
import { startCloud, type LocalCloud } from '../cloud/index.ts';
import { cosClient, replicationClient } from '../cloud/job/clients.ts';
import { apiDomain, ROLE } from '../cloud/job/index.ts';
import type { Invocation } from '../cloud/scf/index.ts';
import { allowCaller } from '../e2e/project.ts';
import { sampleSettings } from '../shared/deploy/settings.ts';
import { bundleAll, readFunctions, type Functions } from './functions.ts';
import { BACKUP, SOURCE, STATE } from './release.ts';

const LONG = 480_000;
const FOLDER = new URL('releases/', import.meta.url);
const EXISTING = '<ExistingObjectReplication><Status>Enabled</Status></ExistingObjectReplication>';
const RULES = `<ReplicationConfiguration><Role>${ROLE}</Role><Rule><ID>all</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>${EXISTING}<Destination><Bucket>qcs::cos:${BACKUP.region}::${BACKUP.bucket}</Bucket></Destination></Rule></ReplicationConfiguration>`;

const versions = (await readdir(FOLDER)).flatMap((name) => /^(.*)\.functions\.br$/.exec(name)?.[1] ?? []);
const ORDERS = [
  { first: 'the functions that copy', isNew: ['replicate', 'task'] },
  { first: 'the functions that look and ask', isNew: ['scan', 'schedule', 'api'] },
] as const;

let now: Functions;
beforeAll(async () => {
  now = await bundleAll();
}, LONG);

let cloud: LocalCloud;
let sdk: COS;
let api: COS;
afterEach(() => cloud.close());

/** Deploys the functions with this code. Roles and settings are today's, as at the beginning of a deployment. */
async function deployed(code: Functions): Promise<void> {
  const pair = { secretId: cloud.secretId, secretKey: cloud.secretKey };
  const { endpoint } = cloud;
  const platform = createCloudApi({ credentials: pair, region: SOURCE.region, endpoint, now: Date.now, sleep });
  const cos = createCosClient({ credentials: () => pair, endpoint });
  const scf = createScf(platform, () => sleep(5));
  const clouds = { api: platform, scf, sdk: await createSdk(pair, endpoint), cos, random: randomBytes };
  const settings = { ...sampleSettings(), endpoint };
  const artifact = async (bundle: string) => code[bundle] ?? Promise.reject(new Error(bundle));
  await deploy(settings, clouds, artifact, { line: () => undefined, warn: () => undefined });
}

const source = { Bucket: SOURCE.bucket, Region: SOURCE.region };
const put = async (key: string, body: string, headers = {}): Promise<void> =>
  void (await sdk.putObject({ ...source, Key: key, Body: body, Headers: headers }));

async function ask(method: string, subresource: string, body?: string): Promise<string> {
  const answer = await api.request({
    ...source,
    Method: method,
    Query: { [subresource]: '' },
    ...(body === undefined ? {} : { Body: body }),
    RawBody: true,
  });
  return (answer as unknown as { Body?: string }).Body ?? '';
}

async function minute(): Promise<void> {
  cloud.scf.tick({ region: SOURCE.region, namespace: 'default', name: 'cos-replication-dev-schedule' });
  await cloud.scf.idle();
}

/** Users write under `name`, and change the objects under `older`. */
async function use(name: string, older?: string): Promise<void> {
  await put(`${name}/plain`, name);
  await put(`${name}/twice`, 'first');
  await put(`${name}/twice`, 'second', { 'x-cos-meta-n': '2', 'x-cos-tagging': 'a=b' });
  await put(`${name}/gone`, name);
  await sdk.deleteObject({ ...source, Key: `${name}/gone` });
  if (older !== undefined) {
    await put(`${older}/plain`, `${older}, then ${name}`);
    await sdk.deleteObject({ ...source, Key: `${older}/twice` });
    await put(`${older}/gone`, 'back');
  }
  await cloud.scf.idle();
}

/** The destination refuses writes for a while, so work is left. */
async function refuse(name: string): Promise<void> {
  cloud.faults.set([
    { match: { service: 'cos', bucket: BACKUP.bucket }, effect: { kind: 'error', status: 403, code: 'AccessDenied' } },
  ]);
  for (const n of [1, 2]) await put(`refused/${name}/${n}`, name);
  await cloud.scf.idle();
  cloud.faults.clear();
}

/** Every version and delete marker of users, by key, oldest first. The order of keys does not count. */
function versionsOf({ bucket, region }: typeof SOURCE): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const entry of cloud.core.listVersions(bucket, region, {}).entries.toReversed()) {
    if (entry.key.startsWith('.replication-')) continue;
    (found[entry.key] ??= []).push(entry.deleteMarker ? 'delete marker' : entry.etag);
  }
  return found;
}

describe.each(versions)('functions of release %s', (version) => {
  let before: Functions;
  beforeAll(async () => {
    before = await readFunctions(new URL(`${version}.functions.br`, FOLDER));
  });

  it.each(ORDERS)(
    'work beside the current ones when $first are new, and nothing is lost',
    { timeout: LONG },
    async ({ isNew }) => {
      cloud = await startCloud({ transitionMs: 0, timerScale: 0, retryDelayMs: 20 });
      const runs: Invocation[] = [];
      cloud.scf.onInvocation((run) => runs.push(run));
      for (const { bucket, region } of [SOURCE, BACKUP]) {
        cloud.core.createBucket(bucket, region);
        cloud.core.putVersioning(bucket, region, 'Enabled');
      }
      [sdk, api] = [cosClient(cloud), replicationClient(cloud, apiDomain)];

      // The older release, with unfinished work of every kind.
      await deployed(before);
      await allowCaller(cloud, STATE);
      await use('existing');
      await ask('PUT', 'replication', RULES);
      await minute();
      await use('old', 'existing');
      await refuse('old');
      await ask('POST', 'replicationScan', '{}');
      await ask('POST', 'replicationPause', '{}');

      // Some functions are new, and each side finds the work that the other left.
      const fresh = Object.entries(now).filter(([bundle]) => isNew.some((name) => name === bundle));
      await deployed({ ...before, ...Object.fromEntries(fresh) });
      await use('both', 'old');
      await refuse('both');
      await ask('POST', 'replicationReattempt');
      await minute();
      await ask('POST', 'replicationResume', '{}');
      await minute();
      await use('later', 'both');
      await refuse('later');

      // All functions are new.
      await deployed(now);
      await use('new', 'later');
      await ask('POST', 'replicationReattempt');
      // A task with the cause `taken` is tried again after two minutes and finds nothing to do.
      const open = async (): Promise<unknown[]> => {
        await minute();
        const { items } = JSON.parse(await ask('GET', 'replicationFailures')) as { items: { cause: string }[] };
        return items.filter(({ cause }) => cause !== 'taken');
      };
      await expect.poll(open, { timeout: 240_000, interval: 500 }).toEqual([]);

      expect(Object.keys(versionsOf(SOURCE)).length).toBeGreaterThan(20);
      expect(versionsOf(BACKUP)).toEqual(versionsOf(SOURCE));
      expect(JSON.parse(await ask('GET', 'replicationStatus'))).toMatchObject({ bucket: SOURCE.bucket });
      expect(JSON.parse(await ask('GET', 'replicationScans'))).toMatchObject({
        // On a slow machine the scan of existing objects may have ended and the next one begun.
        scans: [{ kind: expect.stringMatching(/^(existing|repair)$/) as string }],
      });
      // No run failed, and none met a document that it could not read.
      expect(runs.filter(({ status }) => status !== 200).map(({ id, result }) => [id.name, result])).toEqual([]);
      const errors = runs.flatMap(({ log }) => log.match(/^.*"level":"(?:error|warn)".*$/gm) ?? []);
      expect(errors.filter((line) => !/"cause":"AccessDenied"/.test(line))).toEqual([]);
    },
  );
});
