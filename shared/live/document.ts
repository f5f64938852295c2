import { flag, listOf, mapOf, notNegative, object, orElse, someText, text, type Reader } from '../shape/index.ts';

/** The deeds of an instance for one rule at one destination. */
export interface LiveRow {
  /** `bucket-appid@region` of source and destination. */
  readonly from: string;
  readonly to: string;
  /** ID of the rule; '': of none, failures are of a key. */
  readonly rule: string;
  /** Copied by a scan, which takes fewer requests than events do. */
  readonly scanned: boolean;
  versions: number;
  bytes: number;
  /** Parts of those that were copied in parts. */
  parts: number;
  /** Delete markers that were made. */
  markers: number;
  /** Tries that failed. */
  failed: number;
  /** By `LAG_BOUNDS`, without the zeros at the end. */
  readonly lags: number[];
  /** ms. */
  largest: number;
}

/** One note of an instance. */
export interface LiveNote {
  /** ms since 1970. */
  readonly at: number;
  readonly rows: readonly LiveRow[];
}

export const liveNote: Reader<LiveNote> = object<LiveNote>({
  at: notNegative,
  rows: listOf(
    object<LiveRow>({
      from: someText,
      to: someText,
      rule: text(),
      scanned: flag,
      versions: notNegative,
      bytes: notNegative,
      parts: orElse(notNegative, 0),
      markers: orElse(notNegative, 0),
      failed: notNegative,
      lags: listOf(notNegative),
      largest: notNegative,
    }),
  ),
});

/** The deeds of some minutes at one destination. */
export interface Slot {
  /** ms since 1970: its beginning. */
  readonly at: number;
  versions: number;
  bytes: number;
  failed: number;
  readonly lags: number[];
  largest: number;
}

/** Copies and delete markers, of events and tasks, and of scans. */
export interface Copies {
  versions: number;
  bytes: number;
  parts: number;
  markers: number;
  scannedVersions: number;
  scannedBytes: number;
  scannedParts: number;
  scannedMarkers: number;
}

export const noCopies = (): Copies => ({
  versions: 0,
  bytes: 0,
  parts: 0,
  markers: 0,
  scannedVersions: 0,
  scannedBytes: 0,
  scannedParts: 0,
  scannedMarkers: 0,
});

/** Everything that was copied by one rule. */
export interface RuleSum {
  /** ms since 1970: the first deed that was counted. */
  readonly since: number;
  readonly total: Copies;
  /** `2026-03`, as the provider bills: in UTC+8. */
  month: string;
  thisMonth: Copies;
}

/** The sums of one source. */
export interface LiveSum {
  /** ms since 1970: when the notes of instances were added last. */
  readonly measuredAt: number;
  /** ms since 1970: when counting began. */
  readonly since: number;
  /** Notes that are in the sums and perhaps not removed yet. */
  readonly added: readonly string[];
  /** By destination, `bucket-appid@region`: the last hour. */
  readonly slots: Readonly<Record<string, readonly Slot[]>>;
  /** By destination and rule, see `ruleName`. */
  readonly rules: Readonly<Record<string, RuleSum>>;
}

/** A rule may be named like a property that every object has, so it never is a name by itself. */
export const ruleName = (destination: string, rule: string): string => JSON.stringify([destination, rule]);

const copies = object<Copies>({
  versions: notNegative,
  bytes: notNegative,
  parts: orElse(notNegative, 0),
  markers: orElse(notNegative, 0),
  scannedVersions: notNegative,
  scannedBytes: notNegative,
  scannedParts: orElse(notNegative, 0),
  scannedMarkers: orElse(notNegative, 0),
});

export const liveSum: Reader<LiveSum> = object<LiveSum>({
  measuredAt: notNegative,
  since: notNegative,
  added: listOf(someText),
  slots: mapOf(
    listOf(
      object<Slot>({
        at: notNegative,
        versions: notNegative,
        bytes: notNegative,
        failed: notNegative,
        lags: listOf(notNegative),
        largest: notNegative,
      }),
    ),
  ),
  rules: mapOf(object<RuleSum>({ since: notNegative, total: copies, month: someText, thisMonth: copies })),
});
