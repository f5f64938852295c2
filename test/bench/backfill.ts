import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createCosClient, hostOf } from '../../shared/cos/index.ts';
import { bundleFunction } from '../../shared/deploy/functions/bundle.ts';
import { ensureMarkerKey } from '../../shared/identity/index.ts';
import { createRuleStore } from '../../shared/rules/index.ts';
import { plain } from '../deployment/core-attributes.ts';
import type { CoreEvent } from '../cloud/cos/index.ts';
import { startCloud, type LocalCloud } from '../cloud/index.ts';
import { cosEvent } from '../cloud/scf/cos-event.ts';
import { BACKUP, SOURCE, STATE, stored, wholeBucket } from '../deployment/index.ts';
import { middle, round } from './middle.ts';
import type { History } from './programs/histories.ts';
import { findTools, type Found } from './tools.ts';
import { bundlePrograms, OTHERS, ROOT, runNode } from './site.ts';
import type { BenchOptions, BenchResult, Figure } from './types.ts';
import { environmentOf } from './environment.ts';

/** This many of a hundred keys have a second version. */
const OLDER = 24;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TARGET = { region: STATE.region, namespace: 'default', name: 'scan', qualifier: '$LATEST' };
const META = { album: 'summer' };
const TYPE = 'image/jpeg';

interface Round {
  readonly keys: number;
  readonly versions: number;
  readonly requests: number;
  /** Microseconds of CPU of all processes of each side. */
  readonly scan: number;
  readonly bare: number;
  readonly sdk: number;
  readonly lost: number;
  readonly surplus: number;
  /** The scan a day later, with nothing to do. */
  readonly idle: Pass;
  /** Microseconds of CPU of other tools that also have nothing to copy, by name. */
  readonly tools: Readonly<Record<string, number>>;
  readonly missing: readonly string[];
}

interface Pass {
  readonly requests: number;
  /** The requests among them to source and destination. */
  readonly outside: number;
  /** Microseconds of CPU. */
  readonly cpu: number;
}

/**
 * Objects that are older than their rule. The deployed `scan` copies them until its scan has ended. A bare client and a
 * loop over the official SDK do a HEAD and a copy for each version, 16 keys at a time, on the same local cloud.
 */
export async function benchBackfill({ quick }: BenchOptions): Promise<BenchResult> {
  const rounds: Round[] = [];
  for (let i = 0; i < (quick ? 1 : 3); i += 1)
    rounds.push(await measured(quick ? 500 : 5000, quick ? [] : await findTools()));
  const of = (pick: (one: Round) => number): number => round(middle(rounds.map(pick)));
  const limited: Figure[] = [
    {
      name: 'backfill: COS requests a version, state and schedule included',
      value: of(({ requests, versions }) => requests / versions),
      kind: 'count',
      // A scan's own requests weigh more with few objects, and some of them grow with the time that the machine takes.
      most: quick ? 3 : 2.2,
    },
    { name: 'backfill: CPU over a bare client', value: of(({ scan, bare }) => scan / bare), kind: 'ratio', most: 3.6 },
    { name: 'backfill: CPU over the official SDK', value: of(({ scan, sdk }) => scan / sdk), kind: 'ratio', most: 1 },
    { name: 'backfill: versions lost or changed', value: of(({ lost }) => lost), kind: 'count', most: 0 },
    {
      name: 'backfill: requests at source and destination of a pass with nothing to do, per 1,000 versions',
      value: of(({ idle, versions }) => (idle.outside / versions) * 1000),
      kind: 'count',
      // A few requests check that both sides can be used, however few versions there are.
      most: quick ? 40 : 6,
    },
    { name: 'backfill: versions too many', value: of(({ surplus }) => surplus), kind: 'count', most: 0 },
  ];
  const ms = (pick: (one: Round) => number): number => of((one) => pick(one) / one.versions / 1000);
  return {
    ok: true,
    figures: { rounds },
    limited,
    lines: [
      `CPU ms a version  ${ms(({ scan }) => scan)} scan as deployed, ${ms(({ bare }) => bare)} bare, ${ms(({ sdk }) => sdk)} official SDK`,
      `a pass with nothing to do  ${ms(({ idle }) => idle.cpu)} scan as deployed${told(rounds)}`,
    ],
  };
}

