import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createCosClient, formatPlace, hostOf } from '../../shared/cos/index.ts';
import { bundleFunction } from '../../shared/deploy/functions/bundle.ts';
import { ensureMarkerKey } from '../../shared/identity/index.ts';
import { createRuleStore } from '../../shared/rules/index.ts';
import { plain } from '../chaos/core-attributes.ts';
import type { CoreEvent } from '../cloud/cos/index.ts';
import { startCloud, type LocalCloud } from '../cloud/index.ts';
import { cosEvent } from '../cloud/scf/cos-event.ts';
import { stored, wholeBucket } from '../rules.ts';
import { middle, round } from './middle.ts';
import type { History } from './programs/histories.ts';
import { BACKUP, bundlePrograms, OTHERS, ROOT, runNode, SOURCE, STATE } from './site.ts';
import type { BenchOptions, BenchResult, Figure } from './types.ts';

/** Of a hundred keys so many have a second version. */
const OLDER = 24;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TARGET = { region: STATE.region, namespace: 'default', name: 'scan', qualifier: '$LATEST' };
const META = { album: 'summer' };
const TYPE = 'image/jpeg';

interface Round {
  readonly versions: number;
  readonly requests: number;
  /** Microseconds of CPU of all processes of each side. */
  readonly scan: number;
  readonly bare: number;
  readonly sdk: number;
  readonly lost: number;
  readonly surplus: number;
}

/**
 * Objects that are older than their rule: the deployed `scan` until its scan has ended, beside a bare client and a loop over
 * the official SDK that do a HEAD and a copy for each version, 16 keys at a time, on one local cloud.
 */
export async function benchBackfill({ quick }: BenchOptions): Promise<BenchResult> {
  const rounds: Round[] = [];
  for (let i = 0; i < (quick ? 1 : 3); i += 1) rounds.push(await measured(quick ? 500 : 5000));
  const of = (pick: (one: Round) => number): number => round(middle(rounds.map(pick)));
  const limited: Figure[] = [
    {
      name: 'backfill: COS requests a version, state and schedule included',
      value: of(({ requests, versions }) => requests / versions),
      kind: 'count',
      // What a scan takes by itself weighs more with few objects, and some of it grows with the time that the machine takes.
      most: quick ? 3 : 2.2,
    },
    { name: 'backfill: CPU over a bare client', value: of(({ scan, bare }) => scan / bare), kind: 'ratio', most: 3.6 },
    { name: 'backfill: CPU over the official SDK', value: of(({ scan, sdk }) => scan / sdk), kind: 'ratio', most: 1 },
    { name: 'backfill: versions lost or changed', value: of(({ lost }) => lost), kind: 'count', most: 0 },
    { name: 'backfill: versions too many', value: of(({ surplus }) => surplus), kind: 'count', most: 0 },
  ];
  const ms = (pick: (one: Round) => number): number => of((one) => pick(one) / one.versions / 1000);
  return {
    ok: true,
    figures: { rounds },
    limited,
    lines: [
      `CPU ms a version  ${ms(({ scan }) => scan)} scan as deployed, ${ms(({ bare }) => bare)} bare, ${ms(({ sdk }) => sdk)} official SDK`,
    ],
  };
}

async function measured(keys: number): Promise<Round> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  let ahead = 0;
  const cloud = await startCloud({ now: () => Date.now() + ahead });
  try {
    const starts: CoreEvent[] = [];
    const histories = await furnish(cloud, keys, starts);
    const versions = histories.reduce((sum, one) => sum + one.versions.length, 0);
    await Promise.all([
      ...['scan', 'schedule'].map((name) =>
        bundleFunction(name, { root: ROOT, output: folder, runtime: 'Nodejs20.19' }),
      ),
      bundlePrograms(folder, ['backfill-bare', 'backfill-sdk', 'run-of']),
    ]);
    let requests = 0;
    const onRequest = cloud.faults.onRequest.bind(cloud.faults);
    cloud.faults.onRequest = (info) => {
      if (info.service === 'cos') requests += 1;
      return onRequest(info);
    };
    const file = join(folder, 'given.json');
    const run = async (program: string, given: unknown, args: readonly string[]): Promise<number> => {
      await writeFile(file, JSON.stringify(given));
      const environment = { ...environmentOf(cloud), AHEAD_MS: String(ahead) };
      const told = await runNode([join(folder, `${program}.cjs`), ...args], environment);
      return (JSON.parse(told) as { readonly total: number }).total;
    };
    // Existing objects are older than what a listing may lack.
    ahead = HOUR;
    let scan = 0;
    for (let minutes = 0; !(await isEnded(cloud)); minutes += 1) {
      if (minutes > 10) throw new Error('the scan did not end');
      await run('run-of', [{}], [join(folder, 'schedule', 'index.js'), file]);
      while (starts.length > 0) {
        const events = starts.splice(0).map((event) => cosEvent(event, TARGET, cloud.core.switches));
        scan += await run('run-of', events, [join(folder, 'scan', 'index.js'), file]);
      }
      ahead += 2 * MINUTE;
    }
    const made = requests;
    // The others go by the clock of the machine.
    ahead = 0;
    const source = hostOf(SOURCE);
    const bare = await run('backfill-bare', histories, [file, source, hostOf(OTHERS)]);
    const others = [OTHERS.bucket, OTHERS.region, SOURCE.bucket, SOURCE.region];
    const sdk = await run('backfill-sdk', histories, [file, source, ...others]);
    return { versions, requests: made, scan, bare, sdk, ...compare(cloud, histories) };
  } finally {
    await cloud.close();
    await rm(folder, { recursive: true });
  }
}

