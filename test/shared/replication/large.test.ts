import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CosError, type Cos } from '../../../shared/cos/index.ts';
import { LARGEST_OBJECT, LARGEST_PART } from '../../../shared/replication/large-parts.ts';
import { DESTINATION, SOURCE } from './build.ts';
import { GIGABYTE, LargeWorld, MEGABYTE } from './large-world.ts';

/** Parts of one megabyte from three on, so that a handful of parts is a large object. */
const SMALL = { largeFrom: 3 * MEGABYTE };

let world: LargeWorld;
async function open(settings: ConstructorParameters<typeof LargeWorld>[0] = SMALL) {
  world = new LargeWorld(settings);
  await world.setRule();
}
beforeEach(() => open());
afterEach(() => world.close());

const failure = (code: string, outcome: 'none' | 'unknown', retryable = true) =>
  new CosError({ method: 'PUT', place: DESTINATION }, 'the test', { code, outcome, retryable });

/** Runs `then` in place of, or before, the nth request of a kind. */
function onNth(wanted: keyof Cos, nth: number, then: () => void): void {
  let seen = 0;
  world.intercept = (name) => {
    if (name !== wanted) return;
    seen += 1;
    if (seen === nth) then();
  };
}

function expectReplica(key: string, source: { blob: { size: number; crc64: string } | undefined; versionId: string }) {
  const replicas = world.replicas(key).filter((version) => !version.deleteMarker);
  const its = replicas.filter((one) => one.attributes.meta['replication-source']?.endsWith(`/${source.versionId}`));
  expect(its).toHaveLength(1);
  expect(its[0]?.blob?.size).toBe(source.blob?.size);
  expect(its[0]?.blob?.crc64).toBe(source.blob?.crc64);
  return its[0]!;
}

describe('an object past the limit of one request', () => {
  it('of 6 GB is copied in parts, proven by its CRC64', async () => {
    await open({});
    const source = world.upload('film', 6 * GIGABYTE);
    await world.event(source);
    await world.rest();
    const replica = expectReplica('film', source);
    expect(replica.multipart).toBe(true);
    expect(replica.attributes.meta['replication-crc64']).toBe(source.blob?.crc64);
    expect(world.count('copyObject')).toBe(0);
    expect(world.count('uploadPartCopy')).toBe(171);
    expect(world.uploads()).toEqual([]);
    expect(world.tasks()).toEqual([]);
  });

  it('of 48.8 TB goes in 10,000 parts of 5 GB', async () => {
    await open({});
    const source = world.upload('archive', LARGEST_OBJECT);
    await world.event(source);
    await world.rest();
    expectReplica('archive', source);
    expect(world.count('uploadPartCopy')).toBe(10_000);
    const ranges = world.calls
      .filter(({ name }) => name === 'uploadPartCopy')
      .map(({ args }) => (args[2] as { range: readonly [number, number] }).range);
    expect(ranges.every(([start, end]) => end - start + 1 === LARGEST_PART)).toBe(true);
  });

  it('below the threshold one request copies it', async () => {
    const source = world.upload('small', 3 * MEGABYTE - 1);
    await world.event(source);
    expect(expectReplica('small', source).multipart).toBe(false);
    expect(world.count('initiateMultipart')).toBe(0);
  });

  it('headers, metadata, class and tags come along, and the marker says that it came in parts', async () => {
    await world.setRule({ storageClass: 'STANDARD_IA' });
    const source = world.upload('k', 4 * MEGABYTE, {
      headers: { 'content-type': 'video/mp4', 'content-language': 'de' },
      meta: { owner: 'me' },
      tags: [
        ['a', '1'],
        ['b', 'ü &='],
      ],
    });
    await world.event(source);
    const { attributes } = expectReplica('k', source);
    expect(attributes.headers).toMatchObject({ 'content-type': 'video/mp4', 'content-language': 'de' });
    expect(attributes.meta).toMatchObject({ owner: 'me' });
    expect(attributes.meta['replication-id']).toMatch(/^\d+-p/);
    expect(attributes.storageClass).toBe('STANDARD_IA');
    expect(attributes.tags).toEqual(source.attributes.tags);
  });

  it('every version gets its replica, in order, also when an older one was missed', async () => {
    const first = world.upload('k', 4 * MEGABYTE, {}, '1');
    const second = world.upload('k', 5 * MEGABYTE, {}, '2');
    await world.event(second);
    await world.event(first);
    await world.rest();
    expectReplica('k', first);
    expectReplica('k', second);
    const order = world.replicas('k').map(({ blob }) => blob?.size);
    expect(order).toEqual([5 * MEGABYTE, 4 * MEGABYTE]);
    // The newer one was put on top again within the destination, in parts as well.
    expect(world.count('copyObject')).toBe(0);
  });
});

