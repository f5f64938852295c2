import { DESTINATION_STATES, EXISTING_STATES, SCAN_STATES } from '../scan-schemas.ts';
import type { BucketStatus, DestinationState } from '../scan-schemas.ts';
import type { Family, Labels } from './text.ts';

/** The known figures of one source; `status` undefined: it could not be read. */
export interface SourceStatus {
  readonly source: string;
  readonly status: BucketStatus | undefined;
}

/** One destination of one source, with the labels that name both. */
interface Row {
  readonly labels: Labels;
  readonly it: DestinationState;
}

const START = 'cos_replication_';
const seconds = (ms: number): number => ms / 1000;
const timestamp = (text: string): number => seconds(Date.parse(text));

/**
 * The status of buckets as metrics. An unknown figure is left out and never 0; `figure_known` names such figures.
 * `withRules` false: the figures of single rules are left out, and the answer says so.
 */
export function familiesOf(sources: readonly SourceStatus[], withRules: boolean): readonly Family[] {
  const rows = sources.flatMap(({ source, status }) =>
    (status?.destinations ?? []).map((it): Row => ({ labels: { source, destination: it.destination }, it })),
  );
  return [
    {
      name: `${START}source_readable`,
      help: 'Whether the status of the source could be read for this answer. If it is 0, its other series are missing.',
      type: 'gauge',
      samples: sources.map(({ source, status }) => ({ labels: { source }, value: Number(status !== undefined) })),
    },
    {
      name: `${START}rules_left_out`,
      help: 'Whether the series of single rules are left out, because the answer would be too large.',
      type: 'gauge',
      samples: [{ labels: {}, value: Number(!withRules) }],
    },
    ...stateFamilies(rows),
    ...preconditionFamilies(rows),
    ...backlogFamilies(rows),
    ...lagFamilies(rows),
    ...liveFamilies(rows),
    ...canaryFamilies(rows),
    ...(withRules ? ruleFamilies(rows) : []),
    ...sideFamilies(rows),
    ...existingFamilies(rows),
    ...scanFamilies(rows),
  ];
}

/** A gauge with one series for each row of which the value is known. */
function gauge(rows: readonly Row[], name: string, help: string, value: (it: DestinationState) => number | null) {
  return gauges(rows, name, help, (it) => [[{}, value(it)]]);
}

function gauges(
  rows: readonly Row[],
  name: string,
  help: string,
  values: (it: DestinationState) => readonly (readonly [Labels, number | null])[],
): Family {
  const samples = rows.flatMap(({ labels, it }) =>
    values(it).flatMap(([more, value]) => (value === null ? [] : [{ labels: { ...labels, ...more }, value }])),
  );
  return { name: START + name, help, type: 'gauge', samples };
}

/** One series for each state there is, of which one is 1. */
const oneOf = (states: readonly string[], now: string) =>
  states.map((state) => [{ state }, Number(state === now)] as const);

function stateFamilies(rows: readonly Row[]): Family[] {
  return [
    gauges(
      rows,
      'state',
      'The state of replication to the destination: 1 for the current one, 0 for the others.',
      (it) => oneOf(DESTINATION_STATES, it.state),
    ),
    gauge(
      rows,
      'complete_up_to_timestamp_seconds',
      'Everything that the rules cover and that was written before this time is there, or skipped with a reason.',
      ({ completeUpTo }) => (completeUpTo === null ? null : timestamp(completeUpTo)),
    ),
    gauges(
      rows,
      'figure_known',
      'Whether a figure is known. If it is 0, the series of the figure are missing.',
      (it) => [
        [{ figure: 'versions' }, Number(it.measuredAt !== null)],
        [{ figure: 'lag' }, Number(it.lagMs !== null)],
        [{ figure: 'live' }, Number(it.live !== null)],
        [{ figure: 'canary' }, Number(it.canary !== null)],
        [{ figure: 'complete_up_to' }, Number(it.completeUpTo !== null)],
        [{ figure: 'sides' }, Number(it.sides !== null)],
        [
          { figure: 'lifecycle' },
          Number(it.sides !== null && it.sides.source.lifecycle !== null && it.sides.destination.lifecycle !== null),
        ],
        [{ figure: 'backlog' }, Number(!it.backlog.atLeast)],
        [{ figure: 'preconditions' }, Number(checkedAt(it) !== null)],
      ],
    ),
  ];
}

