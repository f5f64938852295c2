import type { DryRun } from '../../dry-run-schemas.ts';

/** Sums of a dry run so far, over all destinations. */
export interface Forecast {
  /** Versions and delete markers that were listed. */
  readonly listed: number;
  readonly objects: number;
  readonly versions: number;
  readonly bytes: number;
  readonly deleteMarkers: number;
  /** Those of `versions` that depend on a tag filter. */
  readonly ifTagged: number;
  /** Versions that get no replica, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** At list prices, without storage. */
  readonly cost: number;
  readonly currency: string;
}

const NOTHING = { listed: 0, objects: 0, versions: 0, bytes: 0, deleteMarkers: 0, ifTagged: 0, cost: 0 };

/** Adds a part of a dry run to the sums of the previous parts. */
export function addPart(before: Forecast | undefined, part: DryRun): Forecast {
  const sum = { ...(before ?? NOTHING) };
  const skipped: Record<string, number> = { ...before?.skipped };
  sum.listed += part.listed;
  sum.cost += part.cost.total;
  for (const { replicates, ifTagged, skipped: left } of part.destinations) {
    for (const name of ['objects', 'versions', 'bytes', 'deleteMarkers'] as const) sum[name] += replicates[name];
    sum.ifTagged += ifTagged.versions;
    for (const { reason, versions } of left) skipped[reason] = (skipped[reason] ?? 0) + versions;
  }
  return { ...sum, skipped, currency: part.cost.currency };
}