describe('a run that is short of time', () => {
  it('hands over, and the next goes on with the parts that are there', async () => {
    const source = world.upload('k', 200 * MEGABYTE);
    world.pace = 1000;
    await world.event(source, 30_000);
    expect(world.uploads()).toHaveLength(1);
    const inFirst = world.count('uploadPartCopy');
    expect(inFirst).toBeGreaterThan(0);
    const pending = await world.pending();
    expect(pending.some(({ cause, uploads }) => cause === 'HandOver' && uploads?.length === 1)).toBe(true);

    world.pace = 1;
    await world.rest();
    expectReplica('k', source);
    expect(world.count('initiateMultipart')).toBe(1);
    expect(world.count('uploadPartCopy')).toBe(PARTS_OF_200_MB);
    expect(world.count('listParts')).toBeGreaterThan(0);
  });

  it('however often it takes turns', async () => {
    const source = world.upload('k', GIGABYTE);
    await world.event(source, 5_001);
    world.pace = 500;
    for (let i = 0; i < 100 && world.tasks().length > 0; i += 1) await world.minute(25_000);
    expectReplica('k', source);
    expect(world.count('initiateMultipart')).toBe(1);
    expect(world.count('uploadPartCopy')).toBe(Math.ceil(1024 / 15));
    const turns = world.lines.filter(({ cause }) => cause === 'HandOver');
    expect(turns.length).toBeGreaterThan(2);
    expect(world.tasks()).toEqual([]);
  });

  it('that took days is still ours, not a copy that a user made', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    await handOverAfter(source, 3);
    world.now += 20 * 3_600_000;
    await world.rest();
    const replica = expectReplica('k', source);
    expect(world.count('initiateMultipart')).toBe(1);
    const made = replica.time / 1000 - Number(replica.attributes.meta['replication-id']?.split('-')[0]) * 1000;
    expect(made).toBeGreaterThan(19 * 3_600_000);
    // A scan finds it in its place and does nothing.
    const before = world.count('uploadPartCopy');
    await scan('k');
    expect(world.replicas('k')).toHaveLength(1);
    expect(world.count('uploadPartCopy')).toBe(before);
  });

  it('begins anew when its replica would come so late that it could be a user’s', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    const uploadId = await handOverAfter(source, 3);
    world.now += 25 * 3_600_000;
    await world.rest();
    expectReplica('k', source);
    expect(world.count('initiateMultipart')).toBe(2);
    expect(new Set(abortedIds())).toEqual(new Set([uploadId]));
    expect(world.uploads()).toEqual([]);
  });

  it('that is killed leaves a record of its upload, and the next goes on from it', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    let parts = 0;
    world.intercept = (name) => {
      // The instance is gone: nothing it waits for ever comes.
      const dead = name === 'uploadPartCopy' && (parts += 1) > 4;
      return dead ? new Promise(() => undefined) : undefined;
    };
    void world.event(source);
    await settled();
    expect(world.uploads()).toHaveLength(1);
    world.intercept = () => undefined;
    world.now += 5 * 60_000;
    await world.rest();
    expectReplica('k', source);
    expect(world.count('initiateMultipart')).toBe(1);
    expect(world.uploads()).toEqual([]);
  });
});