/** The older of the two checks; null: one of them is unknown. */
function checkedAt({ preconditions: { bucketsCheckedAt, functionsCheckedAt } }: DestinationState): number | null {
  if (bucketsCheckedAt === null || functionsCheckedAt === null) return null;
  return Math.min(timestamp(bucketsCheckedAt), timestamp(functionsCheckedAt));
}

function preconditionFamilies(rows: readonly Row[]): Family[] {
  return [
    gauges(
      rows,
      'precondition_broken',
      'One series of value 1 for each thing that replication stands on and that is broken: a bucket, a function, a trigger.',
      ({ preconditions }) => preconditions.broken.map(({ check, what, cause }) => [{ check, what, cause }, 1] as const),
    ),
    gauge(
      rows,
      'preconditions_broken',
      'How many of the things that replication stands on are broken.',
      // Nothing that was found is 0 only where all was looked at.
      (it) => (it.preconditions.broken.length === 0 && checkedAt(it) === null ? null : it.preconditions.broken.length),
    ),
    gauge(
      rows,
      'preconditions_checked_timestamp_seconds',
      'When the preconditions were checked: buckets, functions and triggers, the older of the checks.',
      checkedAt,
    ),
  ];
}

const LOWER_BOUND = 'It is a lower bound where figure_known of the backlog is 0.';

function backlogFamilies(rows: readonly Row[]): Family[] {
  return [
    gauge(rows, 'backlog_keys', `Keys whose work waits at this moment. ${LOWER_BOUND}`, ({ backlog }) => backlog.keys),
    gauge(
      rows,
      'backlog_failed_keys',
      `Keys of the backlog whose last attempt failed. ${LOWER_BOUND}`,
      ({ backlog }) => backlog.failed,
    ),
    gauge(
      rows,
      'backlog_oldest_age_seconds',
      `How long the oldest work of the backlog has waited; 0 if nothing waits. ${LOWER_BOUND}`,
      // Nothing was counted although there is more, so its age is unknown.
      ({ backlog }) => (backlog.oldestAgeMs === null ? (backlog.atLeast ? null : 0) : seconds(backlog.oldestAgeMs)),
    ),
    gauge(
      rows,
      'behind_since_timestamp_seconds',
      'Since when so much has failed that a scan repairs it. The series is missing where that is not so.',
      ({ behind }) => (behind === null ? null : timestamp(behind.since)),
    ),
    {
      name: `${START}backlog_age_seconds`,
      help: `Keys of the backlog at this moment by the age of their oldest work, not counted over time. ${LOWER_BOUND}`,
      type: 'histogram',
      samples: rows.map(({ labels, it }) => ({
        labels,
        bounds: it.backlog.byAge.map(({ upToMs, keys }) => ({ upTo: inSeconds(upToMs), count: keys })),
      })),
    },
  ];
}

const inSeconds = (ms: number | null): number | null => (ms === null ? null : seconds(ms));

function lagFamilies(rows: readonly Row[]): Family[] {
  return [
    {
      name: `${START}lag_seconds`,
      help: 'Versions written in the day before the last scan, by the time from the write at the source to that of the replica. Not counted over time.',
      type: 'histogram',
      samples: rows.flatMap(({ labels, it: { lagMs } }) =>
        lagMs === null ? [] : [{ labels, bounds: boundsOf(lagMs.distribution) }],
      ),
    },
    gauge(rows, 'lag_max_seconds', 'The largest lag of these versions.', ({ lagMs }) =>
      lagMs === null ? null : seconds(lagMs.max),
    ),
  ];
}

const OF_HOUR = 'in the last hour, by what the functions did: a lower bound, a minute or two old.';

