import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Cos, Place } from '../../../shared/cos/index.ts';
import { CosError } from '../../../shared/cos/index.ts';
import { createMarkerKnowledge, storePreflight } from '../../../shared/preflight/index.ts';
import { createBlobStore, createCore } from '../../cloud/cos/index.ts';
import type { BlobStore, Core } from '../../cloud/cos/index.ts';
import { createCoreCos } from '../../deployment/core-cos.ts';

const PLACE = { bucket: 'backup-1250000000', region: 'ap-shanghai' };
const STATE = { bucket: 'crr-dev-gz-1250000000', region: 'ap-guangzhou' };
const DAY = 24 * 3_600_000;

let core: Core;
let blobs: BlobStore;
let time: number;
let calls: string[];
let failing: string | undefined;
let runs = 0;

beforeEach(() => {
  time = 1_700_000_000_000;
  calls = [];
  failing = undefined;
  core = createCore({ now: () => time, random: () => 0.5, switches: { markerOn404: true } });
  blobs = createBlobStore();
  core.createBucket(PLACE.bucket, PLACE.region);
  core.createBucket(STATE.bucket, STATE.region);
  core.putVersioning(PLACE.bucket, PLACE.region, 'Enabled');
});
afterEach(() => blobs.close());

/** As seen by an instance that has just started. */
function instance() {
  const real = createCoreCos(core, blobs, () => time);
  const cos = new Proxy(real, {
    get:
      (target, name: keyof Cos) =>
      (place: Place, ...rest: readonly unknown[]) => {
        const call = `${name} ${place.bucket.split('-')[0]}`;
        calls.push(call);
        if (call === failing) {
          return Promise.reject(
            new CosError({ method: 'PUT', place }, 'planted', { code: 'AccessDenied', status: 403 }),
          );
        }
        return (target[name] as (...all: readonly unknown[]) => Promise<unknown>)(place, ...rest);
      },
  });
  return createMarkerKnowledge({ cos, state: STATE, now: () => time, unique: () => `u${(runs += 1)}` });
}
const left = () => core.listVersions(PLACE.bucket, PLACE.region, {}).entries;
const told = async (mayTry = true): Promise<boolean> => {
  const knowledge = instance();
  await knowledge.learn(PLACE, mayTry);
  return knowledge.told(PLACE);
};
const TRY = ['deleteObject backup', 'headObject backup', 'deleteObject backup'];
const tries = () => calls.filter((call) => call.endsWith(' backup'));

describe('where nobody has run a pre-flight', () => {
  it('a run finds out by three requests, leaves nothing, and the next instance knows it', async () => {
    expect(await told()).toBe(true);
    expect(tries()).toEqual(TRY);
    expect(left()).toEqual([]);
    expect(await told()).toBe(true);
    expect(tries()).toEqual(TRY);
  });

  it('that a 404 says nothing is remembered as well', async () => {
    core.switches.markerOn404 = false;
    expect(await told()).toBe(false);
    core.switches.markerOn404 = true;
    expect(await told()).toBe(false);
    expect(tries()).toEqual(TRY);
  });

  it('the answer is found out once more after thirty days', async () => {
    await told();
    core.switches.markerOn404 = false;
    time += 30 * DAY;
    expect(await told()).toBe(false);
    expect(tries()).toEqual([...TRY, ...TRY]);
  });

  it('a run that has little time left only reads', async () => {
    expect(await told(false)).toBe(false);
    expect(tries()).toEqual([]);
  });

  it('a bucket that keeps no versions tells nothing, and nothing is written', async () => {
    core.createBucket('plain-1250000000', PLACE.region);
    const knowledge = instance();
    const plain = { ...PLACE, bucket: 'plain-1250000000' };
    await knowledge.learn(plain, true);
    expect(knowledge.told(plain)).toBe(false);
    expect(calls.filter((call) => call.startsWith('putObject'))).toEqual([]);
  });

  it.each(['deleteObject backup', 'headObject backup'])('a refused %s means that nothing is known', async (call) => {
    failing = call;
    expect(await told()).toBe(false);
    failing = undefined;
    expect(left()).toEqual([]);
    expect(await told()).toBe(true);
  });

  it('what cannot be written down still holds for the instance that found it', async () => {
    failing = 'putObject crr';
    expect(await told()).toBe(true);
  });

  it('what cannot be read is found out anew, and replaced', async () => {
    core.putObject(
      STATE.bucket,
      STATE.region,
      `status/marker/${PLACE.bucket}`,
      blobs.fromBytes(Buffer.from('{')),
      {
        headers: {},
        meta: {},
        storageClass: '',
        tags: [],
        acl: { canned: 'default', grants: [] },
        encryption: undefined,
      },
      { requestId: 'user' },
    );
    expect(await told()).toBe(true);
    expect(await told()).toBe(true);
    expect(tries()).toEqual(TRY);
  });
});

it('what a pre-flight has found counts before what a run would find', async () => {
  const found = { destination: PLACE, measuredAt: time, passed: true, markerTold: false, checks: [] };
  await storePreflight(
    createCoreCos(core, blobs, () => time),
    STATE,
    found,
  );
  expect(await told()).toBe(false);
  expect(tries()).toEqual([]);
});
