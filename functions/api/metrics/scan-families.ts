import { EXISTING_STATES, SCAN_STATES } from '../scan-schemas.ts';
import type { DestinationState } from '../scan-schemas.ts';
import type { Family } from './text.ts';
import { gauge, gauges, oneOf, timestamp, type Row } from './series.ts';

const STANDINGS = ['replicated', 'pending', 'failed', 'skipped', 'expired'] as const;

/** Versions and cost of each rule. */
export function ruleFamilies(rows: readonly Row[]): Family[] {
  const standings = (unit: 'versions' | 'bytes') => (it: DestinationState) =>
    it.rules.flatMap(({ id, versions }) =>
      STANDINGS.map((state) => [{ rule: id, state }, versions === null ? null : versions[state][unit]] as const),
    );
  return [
    gauges(rows, 'rule_enabled', 'Whether the rule is enabled.', (it) =>
      it.rules.map(({ id, enabled }) => [{ rule: id }, Number(enabled)] as const),
    ),
    gauges(
      rows,
      'rule_cost',
      'Cost so far and of this month (UTC+8) at list prices: an estimate from the counted copies.',
      (it) =>
        it.rules.flatMap(({ id, cost }) =>
          (['soFar', 'thisMonth'] as const).map((name) => {
            const period = name === 'soFar' ? 'so-far' : 'this-month';
            return [{ rule: id, period, currency: cost?.soFar.currency ?? '' }, cost?.[name].total ?? null] as const;
          }),
        ),
    ),
    gauges(rows, 'versions', 'Versions that the rule covers, by the last scan.', standings('versions')),
    gauges(rows, 'version_bytes', 'Bytes of the versions that the rule covers, by the last scan.', standings('bytes')),
  ];
}

/** All versions of both buckets, and their lifecycles. */
export function sideFamilies(rows: readonly Row[]): Family[] {
  const amounts = (unit: 'versions' | 'bytes') => (it: DestinationState) =>
    (['source', 'destination'] as const).flatMap((side) =>
      (['current', 'older'] as const).map((age) => [{ side, age }, it.sides?.[side][age][unit] ?? null] as const),
    );
  return [
    gauges(rows, 'side_versions', 'Versions in the bucket of each side, by the last scan.', amounts('versions')),
    gauges(rows, 'side_bytes', 'Bytes of the versions in the bucket of each side, by the last scan.', amounts('bytes')),
    gauges(rows, 'side_delete_markers', 'Delete markers in the bucket of each side, by the last scan.', ({ sides }) => [
      [{ side: 'source' }, sides?.source.deleteMarkers ?? null],
      [{ side: 'destination' }, sides?.destination.deleteMarkers ?? null],
    ]),
    gauge(
      rows,
      'left_alone_versions',
      'Versions at the destination that stand for none in scope: written by others, or left from removed versions.',
      ({ leftAlone }) => leftAlone?.versions ?? null,
    ),
    gauges(
      rows,
      'side_lifecycle_rules',
      'Lifecycle rules of each side that remove such versions; 0: none does.',
      ({ sides }) =>
        (['source', 'destination'] as const).flatMap((side) =>
          (['current', 'older'] as const).map((age) => {
            const lifecycle = sides?.[side].lifecycle ?? null;
            return [{ side, age }, lifecycle === null ? null : lifecycle[age].length + lifecycle.more] as const;
          }),
        ),
    ),
  ];
}

/** Progress of existing objects. */
export function existingFamilies(rows: readonly Row[]): Family[] {
  // If no rule asks for existing objects, there is no progress to show.
  const asked = rows.filter(({ it }) => it.existing !== null);
  return [
    gauges(asked, 'existing_state', 'The state of existing objects: 1 for the current one, 0 for the others.', (it) =>
      oneOf(EXISTING_STATES, it.existing?.state ?? ''),
    ),
    gauge(
      asked,
      'existing_entries',
      'Versions and delete markers of the source that the scan of existing objects reads.',
      (it) => it.existing?.entries.total ?? null,
    ),
    gauge(
      asked,
      'existing_done_entries',
      'Versions and delete markers of the source that the scan of existing objects has done.',
      (it) => (it.scan.state === 'none' ? null : (it.existing?.entries.done ?? null)),
    ),
    gauge(
      asked,
      'existing_remaining_seconds',
      'Time until existing objects are done, at the rate so far.',
      (it) => it.existing?.etaSeconds ?? null,
    ),
  ];
}

/** The newest scan. */
export function scanFamilies(rows: readonly Row[]): Family[] {
  const time = (text: string | null | undefined) => (text == null ? null : timestamp(text));
  return [
    gauges(rows, 'scan_state', 'The state of the newest scan: 1 for the current one, 0 for the others.', (it) =>
      oneOf(SCAN_STATES, it.scan.state),
    ),
    gauge(rows, 'scan_started_timestamp_seconds', 'When the newest scan started.', ({ scan }) => time(scan.startedAt)),
    gauge(
      rows,
      'scan_measured_timestamp_seconds',
      'End of the scan that versions, lag and sides come from.',
      ({ measuredAt }) => time(measuredAt),
    ),
    gauge(
      rows,
      'scan_entries',
      'Versions and delete markers of the source that the newest scan reads.',
      ({ scan }) => scan.entries.total,
    ),
    gauge(
      rows,
      'scan_done_entries',
      'Versions and delete markers of the source that the newest scan has done.',
      ({ scan }) => (scan.state === 'none' ? null : scan.entries.done),
    ),
  ];
}