describe('a source that changes in mid-copy', () => {
  it('deleted: the upload is aborted, and nothing is made', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    onNth('uploadPartCopy', 7, () => {
      world.core.deleteObject(SOURCE.bucket, SOURCE.region, 'k', source.versionId, { requestId: 'user' });
    });
    await world.event(source);
    await world.rest();
    expect(world.replicas('k')).toEqual([]);
    expect(world.uploads()).toEqual([]);
    expect(world.count('abortMultipart')).toBe(1);
  });

  it('overwritten: the version that was begun is finished, then the newer one copied', async () => {
    const first = world.upload('k', 20 * MEGABYTE, {}, '1');
    let second = first;
    onNth('uploadPartCopy', 7, () => (second = world.upload('k', 5 * MEGABYTE, {}, '2')));
    await world.event(first);
    await world.rest();
    expectReplica('k', first);
    expectReplica('k', second);
    expect(world.replicas('k').map(({ blob }) => blob?.size)).toEqual([5 * MEGABYTE, 20 * MEGABYTE]);
  });

  it('a null version overwritten: no part of the new bytes gets into the replica of the old', async () => {
    world.core.putVersioning(SOURCE.bucket, SOURCE.region, 'Suspended');
    const first = world.upload('k', 20 * MEGABYTE, {}, '1');
    expect(first.versionId).toBe('null');
    let second = first;
    onNth('uploadPartCopy', 7, () => {
      world.now += 2000;
      second = world.upload('k', 20 * MEGABYTE, {}, '2');
    });
    await world.event(first);
    await world.rest();
    const sums = world.replicas('k').map(({ blob }) => blob?.crc64);
    expect(sums).toEqual([second.blob?.crc64]);
    expect(world.count('initiateMultipart')).toBe(2);
    expect(world.uploads()).toEqual([]);
  });
});

describe('uploads that are of no use any more', () => {
  it('are aborted when the version got a replica otherwise', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    const uploadId = await handOverAfter(source, 3);
    await putOff();
    await world.event(source);
    expectReplica('k', source);
    expect(world.uploads().map((one) => one.uploadId)).toEqual([uploadId]);
    await world.rest();
    expectReplica('k', source);
    expect(world.uploads()).toEqual([]);
  });

  it('are aborted when the source version is gone', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    const uploadId = await handOverAfter(source, 3);
    world.core.deleteObject(SOURCE.bucket, SOURCE.region, 'k', source.versionId, { requestId: 'user' });
    await world.rest();
    expect(abortedIds()).toContain(uploadId);
    expect(world.uploads()).toEqual([]);
    expect(world.replicas('k')).toEqual([]);
  });

  it('are aborted when no rule covers the key any more', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    await handOverAfter(source, 3);
    await world.setRule({ prefix: 'other/' });
    world.now += 60_000;
    await world.rest();
    expect(world.uploads()).toEqual([]);
    expect(world.replicas('k')).toEqual([]);
    expect(world.tasks()).toEqual([]);
  });

  it('are aborted when the rule asks for something else now', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    const uploadId = await handOverAfter(source, 3);
    await world.setRule({ storageClass: 'STANDARD_IA' });
    world.now += 60_000;
    await world.rest();
    expect(expectReplica('k', source).attributes.storageClass).toBe('STANDARD_IA');
    expect(new Set(abortedIds())).toEqual(new Set([uploadId]));
    expect(world.uploads()).toEqual([]);
  });

  it('those of others are never touched', async () => {
    const { bucket, region } = DESTINATION;
    const empty = { headers: {}, meta: {}, storageClass: 'STANDARD', tags: [], encryption: undefined };
    const attributes = { ...empty, acl: { canned: 'default', grants: [] } } as const;
    const theirs = world.core.initiateMultipart(bucket, region, 'k', attributes, { requestId: 'user' });
    const source = world.upload('k', 20 * MEGABYTE);
    onNth('uploadPartCopy', 7, () => {
      world.core.deleteObject(SOURCE.bucket, SOURCE.region, 'k', source.versionId, { requestId: 'user' });
    });
    await world.event(source);
    const again = world.upload('k', 20 * MEGABYTE);
    world.intercept = () => undefined;
    await handOverAfter(again, 3);
    await world.rest();
    await scan('k');
    expectReplica('k', again);
    expect(world.uploads().map(({ uploadId }) => uploadId)).toEqual([theirs]);
    expect(abortedIds()).not.toContain(theirs);
  });

  it('one that somebody aborted is begun anew', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    const uploadId = await handOverAfter(source, 3);
    world.core.abortMultipart(DESTINATION.bucket, DESTINATION.region, 'k', uploadId);
    await world.rest();
    expectReplica('k', source);
    expect(world.count('initiateMultipart')).toBe(2);
  });
});

