import type COS from 'cos-nodejs-sdk-v5';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatPlace, type Place } from '../../shared/cos/index.ts';
import { ROLE } from '../cloud/job/index.ts';
import { setRule } from '../cloud/job/rule.ts';
import { allowCaller, openSite, type Site } from './project.ts';

/** Two deployments by the real CLI. */
const LONG = 240_000;
const NORTH: Place = { bucket: 'north-1250000000', region: 'ap-beijing' };
const SOUTH: Place = { bucket: 'south-1250000000', region: 'ap-guangzhou' };
const STATES: readonly Place[] = [
  { bucket: 'crr-dev-bj-1250000000', region: 'ap-beijing' },
  { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' },
];

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

const at = ({ bucket, region }: Place, key: string) => ({ Bucket: bucket, Region: region, Key: key });

/** What a reader gets; undefined: nothing. */
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
  it('are deployed from one serverless.yml, once per region', async () => {
    const lists = { sources: [NORTH, SOUTH].map(formatPlace), destinations: [SOUTH, NORTH].map(formatPlace) };
    for (const { region } of [NORTH, SOUTH]) {
      const output = await project.serverless(['deploy', '--region', region], lists);
      expect(output).toMatch(/replicate: created/);
    }
    for (const state of STATES) await allowCaller(cloud, state);
    await setRule(api, NORTH, SOUTH, ROLE);
    await setRule(api, SOUTH, NORTH, ROLE);
  });

  it('show the same object, whichever of them was written to', async () => {
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

  it('agree after both were written to at once', async () => {
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
});