/** Buckets, objects with an older version here and there, and a rule that asks for all of them. */
async function furnish(cloud: LocalCloud, keys: number, starts: CoreEvent[]): Promise<readonly History[]> {
  const { core } = cloud;
  core.createBucket(STATE.bucket, STATE.region);
  for (const { bucket, region } of [SOURCE, BACKUP, OTHERS]) {
    core.createBucket(bucket, region);
    core.putVersioning(bucket, region, 'Enabled');
  }
  const body = cloud.blobs.fromBytes(Buffer.alloc(10_000, 'x'));
  const attributes = plain({ meta: META, headers: { 'content-type': TYPE } });
  const context = { requestId: 'user' };
  const histories = Array.from({ length: keys }, (_, i) => {
    const key = `photos/${String(i).padStart(6, '0')}.jpg`;
    const count = i % 100 < OLDER ? 2 : 1;
    const put = (): string => core.putObject(SOURCE.bucket, SOURCE.region, key, body, attributes, context).versionId;
    return { key, versions: Array.from({ length: count }, put) };
  });
  core.onEvent((event) => {
    if (event.bucket === STATE.bucket && event.key.startsWith('scans/') && event.name.includes('Created'))
      starts.push(event);
  });
  const user = createCosClient({ credentials: () => cloud, endpoint: cloud.endpoint });
  const rules = [wholeBucket(BACKUP, { existing: 'All', start: Date.now() + HOUR / 2 })];
  const ruleSet = { source: SOURCE, role: 'qcs::cam::uin/1:uin/1', rules, created: 0 };
  await createRuleStore({ cos: user, state: STATE, now: Date.now }).put(stored(ruleSet));
  await ensureMarkerKey({ cos: user, state: STATE, random: randomBytes });
  user.close();
  return histories;
}

const environmentOf = (cloud: LocalCloud): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  STATE_BUCKET: STATE.bucket,
  TENCENTCLOUD_REGION: STATE.region,
  SOURCES: formatPlace(SOURCE),
  DESTINATIONS: formatPlace(BACKUP),
  COS_ENDPOINT: cloud.endpoint,
  TENCENTCLOUD_SECRETID: cloud.secretId,
  TENCENTCLOUD_SECRETKEY: cloud.secretKey,
});

/** The result of a scan is written at its end. */
function isEnded({ core }: LocalCloud): Promise<boolean> {
  const { entries } = core.listObjects(STATE.bucket, STATE.region, { prefix: 'pairs/' });
  return Promise.resolve(entries.some(({ key }) => key.endsWith('/result')));
}

/** Replicas that are missing or not like their source, and those that are too many. */
function compare({ core }: LocalCloud, histories: readonly History[]): Pick<Round, 'lost' | 'surplus'> {
  let [lost, surplus] = [0, 0];
  for (const { key, versions } of histories) {
    const { entries } = core.listVersions(BACKUP.bucket, BACKUP.region, { prefix: key });
    const found = entries.toReversed();
    surplus += Math.max(0, found.length - versions.length);
    for (const [i, version] of versions.entries()) {
      const { meta = {}, headers = {} } = found[i]?.attributes ?? {};
      const isRight =
        meta['replication-source']?.endsWith(`/${version}`) === true &&
        meta['album'] === META.album &&
        headers['content-type'] === TYPE;
      if (!isRight) lost += 1;
    }
  }
  return { lost, surplus };
}