/** The same of other tools that find nothing to copy, on the same objects. */
function told([first]: readonly Round[]): string {
  if (first === undefined) return '';
  const { tools, missing, keys } = first;
  const ms = Object.entries(tools).map(([name, cpu]) => `, ${round(cpu / keys / 1000)} ${name} for each object`);
  return [...ms, ...missing.map((name) => `, ${name} is missing`)].join('');
}

async function measured(keys: number, tools: readonly Found[]): Promise<Round> {
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
    let [requests, outside] = [0, 0];
    const onRequest = cloud.faults.onRequest.bind(cloud.faults);
    cloud.faults.onRequest = (info) => {
      if (info.service === 'cos') requests += 1;
      if ([SOURCE.bucket, BACKUP.bucket].includes(info.bucket)) outside += 1;
      return onRequest(info);
    };
    const file = join(folder, 'given.json');
    const run = async (program: string, given: unknown, args: readonly string[]): Promise<number> => {
      await writeFile(file, JSON.stringify(given));
      const environment = { ...environmentOf(cloud), AHEAD_MS: String(ahead) };
      const told = await runNode([join(folder, `${program}.cjs`), ...args], environment);
      return (JSON.parse(told) as { readonly total: number }).total;
    };
    // Existing objects are so old that every listing has them.
    ahead = HOUR;
    const pass = async (): Promise<Pass> => {
      const [before, made, madeOutside] = [resultOf(cloud), requests, outside];
      let cpu = 0;
      for (let minutes = 0; resultOf(cloud) === before; minutes += 1) {
        if (minutes > 10) throw new Error('the scan did not end');
        await run('run-of', [{}], [join(folder, 'schedule', 'index.js'), file]);
        while (starts.length > 0) {
          const events = starts.splice(0).map((event) => cosEvent(event, TARGET, cloud.core.switches));
          cpu += await run('run-of', events, [join(folder, 'scan', 'index.js'), file]);
        }
        ahead += 2 * MINUTE;
      }
      return { requests: requests - made, outside: outside - madeOutside, cpu };
    };
    const first = await pass();
    ahead += DAY;
    const idle = await pass();
    // The other clocks are the machine's.
    ahead = 0;
    const source = hostOf(SOURCE);
    const bare = await run('backfill-bare', histories, [file, source, hostOf(OTHERS)]);
    const places = [OTHERS.bucket, OTHERS.region, SOURCE.bucket, SOURCE.region];
    const sdk = await run('backfill-sdk', histories, [file, source, ...places]);
    const synced: Record<string, number> = {};
    for (const one of tools)
      if ('tool' in one) synced[one.tool.name] = await one.tool.sync({ cloud, folder }, 'photos/');
    const missing = tools.flatMap((one) => ('missing' in one ? [one.name] : []));
    const { requests: made, cpu: scan } = first;
    const others = { tools: synced, missing };
    return { keys, versions, requests: made, scan, bare, sdk, ...compare(cloud, histories), idle, ...others };
  } finally {
    await cloud.close();
    await rm(folder, { recursive: true });
  }
}

/** Buckets, objects of which some have an older version, and a rule that asks for all of them. */
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

/**
 * The result of the last scan, with the time at which it was written (microseconds since 1970); undefined: none has
 * ended.
 */
function resultOf({ core }: LocalCloud): number | undefined {
  const { entries } = core.listObjects(STATE.bucket, STATE.region, { prefix: 'pairs/' });
  return entries.find(({ key }) => key.endsWith('/result'))?.time;
}

/** Replicas that are missing or unlike their source, and surplus ones. */
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