function liveFamilies(rows: readonly Row[]): Family[] {
  return [
    gauge(rows, 'live_copied_versions', `Versions copied ${OF_HOUR}`, ({ live }) => live?.copied.versions ?? null),
    gauge(rows, 'live_copied_bytes', `Bytes copied ${OF_HOUR}`, ({ live }) => live?.copied.bytes ?? null),
    gauge(rows, 'live_failed_tries', `Tries that failed ${OF_HOUR}`, ({ live }) => live?.failedTries ?? null),
    {
      name: `${START}live_lag_seconds`,
      help: `Versions copied ${OF_HOUR} By the time from the write at the source to that of the replica. Not counted over time.`,
      type: 'histogram',
      samples: rows.flatMap(({ labels, it: { live } }) =>
        live?.lagMs == null ? [] : [{ labels, bounds: boundsOf(live.lagMs.distribution) }],
      ),
    },
    gauge(rows, 'live_lag_max_seconds', `The largest lag ${OF_HOUR}`, ({ live }) =>
      live?.lagMs == null ? null : seconds(live.lagMs.max),
    ),
  ];
}

function canaryFamilies(rows: readonly Row[]): Family[] {
  return [
    gauge(rows, 'canary_lag_seconds', 'The lag of the last canary that has arrived.', ({ canary }) =>
      canary?.lagMs == null ? null : seconds(canary.lagMs),
    ),
    gauge(
      rows,
      'canary_waiting_since_timestamp_seconds',
      'Since when a canary is awaited. The series is missing where none is.',
      ({ canary }) => (canary?.waitingSince == null ? null : timestamp(canary.waitingSince)),
    ),
    gauge(
      rows,
      'canary_lost',
      'Canaries that were given up because they had not arrived after half an hour.',
      ({ canary }) => (canary === null ? null : canary.lost),
    ),
  ];
}

const boundsOf = (distribution: NonNullable<DestinationState['lagMs']>['distribution']) =>
  distribution.map(({ upToMs, versions }) => ({ upTo: inSeconds(upToMs), count: versions }));

const STANDINGS = ['replicated', 'pending', 'failed', 'skipped', 'expired'] as const;

function ruleFamilies(rows: readonly Row[]): Family[] {
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
      'Cost so far and of this month (UTC+8) by list prices: an estimate from the copies that were counted.',
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

function sideFamilies(rows: readonly Row[]): Family[] {
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
      'Versions at the destination that stand for none that a rule covers: of others, or left of what the source has no more.',
      ({ leftAlone }) => leftAlone?.versions ?? null,
    ),
    gauges(
      rows,
      'side_lifecycle_rules',
      'Rules of the lifecycle of each side that remove such versions; 0: nothing bounds them.',
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

function existingFamilies(rows: readonly Row[]): Family[] {
  // Without a rule that asks for existing objects there is no progress to show.
  const asked = rows.filter(({ it }) => it.existing !== null);
  return [
    gauges(asked, 'existing_state', 'The state of existing objects: 1 for the current one, 0 for the others.', (it) =>
      oneOf(EXISTING_STATES, it.existing?.state ?? ''),
    ),
    gauge(
      asked,
      'existing_entries',
      'Versions and delete markers of the source that the scan of existing objects looks at.',
      (it) => it.existing?.entries.total ?? null,
    ),
    gauge(
      asked,
      'existing_done_entries',
      'Versions and delete markers of the source that the scan of existing objects is done with.',
      (it) => (it.scan.state === 'none' ? null : (it.existing?.entries.done ?? null)),
    ),
    gauge(
      asked,
      'existing_remaining_seconds',
      'Time that existing objects still take, at the rate so far.',
      (it) => it.existing?.etaSeconds ?? null,
    ),
  ];
}

function scanFamilies(rows: readonly Row[]): Family[] {
  const time = (text: string | null | undefined) => (text == null ? null : timestamp(text));
  return [
    gauges(rows, 'scan_state', 'The state of the newest scan: 1 for the current one, 0 for the others.', (it) =>
      oneOf(SCAN_STATES, it.scan.state),
    ),
    gauge(rows, 'scan_started_timestamp_seconds', 'When the newest scan started.', ({ scan }) => time(scan.startedAt)),
    gauge(
      rows,
      'scan_measured_timestamp_seconds',
      'When the scan ended that versions, lag and sides are from.',
      ({ measuredAt }) => time(measuredAt),
    ),
    gauge(
      rows,
      'scan_entries',
      'Versions and delete markers of the source that the newest scan looks at.',
      ({ scan }) => scan.entries.total,
    ),
    gauge(
      rows,
      'scan_done_entries',
      'Versions and delete markers of the source that the newest scan is done with.',
      ({ scan }) => (scan.state === 'none' ? null : scan.entries.done),
    ),
  ];
}
