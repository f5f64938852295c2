import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOfRules, helpWithParts } from '../../../../../shared/replication/index.ts';
import type { Help } from '../../../../../shared/tasks/index.ts';
import { nodeHash } from '../../../../../shared/cos/index.ts';
import { DESTINATION, SOURCE } from '../../decide/build.ts';
import { LargeDeployment, MEGABYTE, plain } from '../../../../deployment/index.ts';
import { SMALL, failure } from './steps.ts';

/** More parts than a run copies at once. */
const PARTS = 100;
let world: LargeDeployment;
let help: Help;
beforeEach(async () => {
  world = new LargeDeployment(SMALL);
  await world.setRule();
  const source = world.upload('k', PARTS * MEGABYTE);
  const { bucket, region } = DESTINATION;
  const uploadId = world.core.initiateMultipart(bucket, region, 'k', plain({}), { requestId: 'run' });
  const of = {
    from: SOURCE,
    versionId: source.versionId,
    etag: source.etag,
    size: PARTS * MEGABYTE,
    partSize: MEGABYTE,
  };
  const upload = { uploadId, ...of, ref: 'ref', base: null, attempt: 'attempt', terms: '' };
  const facts = { rules: digestOfRules(nodeHash, []), first: 1, last: PARTS, until: world.now + 600_000 };
  help = { source: SOURCE, destination: DESTINATION, key: 'k', upload, ...facts };
  world.calls.length = 0;
});
afterEach(() => world.close());

const open = { stop: Number.POSITIVE_INFINITY, isInForce: () => Promise.resolve(true) };
const deps = () => ({ cos: world.cos, now: () => world.now });
const helping = (options = open) => helpWithParts(deps(), help, options);
const copyPart = (partNumber: number): void => {
  const { from, versionId, uploadId } = help.upload;
  const range = [(partNumber - 1) * MEGABYTE, partNumber * MEGABYTE - 1] as const;
  const source = { ...from, key: 'k', versionId };
  world.core.uploadPartCopy(DESTINATION.bucket, DESTINATION.region, 'k', { uploadId, partNumber, source, range });
};
const partsThere = () => world.cos.listParts(DESTINATION, 'k', help.upload.uploadId);

describe('a run that helps', () => {
  // P48
  it('copies the missing parts, and neither completes nor aborts the upload', async () => {
    copyPart(3);
    const copied = await helping();
    expect(copied?.done).toBe(PARTS - 1);
    expect(await partsThere()).toHaveLength(PARTS);
    expect(world.replicas('k')).toEqual([]);
    expect(world.uploads()).toHaveLength(1);
    expect(new Set(world.calls.map(({ name }) => name))).toEqual(new Set(['listParts', 'uploadPartCopy']));
  });

  it('copies the parts of its share only', async () => {
    help = { ...help, first: 11, last: 12 };
    await helping();
    const copied = world.calls.filter(({ name }) => name === 'uploadPartCopy').map(({ args }) => args[2]);
    expect(copied).toMatchObject([{ partNumber: 11 }, { partNumber: 12 }]);
  });

  // P29
  it('copies nothing under rules that are not in force any more', async () => {
    const copied = await helping({ ...open, isInForce: () => Promise.resolve(false) });
    expect(copied).toMatchObject({ done: 0, halt: { halt: 'rules-changed' } });
  });

  it('does nothing when its time is over, or that of the run that asked', async () => {
    expect(await helping({ ...open, stop: world.now })).toBeUndefined();
    help = { ...help, until: world.now };
    expect(await helping()).toBeUndefined();
    expect(world.calls).toEqual([]);
  });

  it('ends when the upload was aborted', async () => {
    world.core.abortMultipart(DESTINATION.bucket, DESTINATION.region, 'k', help.upload.uploadId);
    expect(await helping()).toBeUndefined();
    expect(world.count('uploadPartCopy')).toBe(0);
  });

  it('skips parts that others have copied since it began', async () => {
    world.pace = 500;
    let others = 0;
    world.intercept = (name) => {
      if (name !== 'listParts' || (others += 1) !== 2) return;
      for (let part = 70; part <= 100; part += 1) copyPart(part);
    };
    await helping();
    expect(others).toBeGreaterThan(1);
    expect(world.count('uploadPartCopy')).toBe(100 - 31);
  });

  // P49
  it('copies from the version that the upload names, although it was overwritten', async () => {
    world.upload('k', PARTS * MEGABYTE, {}, 'z');
    await helping();
    const sources = world.calls.filter(({ name }) => name === 'uploadPartCopy').map(({ args }) => args[2]);
    expect(sources.length).toBeGreaterThan(0);
    for (const one of sources) expect(one).toMatchObject({ source: { versionId: help.upload.versionId } });
  });

  it('names a version without an ID by its ETag as well', async () => {
    help = { ...help, upload: { ...help.upload, versionId: 'null' } };
    world.intercept = (name) => {
      if (name === 'uploadPartCopy') throw failure('PreconditionFailed', 'none', false);
    };
    await helping();
    const [part] = world.calls.filter(({ name }) => name === 'uploadPartCopy').map(({ args }) => args[2]);
    expect(part).toMatchObject({ source: { versionId: 'null', ifMatch: help.upload.etag } });
  });

  it('leaves failed parts to the run that asked', async () => {
    world.intercept = (name) => {
      if (name === 'uploadPartCopy') throw failure('SlowDown', 'none');
    };
    expect(await helping()).toMatchObject({ done: 0, failure: { code: 'SlowDown' } });
    expect(world.tasks().filter((name) => name.startsWith('tasks/parts/'))).toEqual([]);
  });
});
