import type { Family } from './text.ts';
import { boundsOf, gauge, seconds, START, timestamp, type Row } from './series.ts';

/** The lag of the last scan. */
export function lagFamilies(rows: readonly Row[]): Family[] {
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

const OF_HOUR = 'in the last hour, as counted by the functions: a lower bound, a minute or two old.';

/** Copies, failures and lag of the last hour. */
export function liveFamilies(rows: readonly Row[]): Family[] {
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

/** The canaries of a destination. */
export function canaryFamilies(rows: readonly Row[]): Family[] {
  return [
    gauge(rows, 'canary_lag_seconds', 'The lag of the last canary that has arrived.', ({ canary }) =>
      canary?.lagMs == null ? null : seconds(canary.lagMs),
    ),
    gauge(
      rows,
      'canary_waiting_since_timestamp_seconds',
      'Since when a canary is awaited; missing when none is.',
      ({ canary }) => (canary?.waitingSince == null ? null : timestamp(canary.waitingSince)),
    ),
    gauge(rows, 'canary_lost', 'Canaries that had not arrived after half an hour.', ({ canary }) =>
      canary === null ? null : canary.lost,
    ),
  ];
}
