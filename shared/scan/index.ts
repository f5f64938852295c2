/**
 * Scans: one pass over a source and one of its destinations, key by key. Copying existing objects, repair, status, and
 * the proof that nothing is missing are all results of a scan.
 */
export {
  AGE_BOUNDS,
  bucketOf,
  emptyHistogram,
  LAG_BOUNDS,
  percentile,
  type Amount,
  type Counts,
  type Standing,
} from './counts.ts';
export type { RangeDocument, ScanDocument, ScanKind, ScanResult } from './documents.ts';
export { signatureOf } from './due.ts';
export { FORECAST_SKIPS, forecast, type DestinationForecast, type Forecast, type ForecastAmount } from './forecast.ts';
export { keepScans, pairsOf, type Kept } from './keep.ts';
export { ASKED, numberText, PAIRS, PAUSED, RANGE_LEASES, SCANS, type Pair } from './names.ts';
export { nextKey, type KeyStacks } from './merge.ts';
export { isSlowDown, Pace } from './pace.ts';
export { readProgress, type Progress } from './progress.ts';
export { commonPrefix, PairRules, rulesOfPair } from './scope.ts';
export { PairStore } from './store.ts';
export { VersionStream, type Cursor } from './streams.ts';
export { SCAN_DEFAULTS, type KeepDeps, type ScanDeps, type ScanSettings } from './types.ts';
export { runUnit } from './unit.ts';
