import * as z from 'zod/mini';
import { isBucketName, isRegion } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';

const place = z.object({
  bucket: z.string().check(z.refine(isBucketName)),
  region: z.string().check(z.refine(isRegion)),
});
const time = z.number();
const count = z.number().check(z.nonnegative());
const amount = z.readonly(z.tuple([count, count]));
const kind = z.enum(['existing', 'repair']);

const side = z.object({ current: amount, older: amount, deleteMarkers: count });
const standing = z.object({
  replicated: amount,
  pending: amount,
  failed: amount,
  skipped: amount,
  expired: amount,
});
const counts = z.object({
  keys: count,
  orphans: count,
  source: side,
  destination: side,
  rules: z.record(z.string(), standing),
  ages: z.array(count),
  oldest: z.nullable(time),
  lags: z.array(count),
  largestLag: count,
});
const deeds = z.object({
  looked: count,
  copied: count,
  marked: count,
  removed: count,
  bytes: count,
  deferred: count,
  listings: count,
});

/** One scan of a pair, written by `schedule` alone. */
export const scanDocument = z.object({
  id: z.string().check(z.regex(/^[0-9A-Za-z-]{1,60}$/)),
  source: place,
  destination: place,
  kind,
  /** Only keys that begin with it. */
  prefix: z.string(),
  /** When the rules were stored that it works by, and what of them concerns the pair. */
  signature: z.string(),
  /** By COS's own clock. */
  started: time,
  /** When the last scan of the whole pair was started. */
  wholeStarted: z.nullable(time),
  /** `stopping`: its runs end, because other rules came; `ended`: its result has been written. */
  state: z.enum(['running', 'stopping', 'ended']),
  ended: z.nullable(time),
  /** The last scan of the whole pair that was cut into all its ranges: a later one begins from them. Null: none was. */
  base: z.nullable(z.string()),
});

/** How far a scan has been cut into ranges; written by the run that prepares it. */
export const preparation = z.object({
  scan: z.string(),
  /** Ranges written so far. */
  ranges: count,
  /** The last key that lies in one of them; null: none yet. */
  after: z.nullable(z.string()),
  /** Entries of the source, counted by the survey or known from the scan before. */
  entries: count,
  done: z.boolean(),
});

/** One range: where it has come to and what it found on its way, in one object, so that nothing is counted twice. */
export const rangeDocument = z.object({
  scan: z.string(),
  number: count,
  /** Keys behind this one, up to `upTo`; null: from the first, to the last. */
  after: z.nullable(z.string()),
  upTo: z.nullable(z.string()),
  /** Entries of the source that are expected. */
  expected: count,
  salt: z.string(),
  /** Ledgers of earlier scans that hold these keys. */
  ledgers: z.array(z.string()),
  /** 1: looks and acts; 2: looks again at what was written, when listings have settled. */
  pass: z.number(),
  /** The last key that is done in this pass; null: none. */
  cursor: z.nullable(z.string()),
  /** Whether anything was done that the second pass has to see. */
  again: z.boolean(),
  /** ms since 1970: not gone on with before. */
  notBefore: time,
  /** ms since 1970: by then the last request of a run that was killed has landed. */
  landed: time,
  /** Entries of the source that this pass has seen. */
  entries: count,
  /** Keys at which the range is to be cut the next time, because it has grown. */
  splits: z.array(z.string()),
  /** Set while it waits because every key failed with it. */
  blocked: z.nullable(z.string()),
  tries: count,
  counts,
  deeds,
  done: z.nullable(time),
});

/** What starts a run. */
export const noteDocument = z.object({ source: place, destination: place, scan: z.string() });

/** What a scan found when all its ranges were done. */
export const scanResult = z.object({
  scan: z.string(),
  kind,
  prefix: z.string(),
  /** Of the rules that it went by. */
  signature: z.string(),
  started: time,
  ended: time,
  /** Everything written before is there, skipped with a reason, or in no rule's scope; null: nobody can say. */
  completeUpTo: z.nullable(time),
  counts,
  deeds,
});

export type ScanKind = z.infer<typeof kind>;
export type ScanDocument = z.infer<typeof scanDocument>;
export type Preparation = z.infer<typeof preparation>;
export type RangeDocument = z.infer<typeof rangeDocument>;
export type ScanResult = z.infer<typeof scanResult>;

/** What somebody asked for; `schedule` begins it. */
export const scanRequest = z.object({ kind, prefix: z.string(), asked: time });
export type ScanRequest = z.infer<typeof scanRequest>;

/** Since when the scans of a pair are held. */
export const pause = z.object({ since: time });
export type Pause = z.infer<typeof pause>;

export const encodeDocument = (document: object): Uint8Array => new TextEncoder().encode(JSON.stringify(document));

/** Throws `ServiceError` `InvalidStateObject`. */
export function decodeDocument<T extends z.ZodMiniType>(name: string, body: Uint8Array, schema: T): z.infer<T> {
  try {
    return z.parse(schema, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch (cause) {
    throw new ServiceError(`The state object ${name} cannot be read`, {
      code: 'InvalidStateObject',
      side: 'state',
      cause,
    });
  }
}
