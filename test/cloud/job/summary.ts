import type { Lag } from './lag.ts';
import type { Mismatch } from './types.ts';

export interface Summary {
  /** Keys that were written. */
  readonly objects: number;
  readonly versions: number;
  /** At the source. */
  readonly deleteMarkers: number;
  /** Of all versions. */
  readonly bytes: number;
  /** From the first upload until both sides agreed. */
  readonly seconds: number;
  readonly mismatches: readonly Mismatch[];
  readonly lag: Lag;
}

const MOST_SHOWN = 20;

/** The line that `--json` prints; other programs rely on its names. */
export function summaryJson(summary: Summary): string {
  const { objects, versions, deleteMarkers, bytes, seconds, mismatches, lag } = summary;
  return JSON.stringify({
    objects,
    versions,
    deleteMarkers,
    bytes,
    seconds: Math.round(seconds * 1000) / 1000,
    mismatches: mismatches.length,
    lagMs: { p50: lag.p50, p99: lag.p99, max: lag.max },
  });
}

const count = (n: number): string => n.toLocaleString('en-US');
const size = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const time = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);

export function summaryText(summary: Summary): string {
  const { objects, versions, deleteMarkers, bytes, seconds, mismatches, lag } = summary;
  const rate = (n: number): string => (seconds > 0 ? n / seconds : n).toFixed(1);
  const rows = [
    ['objects', `${count(objects)} in ${count(versions)} versions, ${count(deleteMarkers)} delete markers`],
    ['bytes', size(bytes)],
    [
      'time',
      `${seconds.toFixed(1)} s: ${rate(objects)} objects, ${rate(versions)} versions a second, uploads included`,
    ],
    ['lag', `p50 ${time(lag.p50)} · p99 ${time(lag.p99)} · max ${time(lag.max)}`],
    ['mismatches', count(mismatches.length)],
  ] as const;
  const lines = rows.map(([name, value]) => `  ${name.padEnd(12)}${value}`);
  return [
    mismatches.length === 0 ? 'Everything is there, byte for byte.' : 'NOT everything is there as it should be.',
    ...lines,
    ...mismatches.slice(0, MOST_SHOWN).map(({ key, versionId, what }) => `    ${key} ${versionId ?? ''}: ${what}`),
    ...(mismatches.length > MOST_SHOWN ? [`    … and ${count(mismatches.length - MOST_SHOWN)} more`] : []),
  ].join('\n');
}
