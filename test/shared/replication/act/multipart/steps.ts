import { expect } from 'vitest';
import { CosError, type Cos } from '../../../../../shared/cos/index.ts';
import type { Version } from '../../../../cloud/cos/index.ts';
import { DESTINATION, SOURCE } from '../../decide/build.ts';
import { type LargeDeployment, MEGABYTE } from '../../../../deployment/index.ts';

/** Parts of one megabyte from three on, so that a few parts make a large object. */
export const SMALL = { largeFrom: 3 * MEGABYTE };

/** They are uploaded in parts of seven and of two megabytes. */
export const PARTS_OF_200_MB = 50;
export const PARTS_OF_20_MB = 20;

/** A first run that copies about this many parts and hands over. Returns the ID of its upload. */
export async function handOverAfter(
  world: LargeDeployment,
  source: Parameters<LargeDeployment['event']>[0],
  parts: number,
): Promise<string> {
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

/** IDs of the uploads that were aborted so far. */
export const abortedIds = (world: LargeDeployment) =>
  world.calls.filter(({ name }) => name === 'abortMultipart').map(({ args }) => args[2]);

/** The next request of this kind gets no answer, whether it took effect or not. */
export function loseAnswerOf(world: LargeDeployment, wanted: 'completeMultipart', happens: boolean): void {
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

/** Defers the due work, so that a run of the key does not see it. */
export async function putOff(world: LargeDeployment): Promise<void> {
  for (const name of world.tasks().filter((one) => one.startsWith('tasks/'))) {
    const found = await world.engine.tasks.load(name);
    if (found !== undefined) await world.engine.tasks.replace([found], found.task, world.now + 3_600_000);
  }
}

/** The work of a scan on a key. */
export async function scan(world: LargeDeployment, key: string): Promise<void> {
  const facts = { floor: 0, since: Number.POSITIVE_INFINITY, hints: [], cause: 'scan', attempts: 0, first: world.now };
  await world.engine.tasks.submit({ source: SOURCE, destination: DESTINATION, key, ...facts });
  await world.rest();
}

/** Runs all work until none can continue. */
export async function settled(world: LargeDeployment): Promise<void> {
  for (let last = -1; last !== world.calls.length;) {
    last = world.calls.length;
    for (let i = 0; i < 10; i += 1) await new Promise(setImmediate);
  }
}

export const failure = (code: string, outcome: 'none' | 'unknown', retryable = true) =>
  new CosError({ method: 'PUT', place: DESTINATION }, 'the test', { code, outcome, retryable });

/** Runs `then` in place of, or before, the nth request of a kind. */
export function onNth(world: LargeDeployment, wanted: keyof Cos, nth: number, then: () => void): void {
  let seen = 0;
  world.intercept = (name) => {
    if (name !== wanted) return;
    seen += 1;
    if (seen === nth) then();
  };
}

/** Expects one replica of a version, with its size and CRC64, and returns it. */
export function expectReplica(
  world: LargeDeployment,
  key: string,
  source: { blob: { size: number; crc64: string } | undefined; versionId: string },
): Version {
  const replicas = world.replicas(key).filter((version) => !version.deleteMarker);
  const its = replicas.filter((one) => one.attributes.meta['replication-source']?.endsWith(`/${source.versionId}`));
  expect(its).toHaveLength(1);
  expect(its[0]?.blob?.size).toBe(source.blob?.size);
  expect(its[0]?.blob?.crc64).toBe(source.blob?.crc64);
  return its[0]!;
}