describe('failures', () => {
  it('parts that fail in passing are tried again in the same run', async () => {
    const source = world.upload('k', 40 * MEGABYTE);
    let parts = 0;
    world.intercept = (name) => {
      if (name === 'uploadPartCopy' && (parts += 1) % 9 === 0) throw failure('SlowDown', 'none');
    };
    await world.event(source);
    expectReplica('k', source);
    expect(parts).toBeGreaterThan(Math.ceil(40 / 3));
  });

  it('a destination that is down is left in peace, and the upload kept', async () => {
    const source = world.upload('k', 40 * MEGABYTE);
    world.intercept = (name) => {
      if (name === 'uploadPartCopy') throw failure('AnswerTimeout', 'unknown');
    };
    await world.event(source);
    for (let i = 0; i < 5; i += 1) await world.minute();
    expect(world.uploads()).toHaveLength(1);
    // A part makes no version, so the key is free although nobody knows what became of the requests.
    expect(world.core.listObjects('crr-dev-gz-1250000000', 'ap-guangzhou', { prefix: 'leases/' }).entries).toEqual([]);
    expect((await world.pending()).every(({ uploads }) => uploads?.length === 1)).toBe(true);
    expect((await world.pending()).some(({ attempts }) => attempts > 0)).toBe(true);
    world.intercept = () => undefined;
    await world.rest();
    expectReplica('k', source);
    expect(world.count('initiateMultipart')).toBe(1);
  });

  it('a completion that was not answered keeps the key taken; it had succeeded: the next run finds it', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    loseAnswerOf('completeMultipart', true);
    await world.event(source);
    const leases = () => world.core.listObjects('crr-dev-gz-1250000000', 'ap-guangzhou', { prefix: 'leases/' }).entries;
    expect(leases()).toHaveLength(1);
    world.now += 10 * 60_000;
    await world.rest();
    expectReplica('k', source);
    expect(world.count('completeMultipart')).toBe(1);
    expect(leases()).toEqual([]);
    expect(world.tasks()).toEqual([]);
  });

  it('and it had not: the next run completes the same upload', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    loseAnswerOf('completeMultipart', false);
    await world.event(source);
    world.now += 10 * 60_000;
    await world.rest();
    expectReplica('k', source);
    expect(world.count('initiateMultipart')).toBe(1);
    expect(world.count('uploadPartCopy')).toBe(PARTS_OF_20_MB);
  });

  it('other bytes than those of the source do not stay', async () => {
    const source = world.upload('k', 20 * MEGABYTE, {}, '1');
    const other = world.upload('other', 20 * MEGABYTE, {}, '2');
    let spoilt = false;
    world.intercept = (name, args) => {
      if (name !== 'completeMultipart' || spoilt) return;
      spoilt = true;
      const { bucket, region } = DESTINATION;
      const from = { ...SOURCE, key: 'other', versionId: other.versionId };
      const range = [0, MEGABYTE - 1] as const;
      const part = { uploadId: String(args[2]), partNumber: 2, source: from, range };
      const { etag } = world.core.uploadPartCopy(bucket, region, 'k', part);
      const named = args[3] as { partNumber: number; etag: string }[];
      named.splice(1, 1, { partNumber: 2, etag });
    };
    await world.event(source);
    expect(spoilt).toBe(true);
    expect(world.replicas('k')).toEqual([]);
    expect((await world.pending()).map(({ cause }) => cause)).toEqual(['ReplicaChecksumMismatch']);
    await world.rest();
    expectReplica('k', source);
  });

  it('a part that was written anew meanwhile is read again', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    let refused = false;
    world.intercept = (name) => {
      if (name !== 'completeMultipart' || refused) return;
      refused = true;
      throw failure('InvalidPart', 'none', false);
    };
    await world.event(source);
    await world.rest();
    expectReplica('k', source);
    expect(world.count('initiateMultipart')).toBe(1);
    expect(world.count('uploadPartCopy')).toBe(PARTS_OF_20_MB);
  });

  it('a final refusal gives the upload up and is put off with its cause', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    world.intercept = (name) => {
      if (name === 'completeMultipart') throw failure('EntityTooSmall', 'none', false);
    };
    await world.event(source);
    expect(world.uploads()).toEqual([]);
    expect((await world.pending()).map(({ cause }) => cause)).toEqual(['EntityTooSmall']);
  });
});

