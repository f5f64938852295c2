import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { CosError } from '../../../shared/cos/index.ts';
import { createMarkerKnowledge, storePreflight } from '../../../shared/preflight/index.ts';
import { BACKUP as PLACE, createStorage, placeIn, STATE, watched, type Storage } from '../../deployment/index.ts';

const DAY = 24 * 3_600_000;

let storage: Storage;
let time: number;
let calls: string[];
let failing: string | undefined;
let runs = 0;

beforeEach(() => {
  time = 1_700_000_000_000;
  calls = [];
  failing = undefined;
  const switches = { markerOn404: true };
  storage = createStorage({ now: () => time, versioned: [PLACE], plain: [STATE], switches });
});
afterEach(() => storage.close());

/** As an instance sees it that has just started. */
function instance() {
  const cos = watched(storage.cos, {
    before: (name, args) => {
      const place = placeIn(args);
      const call = `${name} ${place.bucket.split('-')[0]}`;
      calls.push(call);
      if (call === failing)
        throw new CosError({ method: 'PUT', place }, 'planted', { code: 'AccessDenied', status: 403 });
    },
  });
  return createMarkerKnowledge({ cos, state: STATE, now: () => time, unique: () => `u${(runs += 1)}` });
}
const left = () => storage.core.listVersions(PLACE.bucket, PLACE.region, {}).entries;
const told = async (mayTry = true): Promise<boolean> => {
  const knowledge = instance();
  await knowledge.learn(PLACE, mayTry);
  return knowledge.told(PLACE);
};
const TRY = ['deleteObject backup', 'headObject backup', 'deleteObject backup'];
const tries = () => calls.filter((call) => call.endsWith(' backup'));

describe('where nobody has run a pre-flight', () => {
  it('a run finds the answer with three requests, leaves nothing, and the next instance knows it', async () => {
    expect(await told()).toBe(true);
    expect(tries()).toEqual(TRY);
    expect(left()).toEqual([]);
    expect(await told()).toBe(true);
    expect(tries()).toEqual(TRY);
  });

  it('a run also records that a 404 names no delete marker', async () => {
    storage.core.switches.markerOn404 = false;
    expect(await told()).toBe(false);
    storage.core.switches.markerOn404 = true;
    expect(await told()).toBe(false);
    expect(tries()).toEqual(TRY);
  });

  it('the answer is found out again after thirty days', async () => {
    await told();
    storage.core.switches.markerOn404 = false;
    time += 30 * DAY;
    expect(await told()).toBe(false);
    expect(tries()).toEqual([...TRY, ...TRY]);
  });

  it('a run with little time left only reads', async () => {
    expect(await told(false)).toBe(false);
    expect(tries()).toEqual([]);
  });

  it('a bucket without versions gives no answer, and nothing is written', async () => {
    storage.core.createBucket('plain-1250000000', PLACE.region);
    const knowledge = instance();
    const plain = { ...PLACE, bucket: 'plain-1250000000' };
    await knowledge.learn(plain, true);
    expect(knowledge.told(plain)).toBe(false);
    expect(calls.filter((call) => call.startsWith('putObject'))).toEqual([]);
  });

  it.each(['deleteObject backup', 'headObject backup'])(
    'a refused %s means that the answer is unknown',
    async (call) => {
      failing = call;
      expect(await told()).toBe(false);
      failing = undefined;
      expect(left()).toEqual([]);
      expect(await told()).toBe(true);
    },
  );

  it('an answer that cannot be written is still valid for its instance', async () => {
    failing = 'putObject crr';
    expect(await told()).toBe(true);
  });

  it('an unreadable answer is found out again, and replaced', async () => {
    storage.upload(STATE, `status/marker/${PLACE.bucket}`, '{');
    expect(await told()).toBe(true);
    expect(await told()).toBe(true);
    expect(tries()).toEqual(TRY);
  });
});

it("the answer of a pre-flight goes before a run's", async () => {
  const found = { destination: PLACE, measuredAt: time, passed: true, markerTold: false, checks: [] };
  await storePreflight(storage.cos, STATE, found);
  expect(await told()).toBe(false);
  expect(tries()).toEqual([]);
});
