import { round } from './middle.ts';
import { copyInStreams, STREAM } from './streams.ts';
import type { BenchResult } from './types.ts';

const GIGABYTE = 2 ** 30;
/** The largest object of COS. */
const LARGEST = 50_000;
/**
 * GB, and the streams that an object of that size may use: a run has 64, and from 50 GB on four runs share the work.
 */
const SIZES = [
  [8, 64],
  [50, 256],
  [100, 256],
  [1024, 256],
  [LARGEST, 256],
] as const;
/**
 * Percent of the streams that may be idle between the first part and the last. Helpers start a second and a half after
 * the run that asks for them, and 50 GB take eleven seconds.
 */
const MOST_IDLE: Readonly<Record<number, number>> = { 50: 17 };
const USUAL_IDLE = 10;

/**
 * Large objects in virtual time: the real functions and engine, 20 MB a second for each stream, a timer each minute.
 */
export async function benchLarge(): Promise<BenchResult> {
  const figures: Record<string, { seconds: number; idlePercent: number; requestsPerPart: number }> = {};
  for (const [gigabytes, streams] of SIZES) {
    const size = gigabytes * GIGABYTE;
    const { seconds, copying, requests, replicas } = await copyInStreams(size);
    if (replicas.length !== 1) throw new Error(`${replicas.length} replicas of ${gigabytes} GB`);
    const all = Object.values(requests).reduce((sum, count) => sum + count, 0);
    figures[gigabytes] = {
      seconds: Math.round(seconds),
      idlePercent: round(100 * (1 - size / (streams * STREAM) / copying)),
      requestsPerPart: round(all / (requests['uploadPartCopy'] ?? Number.NaN)),
    };
  }
  const largest = figures[LARGEST];
  return {
    ok: true,
    figures,
    lines: Object.entries(figures).map(
      ([gigabytes, { seconds, idlePercent, requestsPerPart }]) =>
        `${gigabytes.padStart(6)} GB  ${seconds} s, ${idlePercent} % of the streams idle, ${requestsPerPart} requests a part`,
    ),
    limited: [
      ...SIZES.map(([gigabytes, streams]) => ({
        name: `large: percent of ${streams} streams idle, ${gigabytes} GB`,
        value: figures[gigabytes]?.idlePercent ?? Number.NaN,
        most: MOST_IDLE[gigabytes] ?? USUAL_IDLE,
        kind: 'count' as const,
      })),
      {
        name: 'large: hours for 48.8 TB',
        value: round((largest?.seconds ?? Number.NaN) / 3600),
        most: 3.5,
        kind: 'count',
      },
    ],
  };
}