describe('two tasks of one key', () => {
  it('go on with the same upload, though only one of them knew of it', async () => {
    const source = world.upload('k', 20 * MEGABYTE);
    const uploadId = await handOverAfter(source, 3);
    const [known] = (await world.pending()).filter(({ uploads }) => uploads !== undefined);
    const { uploads: _, ...ignorant } = known!;
    await world.engine.tasks.submit({ ...ignorant, cause: 'scan' });
    const [name] = world.tasks().filter((one) => one.startsWith('tasks/'));
    // The other becomes due while the first is already looking.
    let due = false;
    world.intercept = async (call) => {
      if (call !== 'listVersions' || due) return;
      due = true;
      await world.engine.tasks.submit(known!);
    };
    await world.runTask(name!);
    await world.rest();
    expectReplica('k', source);
    expect(world.count('initiateMultipart')).toBe(1);
    expect(abortedIds().filter((id) => id !== uploadId)).toEqual([]);
  });
});

/** They go in parts of seven and of two megabytes. */
const PARTS_OF_200_MB = Math.ceil(200 / 7);
const PARTS_OF_20_MB = 20 / 2;

/** A first run that copies about so many parts and hands over. Returns the ID of its upload. */
async function handOverAfter(source: Parameters<LargeWorld['event']>[0], parts: number): Promise<string> {
  let copied = 0;
  world.intercept = (name) => {
    if (name !== 'uploadPartCopy') return;
    copied += 1;
    if (copied > parts) world.now += 60_000;
  };
  await world.event(source);
  world.intercept = () => undefined;
  world.now += 120_000;
  const [upload] = world
    .uploads()
    .filter(({ key }) => key === source.key)
    .toReversed();
  if (upload === undefined) throw new Error('the run did not hand over');
  return upload.uploadId;
}

const abortedIds = () => world.calls.filter(({ name }) => name === 'abortMultipart').map(({ args }) => args[2]);

/** The next request of this kind is not answered, whether it took effect or not. */
function loseAnswerOf(wanted: 'completeMultipart', happens: boolean): void {
  let lost = false;
  world.intercept = (name, args) => {
    if (name !== wanted || lost) return;
    lost = true;
    const [place, key, uploadId, parts] = args as Parameters<Cos['completeMultipart']>;
    if (happens) {
      world.core.completeMultipart(place.bucket, place.region, key, { uploadId, parts }, { requestId: 'late' });
    }
    throw failure('AnswerTimeout', 'unknown');
  };
}

/** What is due is due later, so that a run of the key does not see it. */
async function putOff(): Promise<void> {
  for (const name of world.tasks().filter((one) => one.startsWith('tasks/'))) {
    const found = await world.engine.tasks.load(name);
    if (found !== undefined) await world.engine.tasks.replace([found], found.task, world.now + 3_600_000);
  }
}

/** What a scan does with a key. */
async function scan(key: string): Promise<void> {
  const facts = { floor: 0, since: Number.POSITIVE_INFINITY, hints: [], cause: 'scan', attempts: 0, first: world.now };
  await world.engine.tasks.submit({ source: SOURCE, destination: DESTINATION, key, ...facts });
  await world.rest();
}

/** All that can go on has gone on. */
async function settled(): Promise<void> {
  for (let last = -1; last !== world.calls.length;) {
    last = world.calls.length;
    for (let i = 0; i < 10; i += 1) await new Promise(setImmediate);
  }
}
