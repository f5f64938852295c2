import { readPlace } from '../cos/index.ts';
import {
  flag,
  listOf,
  mapOf,
  notNegative,
  nullable,
  number,
  object,
  oneOf,
  orElse,
  pairOf,
  text,
} from '../shape/index.ts';
import type { Reader } from '../shape/index.ts';

const time = number;
const count = notNegative;
const amount: Reader<readonly [number, number]> = pairOf(count);
/** `properties`: tags and ACLs are compared too, for every version. */
const kind = oneOf(['existing', 'repair', 'properties']);

const orNone = (read: Reader<number>): Reader<number> => orElse(read, 0);

const side = object({ current: amount, older: amount, deleteMarkers: count });
const standing = object({
  replicated: amount,
  pending: amount,
  failed: amount,
  skipped: amount,
  expired: amount,
});
const counts = object({
  keys: count,
  orphans: count,
  others: orElse(nullable(amount), null),
  source: side,
  destination: side,
  rules: mapOf(standing),
  ages: listOf(count),
  oldest: nullable(time),
  lags: listOf(count),
  largestLag: count,
});
const deeds = object({
  looked: count,
  copied: count,
  marked: count,
  removed: count,
  bytes: count,
  deferred: count,
  listings: count,
  retagged: orNone(count),
});

/** One scan of a pair, written by `schedule` alone. */
export const scanDocument = object({
  id: text((id) => /^[0-9A-Za-z-]{1,60}$/.test(id)),
  source: readPlace,
  destination: readPlace,
  kind,
  /** Only keys with this prefix. */
  prefix: text(),
  /** Names the stored rules by the time of their PUT and the part that concerns the pair. */
  signature: text(),
  /** Start of the scan by COS's own clock. */
  started: time,
  /** Start of the last scan of the whole pair. */
  wholeStarted: nullable(time),
  /** `stopping`: its runs end, because the rules have changed. `ended`: its result has been written. */
  state: oneOf(['running', 'stopping', 'ended']),
  ended: nullable(time),
  /**
   * The last scan of the whole pair whose ranges are complete; a later scan begins with them. Null when there is none.
   */
  base: nullable(text()),
});

/** The progress of splitting a scan into ranges; written by the run that prepares it. */
export const preparation = object({
  scan: text(),
  /** Ranges written so far. */
  ranges: count,
  /** The last key of these ranges; null when there is none yet. */
  after: nullable(text()),
  /** Entries of the source, counted by the survey or known from the previous scan. */
  entries: count,
  done: flag,
});

/** One range: its progress and its findings in one object, so that nothing is counted twice. */
export const rangeDocument = object({
  scan: text(),
  number: count,
  /** Keys beyond this one, up to `upTo`; null: from the first, or to the last. */
  after: nullable(text()),
  upTo: nullable(text()),
  /** Expected number of entries of the source. */
  expected: count,
  salt: text(),
  /** Ledgers of earlier scans that cover these keys. */
  ledgers: listOf(text()),
  /** 1: looks and acts; 2: looks again at the keys that were written, when listings have settled. */
  pass: number,
  /** The last key that is done in this pass; null when there is none. */
  cursor: nullable(text()),
  /** Whether the first pass wrote anything that the second pass has to check. */
  again: flag,
  /** ms since 1970: no run continues the range earlier. */
  notBefore: time,
  /** ms since 1970: by then the last request of a killed run has landed. */
  landed: time,
  /** Entries of the source that this pass has seen. */
  entries: count,
  /** Keys at which the next scan splits the range, because it has grown. */
  splits: listOf(text()),
  /** The cause with which every key failed, while the range waits because of it. */
  blocked: nullable(text()),
  tries: count,
  /** ms of work on the first pass, by all runs, until this was last written. */
  worked: orNone(count),
  /** When a run last wrote this, in ms since 1970; 0 when none has. */
  written: orNone(time),
  counts,
  deeds,
  done: nullable(time),
});

/** The object that starts a run. */
export const noteDocument = object({ source: readPlace, destination: readPlace, scan: text() });

/** The findings of a scan when all its ranges were done. */
export const scanResult = object({
  scan: text(),
  kind,
  prefix: text(),
  /** The signature of the rules that it followed. */
  signature: text(),
  started: time,
  ended: time,
  /**
   * Every version that was written before this time is at the destination, skipped with a reason, or in no rule's
   * scope; null when unknown.
   */
  completeUpTo: nullable(time),
  counts,
  deeds,
});

export type ScanKind = ReturnType<typeof kind>;
export type ScanDocument = ReturnType<typeof scanDocument>;
export type Preparation = ReturnType<typeof preparation>;
export type RangeDocument = ReturnType<typeof rangeDocument>;
export type ScanResult = ReturnType<typeof scanResult>;

/** The request of a user for a scan; `schedule` begins it. */
export const scanRequest = object({ kind, prefix: text(), asked: time });
export type ScanRequest = ReturnType<typeof scanRequest>;

/** The time since which the scans of a pair are paused. */
export const pause = object({ since: time });
export type Pause = ReturnType<typeof pause>;
