import { beforeEach, describe, expect, it } from 'vitest';
import { createStorage, START } from '../deployment/index.ts';
import { Diary } from './diary.ts';
import { excuses } from './excused.ts';
import type { Listed } from './invariants.ts';
import { Ledger } from './ledger.ts';
import { A, B } from './topology.ts';

const KEY = 'a';
const LINK = { source: A, destination: B };
const HOUR = 3_600_000;

let clock: { ms: number };
let storage: ReturnType<typeof createStorage>;
let diary: Diary;
let ledger: Ledger;

beforeEach(() => {
  clock = { ms: START };
  storage = createStorage({ now: () => clock.ms, versioned: [A, B] });
  [diary, ledger] = [new Diary(), new Ledger()];
});

function put(key = KEY): Listed {
  clock.ms += HOUR;
  return { ...storage.upload(A, key, 'text'), isLatest: true };
}

/** Returns the replica's ID. */
function replicate({ key, versionId }: Listed): string {
  clock.ms += 1000;
  const id = storage.upload(B, key, 'text').versionId;
  ledger.made.set(id, { place: B, key, origin: { bucket: A.bucket, versionId } });
  return id;
}

function expire(id: string, key = KEY): void {
  clock.ms += HOUR;
  storage.erase(B, key, id);
  diary.expired.set(id, clock.ms);
}

/** A whole scan that begins now. */
function scan(source = A.bucket): void {
  const from = clock.ms;
  clock.ms += 60_000;
  ledger.scans.push({ source, from, until: clock.ms });
}

const isExcused = (version: Listed): boolean => excuses({ core: storage.core, diary, ledger }, LINK)(version);

describe('a version without a replica', () => {
  it('is excused where the lifecycle removed its replica', () => {
    const version = put();
    const replica = replicate(version);
    expect(isExcused(version)).toBe(false);
    expire(replica);
    expect(isExcused(version)).toBe(true);
  });

  it('is excused where the lifecycle removed the only record of its gap before a scan could see it', () => {
    const lost = put();
    expire(replicate(put()));
    expect(isExcused(lost)).toBe(true);
    replicate(put());
    expect(isExcused(lost)).toBe(true);
  });

  it('is not excused where a scan could have seen that record', () => {
    const lost = put();
    const record = replicate(put());
    clock.ms += HOUR;
    scan();
    expire(record);
    expect(isExcused(lost)).toBe(false);
  });

  it('is excused although a scan began before it could see that record, ended too late, or was of another bucket', () => {
    const lost = put();
    const record = replicate(put());
    scan();
    clock.ms += HOUR;
    scan('elsewhere-1250000000');
    const from = clock.ms;
    expire(record);
    ledger.scans.push({ source: A.bucket, from, until: clock.ms + 1 });
    expect(isExcused(lost)).toBe(true);
  });

  it('is not excused where the record is there, or another replica of the same version', () => {
    const lost = put();
    const next = put();
    const record = replicate(next);
    expect(isExcused(lost)).toBe(false);
    replicate(next);
    expire(record);
    expect(isExcused(lost)).toBe(false);
  });

  it('is not excused where a later replica, or one of another key, was removed', () => {
    const lost = put();
    expire(replicate(put('b')), 'b');
    replicate(put());
    expire(replicate(put()));
    expect(isExcused(lost)).toBe(false);
  });

  it('is not excused where no newer version ever had a replica', () => {
    expire(replicate(put()));
    expect(isExcused(put())).toBe(false);
  });
});
