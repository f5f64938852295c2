import type { SeenCanary } from '../../../shared/canary/index.ts';
import { costOf, LIST_PRICES, MEASURED, SCANNED, sumOfUsage, usageOf } from '../../../shared/cost/index.ts';
import type { Profile, Usage, Work } from '../../../shared/cost/index.ts';
import type { Place } from '../../../shared/cos/index.ts';
import { hourOf, isLive, type LiveSum, type RuleSum } from '../../../shared/live/index.ts';
import { LAG_BOUNDS, percentile, type Pair } from '../../../shared/scan/index.ts';
import { timeText } from '../request/json.ts';
import type { DestinationState } from '../scan-schemas.ts';

/** Percentiles of counts by `LAG_BOUNDS`; undefined when nothing was counted. `largestLag` in ms. */
export function lagOf(lags: readonly number[], largestLag: number): NonNullable<DestinationState['lagMs']> | undefined {
  const of = (share: number) => percentile(lags, LAG_BOUNDS, share, Math.ceil(largestLag));
  const [p50, p99, p999] = [of(0.5), of(0.99), of(0.999)];
  if (p50 === undefined || p99 === undefined || p999 === undefined) return undefined;
  return {
    p50,
    p99,
    p999,
    max: Math.ceil(largestLag),
    versions: lags.reduce((sum, one) => sum + one, 0),
    distribution: lags.map((versions, i) => ({ upToMs: LAG_BOUNDS[i] ?? null, versions })),
  };
}

export function canaryText({ lagMs, sentAt, waitingSince, lost, measuredAt }: SeenCanary): DestinationState['canary'] {
  const textOf = (ms: number | null) => (ms === null ? null : timeText(ms));
  return { lagMs, sentAt: textOf(sentAt), waitingSince: textOf(waitingSince), lost, measuredAt: timeText(measuredAt) };
}

/** Why the last hour is unknown. `now`: ms since 1970. */
export function liveReason(live: LiveSum | undefined, now: number): Pick<DestinationState['reasons'], 'live'> {
  if (live === undefined) return { live: 'not-counted' };
  return isLive(live, now) ? {} : { live: 'outdated' };
}

/** The last hour at a destination. */
export function liveOf(sum: LiveSum, destination: Place): NonNullable<DestinationState['live']> {
  const { since, versions, bytes, failed, lags, largest } = hourOf(sum, destination);
  return {
    since: timeText(since),
    atLeast: true,
    copied: { versions, bytes },
    failedTries: failed,
    lagMs: lagOf(lags, largest) ?? null,
    measuredAt: timeText(sum.measuredAt),
  };
}

/** An estimate at list prices: the counted copies times the measured usage of a version. */
export function costOfRule(
  sum: RuleSum | undefined,
  { source, destination }: Pair,
): DestinationState['rules'][number]['cost'] {
  if (sum === undefined) return null;
  const acrossRegions = source.region !== destination.region;
  const spent = (copies: RuleSum['total']) => {
    const { versions, bytes, parts, markers, scannedVersions, scannedBytes, scannedParts, scannedMarkers } = copies;
    // Scans copy many versions in a run, so the cost of runs is negligible.
    const byScans = (work: Omit<Work, 'acrossRegions'>, profile: Profile): Usage => ({
      ...usageOf({ ...work, acrossRegions }, profile),
      invocations: 0,
    });
    const usage = sumOfUsage([
      // A delete marker takes about as many requests as a copy, and no bytes.
      usageOf({ objects: versions + markers, bytes, parts, acrossRegions }, MEASURED),
      byScans({ objects: scannedVersions, bytes: scannedBytes, parts: scannedParts }, SCANNED),
      byScans({ objects: scannedMarkers, bytes: 0, parts: 0 }, MEASURED),
    ]);
    return {
      versions: versions + scannedVersions,
      bytes: bytes + scannedBytes,
      deleteMarkers: markers + scannedMarkers,
      currency: LIST_PRICES.currency,
      total: Math.round(costOf(usage, LIST_PRICES).total * 1e6) / 1e6,
    };
  };
  return { estimated: true, since: timeText(sum.since), soFar: spent(sum.total), thisMonth: spent(sum.thisMonth) };
}
