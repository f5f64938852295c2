import { formatPlace, type Place } from '../cos/index.ts';
import { LIVE_LATE_MS, LIVE_WINDOW_MS } from '../durations/index.ts';
import { emptyHistogram, LAG_BOUNDS } from '../scan/index.ts';
import { noCopies, ruleName, type LiveSum, type RuleSum } from './document.ts';
import { monthOf } from './sum.ts';

/** The work of the last hour at one destination. */
export interface Hour {
  /** Beginning of the hour in ms since 1970. */
  readonly since: number;
  readonly versions: number;
  readonly bytes: number;
  /** Tries that failed. */
  readonly failed: number;
  /** Counts by `LAG_BOUNDS`. */
  readonly lags: readonly number[];
  /** The largest lag in ms. */
  readonly largest: number;
}

/** Whether the sums are up to date. If not, `schedule` does not run. */
export const isLive = ({ measuredAt }: LiveSum, now: number): boolean => now - measuredAt < LIVE_LATE_MS;

export function hourOf({ slots, since, measuredAt }: LiveSum, destination: Place): Hour {
  const from = Math.max(since, measuredAt - LIVE_WINDOW_MS);
  const list = (slots[formatPlace(destination)] ?? []).filter(({ at }) => at >= measuredAt - LIVE_WINDOW_MS);
  const lags = emptyHistogram(LAG_BOUNDS);
  let [versions, bytes, failed, largest] = [0, 0, 0, 0];
  for (const slot of list) {
    versions += slot.versions;
    bytes += slot.bytes;
    failed += slot.failed;
    largest = Math.max(largest, slot.largest);
    for (const [i, count] of slot.lags.entries()) lags[i] = (lags[i] ?? 0) + count;
  }
  return { since: from, versions, bytes, failed, lags, largest };
}

/** The copies of one rule, in all and in the month of `now`; undefined when none was counted. */
export function ruleSumOf({ rules }: LiveSum, destination: Place, rule: string, now: number): RuleSum | undefined {
  const found = rules[ruleName(formatPlace(destination), rule)];
  if (found === undefined || found.month === monthOf(now)) return found;
  return {
    ...found,
    month: monthOf(now),
    thisMonth: noCopies(),
  };
}
