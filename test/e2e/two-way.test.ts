import type COS from 'cos-nodejs-sdk-v5';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatPlace, type Place } from '../../shared/cos/index.ts';
import { keepTicking } from '../cloud/job/index.ts';
import { failOverAndBack, setUp, type Stage } from '../live/fail-over.ts';
import { BACKUP, blocksOf, PHOTOS } from '../live/runbook.ts';
import { allowCaller, openSite, type Site } from './project.ts';

/** Two deployments by the real CLI. */
const LONG = 600_000;
/** The names of the runbook, whose scripts run here. */
const [NORTH, SOUTH] = [BACKUP, PHOTOS];
const STATES: readonly Place[] = [
  { bucket: 'crr-dev-sh-1250000000', region: 'ap-shanghai' },
  { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' },
];

/** Commands that wait ask every five seconds. */
const REST_MS = 2000;

let site: Site;
let cloud: Site['cloud'];
let project: Site['project'];
let sdk: Site['sdk'];
let api: Site['api'];
beforeAll(async () => {
  site = await openSite([NORTH, SOUTH]);
  ({ cloud, project, sdk, api } = site);
});
afterAll(() => site.close());

const lists = { sources: [SOUTH, NORTH].map(formatPlace), destinations: [NORTH, SOUTH].map(formatPlace) };

/** Fires the timer of each region that has one. */
function beginMinute(): void {
  for (const { region } of [NORTH, SOUTH]) {
    const id = { region, namespace: 'default', name: 'cos-replication-dev-schedule' };
    if (cloud.scf.listFunctions(region, 'default').some(({ id: { name } }) => name === id.name)) cloud.scf.tick(id);
  }
}

/** The timers go on while a command waits. */
async function whileTicking<T>(work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const ticking = keepTicking({ beginMinute, idle: () => cloud.scf.idle(), restMs: REST_MS }, over.signal);
  try {
    return await work;
  } finally {
    over.abort();
    await ticking;
  }
}

const stage = (): Stage => ({
  photos: SOUTH,
  backup: NORTH,
  folder: project.folder,
  serverless: (words) => whileTicking(project.serverless(words, lists)),
  put: async (place, key, body) => void (await sdk.putObject({ ...at(place, key), Body: body })),
  remove: async (place, key) => void (await sdk.deleteObject(at(place, key))),
  read,
});

const at = ({ bucket, region }: Place, key: string) => ({ Bucket: bucket, Region: region, Key: key });

/** The object that a reader gets; undefined: none. */
async function read(place: Place, key: string): Promise<string | undefined> {
  try {
    return String((await sdk.getObject(at(place, key))).Body);
  } catch (error) {
    if ((error as COS.CosSdkError).statusCode === 404) return undefined;
    throw error;
  }
}

/** Makes a deployment look at a key from scratch, as a scan does, and waits until nothing runs any more. */
async function lookAt({ bucket, region }: Place, key: string): Promise<void> {
  await api.request({
    Bucket: bucket,
    Region: region,
    Method: 'POST',
    Query: { replicationReattempt: '' },
    Body: JSON.stringify({ keys: [key] }),
    ContentType: 'application/json',
  });
  await cloud.scf.idle();
}

async function replicationStatus({ bucket, region }: Place, key: string): Promise<unknown> {
  const answer = (await api.request({
    Bucket: bucket,
    Region: region,
    Key: key,
    Method: 'GET',
    Query: { replicationStatus: '' },
    RawBody: true,
  })) as unknown as { Body: string };
  return JSON.parse(answer.Body);
}

describe.sequential('two buckets that replicate to each other', { timeout: LONG }, () => {
  it('are set up by the script of the runbook, which shows the output of a deployment', async () => {
    const said = await setUp(stage());
    expect(said.map((text) => /(replicate: created|1 rule stored, 1 enabled)/.exec(text)?.[0])).toEqual([
      'replicate: created',
      'replicate: created',
      '1 rule stored, 1 enabled',
      '1 rule stored, 1 enabled',
    ]);
    const plain = (text: string) => text.replaceAll(/-[a-z0-9]{10}\.|\d+(\.\d+)? kB|key [\w-]{43}/g, '#');
    const block = blocksOf('## First deployment', 'console')[0] ?? '';
    const [shown, real] = [block, said[0] ?? ''].map((text) => plain(text).split('\n'));
    const made = (lines: readonly string[] = []) =>
      lines.slice(
        lines.findIndex((line) => line.startsWith('state bucket')),
        lines.findIndex((line) => line.startsWith('function URL')) + 1,
      );
    expect(made(shown).length).toBeGreaterThan(10);
    expect(made(real)).toEqual(made(shown));
    expect(real).toContain(shown?.find((line) => line.startsWith('packaged')));
    for (const state of STATES) await allowCaller(cloud, state);
    // Scans of existing objects begin and end while there are none. Later they would find young versions, and look at them
    // again after a minute.
    beginMinute();
    await cloud.scf.idle();
  });

  it('show the same object after a write to either', async () => {
    await sdk.putObject({ ...at(NORTH, 'a'), Body: 'first, from the north' });
    await cloud.scf.idle();
    expect(await read(SOUTH, 'a')).toBe('first, from the north');
    await sdk.putObject({ ...at(SOUTH, 'a'), Body: 'second, from the south' });
    await cloud.scf.idle();
    expect(await read(NORTH, 'a')).toBe('second, from the south');
    expect(await read(SOUTH, 'a')).toBe('second, from the south');
  });

  it('come to rest, with each version once on either side', () => {
    for (const { bucket, region } of [NORTH, SOUTH]) {
      expect(cloud.core.listVersions(bucket, region, { prefix: 'a' }).entries).toHaveLength(2);
    }
  });

  it('agree after a write to both at once', async () => {
    await Promise.all([NORTH, SOUTH].map((place) => sdk.putObject({ ...at(place, 'b'), Body: place.bucket })));
    await cloud.scf.idle();
    const [north, south] = [await read(NORTH, 'b'), await read(SOUTH, 'b')];
    expect(north).toBe(south);
    expect([NORTH.bucket, SOUTH.bucket]).toContain(north);
  });

  it('pass a deletion on, and do not send its delete marker back', async () => {
    await sdk.deleteObject(at(NORTH, 'a'));
    await cloud.scf.idle();
    expect([await read(NORTH, 'a'), await read(SOUTH, 'a')]).toEqual([undefined, undefined]);
    const [marker] = cloud.core.listVersions(NORTH.bucket, NORTH.region, { prefix: 'a' }).entries;
    expect(marker).toMatchObject({ deleteMarker: true });

    const { Bucket, Region } = at(NORTH, 'a');
    const status = await replicationStatus(SOUTH, 'a');
    expect(status).toMatchObject({ deleteMarker: true, role: 'replica', destinations: [] });

    await sdk.deleteMultipleObject({ Bucket, Region, Objects: [{ Key: 'a', VersionId: marker?.versionId ?? '' }] });
    for (const place of [SOUTH, NORTH]) await lookAt(place, 'a');
    expect(await read(NORTH, 'a')).toBe('second, from the south');
    expect(await read(SOUTH, 'a')).toBe(undefined);
  });

  it('let the writers move to the other bucket and back, by the scripts of the runbook', async () => {
    await expect(failOverAndBack(stage())).resolves.toBeUndefined();
  });
});
