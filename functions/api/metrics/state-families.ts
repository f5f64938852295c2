import { DESTINATION_STATES } from '../scan-schemas.ts';
import type { DestinationState } from '../scan-schemas.ts';
import type { Family } from './text.ts';
import { gauge, gauges, inSeconds, oneOf, seconds, START, timestamp, type Row } from './series.ts';

/** The state of each destination, and which of its figures are known. */
export function stateFamilies(rows: readonly Row[]): Family[] {
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
      'Every version in scope that was written before this time is at the destination, or skipped with a reason.',
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

/** The older of the two checks; null when one of them is unknown. */
function checkedAt({ preconditions: { bucketsCheckedAt, functionsCheckedAt } }: DestinationState): number | null {
  if (bucketsCheckedAt === null || functionsCheckedAt === null) return null;
  return Math.min(timestamp(bucketsCheckedAt), timestamp(functionsCheckedAt));
}

/** The hourly checks. */
export function preconditionFamilies(rows: readonly Row[]): Family[] {
  return [
    gauges(
      rows,
      'precondition_broken',
      'One series of value 1 for each broken precondition: a bucket, a function or a trigger.',
      ({ preconditions }) => preconditions.broken.map(({ check, what, cause }) => [{ check, what, cause }, 1] as const),
    ),
    gauge(
      rows,
      'preconditions_broken',
      'How many preconditions of replication are broken.',
      // Without a finding, the number is 0 only if all was checked.
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

/** The work that waits now. */
export function backlogFamilies(rows: readonly Row[]): Family[] {
  return [
    gauge(rows, 'backlog_keys', `Keys whose work waits now. ${LOWER_BOUND}`, ({ backlog }) => backlog.keys),
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
      'Since when so much has failed that a scan repairs it; missing otherwise.',
      ({ behind }) => (behind === null ? null : timestamp(behind.since)),
    ),
    {
      name: `${START}backlog_age_seconds`,
      help: `Keys of the backlog now by the age of their oldest work, not counted over time. ${LOWER_BOUND}`,
      type: 'histogram',
      samples: rows.map(({ labels, it }) => ({
        labels,
        bounds: it.backlog.byAge.map(({ upToMs, keys }) => ({ upTo: inSeconds(upToMs), count: keys })),
      })),
    },
  ];
}
