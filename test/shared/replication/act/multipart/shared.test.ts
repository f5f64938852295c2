import { describe, expect, it } from 'vitest';
import { LANES } from '../../../../../shared/replication/act/multipart/lanes.ts';
import { copyInStreams, STREAM, type StreamFaults, type StreamResult } from '../../../../bench/streams.ts';

const GIGABYTE = 2 ** 30;
/** Small enough for a test: three runs with eight parts at a time each. */
const SIZE = 6 * GIGABYTE;
const SHARING = { runs: 3, lanes: 8, from: SIZE };
const PARTS = 256;

const copied = ({ requests }: StreamResult): number => requests['uploadPartCopy'] ?? 0;

/** Each version of the source has one replica with its bytes, in its order, and no work is left. */
function expectDone({ replicas, sources, left, requests }: StreamResult, completions = 1): void {
  const bytes = (versions: typeof sources) => versions.map(({ blob }) => [blob?.size, blob?.crc64]);
  expect(bytes(replicas)).toEqual(bytes(sources));
  expect(left).toEqual([]);
  expect(requests['completeMultipart']).toBe(completions);
}

describe('several runs on one object', () => {
  it.each([
    [50, 0.8],
    [100, 0.9],
    [1024, 0.95],
  ])('use 256 streams for %d GB, %d of them all the time', async (gigabytes, share) => {
    const size = gigabytes * GIGABYTE;
    const result = await copyInStreams(size);
    expectDone(result);
    expect(size / (256 * STREAM) / result.copying).toBeGreaterThan(share);
  });

  it('copy each part once, and one of them completes the upload', async () => {
    const result = await copyInStreams(SIZE, SHARING);
    expectDone(result);
    expect(copied(result)).toBe(PARTS);
    expect(result.helps).toBe(2);
    expect(result.seconds).toBeLessThan((await copyInStreams(SIZE, { ...SHARING, runs: 1 })).seconds / 2);
  });

  it('are a single run below the size from which sharing pays', async () => {
    const result = await copyInStreams(SIZE, { ...SHARING, from: SIZE + 1 });
    expectDone(result);
    expect(result.helps).toBe(0);
  });

  // P48
  it.each<[string, StreamFaults]>([
    ['an event for help never arrives', { lost: [1] }],
    ['no event for help arrives', { lost: [1, 2] }],
    ['an event for help arrives when half of the work is done', { late: { 1: 60_000 } }],
    ['an event for help arrives after the end', { late: { 1: 800_000 } }],
    ['each event for help arrives twice', { doubled: true }],
    ['a run that helps is killed', { kill: { run: 2, part: 20 } }],
    ['the run that has the key is killed', { kill: { run: 1, part: 20 } }],
  ])('make one replica when %s', async (_, faults) => {
    const result = await copyInStreams(SIZE, SHARING, faults);
    expectDone(result);
    // Parts that are copied twice are paid for twice. Without doubled events these are at most the parts in progress.
    expect(copied(result)).toBeLessThan(faults.doubled ? 2 * PARTS : PARTS + 2 * LANES);
  });

  // P49
  it('make a replica of each version when the source is overwritten at the same time', async () => {
    const result = await copyInStreams(SIZE, SHARING, { overwriteAt: 50 });
    expectDone(result, 2);
    expect(result.sources).toHaveLength(2);
  });
});
