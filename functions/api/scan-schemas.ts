import * as z from 'zod/mini';
import { LONGEST_KEY } from '../../shared/cos/index.ts';
import { CHECKED } from '../../shared/preconditions/index.ts';

const time = z.iso.datetime();
const count = z.int().check(z.nonnegative());
const rate = z.number().check(z.nonnegative());
const kind = z.enum(['existing', 'repair', 'properties']);

export const prefix = z
  .string()
  .check(z.refine((text) => Buffer.byteLength(text) <= LONGEST_KEY, `it is longer than ${LONGEST_KEY} bytes`));

const amount = z.strictObject({ versions: count, bytes: count });

const deeds = z.strictObject({
  /** Keys whose stacks were not remembered from an earlier scan. */
  looked: count,
  copied: count,
  bytes: count,
  deleteMarkers: count,
  removed: count,
  /** Keys that were left to tasks. */
  deferred: count,
  listings: count,
  /** Replicas whose tags or ACL were updated to those of their version. */
  propertiesChanged: count,
});

export const SCAN_STATES = ['none', 'preparing', 'running', 'blocked', 'stopping', 'paused', 'ended'] as const;

const scan = z.strictObject({
  /** `bucket-appid@region` */
  destination: z.string(),
  state: z.enum(SCAN_STATES),
  /** Missing if the state is `none`. */
  id: z.optional(z.string()),
  kind: z.optional(kind),
  prefix: z.optional(z.string()),
  startedAt: z.optional(time),
  endedAt: z.optional(time),
  pausedSince: z.optional(time),
  /** The cause that makes the scan wait. */
  cause: z.optional(z.string()),
  /** A requested scan, which begins when this one has ended. */
  requested: z.optional(z.strictObject({ kind, prefix: z.string(), askedAt: time })),
  ranges: z.strictObject({ total: z.nullable(count), done: count }),
  /** Versions and delete markers of the source. */
  entries: z.strictObject({ total: z.nullable(count), done: count }),
  entriesPerSecond: z.nullable(rate),
  etaSeconds: z.nullable(count),
  /** The reason why a total, a rate or an ETA is null. */
  reason: z.optional(z.enum(['counting', 'not-begun', 'not-running'])),
  did: deeds,
});

/** `GET /?replicationScans` */
export const scans = z.strictObject({ bucket: z.string(), scans: z.array(scan), measuredAt: time });

/** Body of `POST /?replicationScan` */
export const scanRequest = z.strictObject({
  kind: z.optional(kind),
  prefix: z.optional(prefix),
  /** `bucket-appid@region`; if missing, all destinations of enabled rules. */
  destination: z.optional(z.string()),
});

/** `POST /?replicationScan` */
export const scanRequested = z.strictObject({
  bucket: z.string(),
  kind,
  prefix: z.string(),
  destinations: z.array(z.strictObject({ destination: z.string(), paused: z.boolean() })),
});

/** Body of `POST /?replicationPause` and `?replicationResume`: one destination, that of one rule, or all. */
export const pauseRequest = z.strictObject({ destination: z.optional(z.string()), rule: z.optional(z.string()) });

/** `POST /?replicationPause`, `POST /?replicationResume` */
export const paused = z.strictObject({
  bucket: z.string(),
  destinations: z.array(z.strictObject({ destination: z.string(), paused: z.boolean() })),
});

const standing = {
  replicated: amount,
  pending: amount,
  failed: amount,
  skipped: amount,
  /** Replicas that count as removed by the lifecycle of the destination. */
  expired: amount,
};

const spent = z.strictObject({
  versions: count,
  bytes: count,
  deleteMarkers: count,
  currency: z.string(),
  /** For requests, functions and traffic together. */
  total: z.number().check(z.nonnegative()),
});

const lag = z.strictObject({
  p50: count,
  p99: count,
  p999: count,
  max: count,
  versions: count,
  distribution: z.array(z.strictObject({ upToMs: z.nullable(count), versions: count })),
});

/** A lifecycle rule of a bucket that removes versions. */
const bound = z.strictObject({
  rule: z.string(),
  prefix: z.string(),
  /** Whether tags, sizes or other names narrow the rule further than its prefix. */
  narrowed: z.boolean(),
  /** The number of days, or the date, after which a version is removed. */
  days: z.optional(count),
  date: z.optional(z.string()),
});

const side = z.strictObject({
  current: amount,
  older: amount,
  deleteMarkers: count,
  /** The lifecycle rules that remove current and older versions; empty lists: none does. Null when unknown. */
  lifecycle: z.nullable(z.strictObject({ current: z.array(bound), older: z.array(bound), more: count })),
});

export const precondition = z.strictObject({
  check: z.enum(CHECKED),
  /** The bucket, the function, or its trigger. */
  what: z.string(),
  cause: z.string(),
  since: time,
  means: z.string(),
  todo: z.string(),
});

const REASONS = ['not-scanned', 'rules-changed', 'no-recent-versions', 'pending-of-unknown-age'] as const;

