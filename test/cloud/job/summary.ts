import { count, counted } from './counts.ts';
import type { Lag } from './lag.ts';
import type { Paint } from './paint.ts';
import type { Mismatch } from './types.ts';

export interface Summary {
  /** Keys that were written. */
  readonly objects: number;
  /** The keys among them that are no file of the folder: the job's own, with odd names. */
  readonly extra: number;
  readonly versions: number;
  /** At the source. */
  readonly deleteMarkers: number;
  /** Of all versions. */
  readonly bytes: number;
  /** From the first upload until both sides agreed. */
  readonly seconds: number;
  readonly mismatches: readonly Mismatch[];
  /** The lag of versions that were written under the rule and had an event. */
  readonly lag: Lag;
  readonly scan: {
    /** Versions from before the rule. */
    readonly before: number;
    readonly lostEvents: number;
    /** Undefined: the scan did not report in time. */
    readonly did: Did | undefined;
  };
}

/** The work that a scan reports. */
export interface Did {
  readonly looked: number;
  readonly copied: number;
  readonly deleteMarkers: number;
  readonly removed: number;
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

const size = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const time = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);

type Row = readonly [name: string, text: string];

function scanRows(did: Did | undefined): readonly Row[] {
  if (did === undefined) return [['scan', 'has not reported its findings']];
  const { looked, copied, deleteMarkers, removed } = did;
  const missing = `${counted(copied, 'missing version')}, ${counted(deleteMarkers, 'missing delete marker')}`;
  const surplus: readonly Row[] = removed === 0 ? [] : [['removed', counted(removed, 'surplus replica')]];
  return [['scan', `looked at ${counted(looked, 'key')}`], ['found', missing], ...surplus];
}

export function summaryText(summary: Summary, paint: Paint): string {
  const { objects, extra, versions, deleteMarkers, bytes, seconds, mismatches, lag, scan } = summary;
  const rate = (n: number): string => (seconds > 0 ? n / seconds : n).toFixed(1);
  const rows: readonly Row[] = [
    ['objects', `${count(objects)}: ${counted(objects - extra, 'file')}, ${count(extra)} of the job's own`],
    ['versions', `${count(versions)}, and ${counted(deleteMarkers, 'delete marker')}`],
    ['bytes', size(bytes)],
    ['time', `${seconds.toFixed(1)} s: ${rate(objects)} objects, ${rate(versions)} versions a second, with uploads`],
    ['lag', `p50 ${time(lag.p50)} · p99 ${time(lag.p99)} · max ${time(lag.max)}`],
    ['before', `${counted(scan.before, 'version')} from before the rule`],
    ['lost', `${counted(scan.lostEvents, 'event')}, dropped on purpose`],
    ...scanRows(scan.did),
    ['mismatches', count(mismatches.length)],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(12)}${value}`);
  return [
    mismatches.length === 0
      ? paint.green('Everything is there, byte for byte.')
      : paint.red('NOT everything is there as it should be.'),
    ...lines,
    ...mismatches.slice(0, MOST_SHOWN).map(({ key, versionId, what }) => `    ${key} ${versionId ?? ''}: ${what}`),
    ...(mismatches.length > MOST_SHOWN ? [`    … and ${count(mismatches.length - MOST_SHOWN)} more`] : []),
  ].join('\n');
}
