import { flag, listOf, mapOf, notNegative, object, orElse, someText, text, type Reader } from '../shape/index.ts';

/** The work of an instance for one rule at one destination. */
export interface LiveRow {
  /** `bucket-appid@region` of source and destination. */
  readonly from: string;
  readonly to: string;
  /** ID of the rule; '': failures, which belong to a key and not to a rule. */
  readonly rule: string;
  /** Copied by a scan, which takes fewer requests than copying after an event. */
  readonly scanned: boolean;
  versions: number;
  bytes: number;
  /** Parts of the objects that were copied in parts. */
  parts: number;
  /** Delete markers that were made. */
  markers: number;
  /** Tries that failed. */
  failed: number;
  /** Counts by `LAG_BOUNDS`, without the zeros at the end. */
  readonly lags: number[];
  /** The largest lag in ms. */
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

/** The work of some minutes at one destination. */
export interface Slot {
  /** Its beginning in ms since 1970. */
  readonly at: number;
  versions: number;
  bytes: number;
  failed: number;
  readonly lags: number[];
  largest: number;
}

/** Copies and delete markers: of events and tasks, and of scans. */
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

/** Copies by one rule. */
export interface RuleSum {
  /** Time of the first copy that was counted, in ms since 1970. */
  readonly since: number;
  readonly total: Copies;
  /** `2026-03`, in UTC+8 like the provider's bills. */
  month: string;
  thisMonth: Copies;
}

/** The sums of one source. */
export interface LiveSum {
  /** Time at which the notes of instances were last added, in ms since 1970. */
  readonly measuredAt: number;
  /** Time at which counting began, in ms since 1970. */
  readonly since: number;
  /** Notes that are in the sums but may not be removed yet. */
  readonly added: readonly string[];
  /** The last hour by destination, `bucket-appid@region`. */
  readonly slots: Readonly<Record<string, readonly Slot[]>>;
  /** By destination and rule; see `ruleName`. */
  readonly rules: Readonly<Record<string, RuleSum>>;
}

/**
 * The name of a rule's sums. A rule may be called like a property that every object has, so its ID alone is never used.
 */
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