export const DESTINATION_STATES = [
  'disabled',
  'broken',
  'unknown',
  'scanning',
  'behind',
  'complete',
  'blocked',
  'paused',
] as const;
export const EXISTING_STATES = ['waiting', 'running', 'done'] as const;

const destinationStatus = z.strictObject({
  destination: z.string(),
  /** `complete`: the last scan followed the current rules and found nothing missing, and nothing waits. */
  state: z.enum(DESTINATION_STATES),
  cause: z.optional(z.string()),
  rules: z.array(
    z.strictObject({
      id: z.string(),
      enabled: z.boolean(),
      /** By the last scan; null when there is none yet. */
      versions: z.nullable(z.strictObject(standing)),
      /** At list prices, from the copies that were counted since then; null when none was. */
      cost: z.nullable(z.strictObject({ estimated: z.literal(true), since: time, soFar: spent, thisMonth: spent })),
    }),
  ),
  /** The preconditions of replication, by the hourly checks. */
  preconditions: z.strictObject({
    broken: z.array(precondition),
    /** When the buckets were last tried, and the functions with their triggers last checked; null when unknown. */
    bucketsCheckedAt: z.nullable(time),
    functionsCheckedAt: z.nullable(time),
  }),
  /** Keys whose work waits now, without rechecks of keys that are done. */
  backlog: z.strictObject({
    keys: count,
    failed: count,
    /** True: there is more than was counted. */
    atLeast: z.boolean(),
    oldestAgeMs: z.nullable(count),
    /** `upToMs` null: older than all others. */
    byAge: z.array(z.strictObject({ upToMs: z.nullable(count), keys: count })),
  }),
  /**
   * The time since which scans repair the destination, because too much failed for single tasks. Null when it is not
   * behind.
   */
  behind: z.nullable(z.strictObject({ since: time, cause: z.string(), repairing: z.boolean() })),
  /** For versions written in the day before the last scan, from the times on both sides. */
  lagMs: z.nullable(lag),
  /** Counts of the functions' work in the last hour, two minutes old at most; null when unknown. */
  live: z.nullable(
    z.strictObject({
      since: time,
      /** The unwritten counts of a lost instance are missing. */
      atLeast: z.literal(true),
      copied: amount,
      failedTries: count,
      /** Null when no version that was written under the rules was copied. */
      lagMs: z.nullable(lag),
      measuredAt: time,
    }),
  ),
  /** The results of the last canaries; null when none is sent. */
  canary: z.nullable(
    z.strictObject({
      /** From the write at the source to that of the replica; null when none has arrived yet. */
      lagMs: z.nullable(count),
      sentAt: z.nullable(time),
      /** Since when a canary is awaited; null when none is. */
      waitingSince: z.nullable(time),
      /** Canaries that had not arrived after half an hour. */
      lost: count,
      measuredAt: time,
    }),
  ),
  /** Every version in scope that was written before this time is at the destination, or skipped with a reason. */
  completeUpTo: z.nullable(time),
  /** The reason why a field here is null. */
  reasons: z.strictObject({
    versions: z.optional(z.enum(REASONS)),
    lagMs: z.optional(z.enum(REASONS)),
    /** `not-counted`: no function has written a note; `outdated`: the notes are not added up. */
    live: z.optional(z.enum(['not-counted', 'outdated'])),
    /** `off`: canaries are not switched on for the source. `outdated`: none is sent any more. */
    canary: z.optional(z.enum(['off', 'outdated'])),
    completeUpTo: z.optional(z.enum(REASONS)),
    sides: z.optional(z.enum(REASONS)),
    /** `not-checked`, or the error code that kept the lifecycle of that side from being read. */
    sourceLifecycle: z.optional(z.string()),
    destinationLifecycle: z.optional(z.string()),
    /** `not-checked`, or the error code that kept it from being found out. */
    bucketsCheckedAt: z.optional(z.string()),
    functionsCheckedAt: z.optional(z.string()),
  }),
  /** Objects older than a rule that asks for them; null when no rule does. */
  existing: z.nullable(
    z.strictObject({
      state: z.enum(EXISTING_STATES),
      entries: z.strictObject({ total: z.nullable(count), done: count }),
      entriesPerSecond: z.nullable(rate),
      etaSeconds: z.nullable(count),
    }),
  ),
  sides: z.nullable(z.strictObject({ source: side, destination: side })),
  /** Versions at the destination that stand for no version in scope, and keys that only the destination has. */
  leftAlone: z.nullable(z.strictObject({ ...amount.shape, keys: count })),
  scan: scan,
  /** The end of the scan that counts, lag and sides come from; null when none has ended. */
  measuredAt: z.nullable(time),
});

/** `GET /?replicationStatus` */
export const bucketStatus = z.strictObject({
  bucket: z.string(),
  destinations: z.array(destinationStatus),
  measuredAt: time,
});

export type Scans = z.infer<typeof scans>;
export type ScanState = Scans['scans'][number];
export type ScanRequested = z.infer<typeof scanRequested>;
export type Paused = z.infer<typeof paused>;
export type BucketStatus = z.infer<typeof bucketStatus>;
export type DestinationState = BucketStatus['destinations'][number];
