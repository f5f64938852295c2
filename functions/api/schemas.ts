import * as z from 'zod/mini';

import { RIGHTS } from '../../shared/access/index.ts';
import { keyProblem } from '../../shared/cos/index.ts';
import { SIDES, SKIP_CODES } from '../../shared/errors/index.ts';
import { MISMATCHES } from '../../shared/rules/index.ts';
import { CHECKS, WARNINGS } from '../../shared/preflight/index.ts';

/** Keys that one call of `POST /?replicationReattempt` may name. */
const MOST_KEYS = 1000;

const time = z.iso.datetime();
const count = z.int().check(z.nonnegative());

const rule = z.strictObject({
  id: z.string(),
  /** `bucket-appid@region` */
  destination: z.string(),
  matched: z.boolean(),
  /** Why it did not match; `replica`: the version is itself a replica, and replicas are not passed on. */
  reason: z.optional(z.enum([...MISMATCHES, 'replica'])),
});

const attempt = {
  /** Error code of the last try, or the cause of waiting: the README lists them. */
  cause: z.string(),
  /** Kind of the request that failed (`PUT object (copy)`), and its side if known. */
  request: z.optional(z.string()),
  side: z.optional(z.enum(SIDES)),
  attempts: count,
  ageMs: count,
  /** The time of the next try. Missing: the work has been started, or its event is still awaited. */
  nextTry: z.optional(time),
};

/** Whether the destination shows the replica for the key; only for the source's current version. */
const currentAtDestination = z.optional(z.boolean());
/** Set if it is not CRC64, because the source is older than COS's checksums. */
const comparedBy = z.optional(z.enum(['crc64', 'etag', 'size']));

const destination = z.discriminatedUnion('state', [
  z.strictObject({
    destination: z.string(),
    rule: z.string(),
    state: z.literal('COMPLETED'),
    replicaVersionId: z.string(),
    currentAtDestination,
    comparedBy,
    /** Missing when the replica has the current tags of its source. `unknown`: they could not be read. */
    tags: z.optional(z.enum(['differ', 'unknown'])),
    lagMs: count,
  }),
  z.strictObject({
    destination: z.string(),
    rule: z.string(),
    state: z.enum(['PENDING', 'FAILED']),
    ...attempt,
    /** Code with which the destination has just refused to be read. */
    error: z.optional(z.string()),
    /** Set when the replica already exists although work on the key is open. */
    replicaVersionId: z.optional(z.string()),
    currentAtDestination,
    comparedBy,
  }),
  z.strictObject({
    destination: z.string(),
    /** Missing with the reason `no-rule`. */
    rule: z.optional(z.string()),
    state: z.literal('SKIPPED'),
    reason: z.enum(SKIP_CODES),
    /** With the reason `no-rule`: the replica that exists although no rule covers the version now. */
    replicaVersionId: z.optional(z.string()),
    currentAtDestination,
  }),
]);

const stack = {
  /** Newest first. */
  versions: z.array(
    z.strictObject({
      versionId: z.string(),
      deleteMarker: z.boolean(),
      current: z.boolean(),
      lastModified: time,
      bytes: count,
      storageClass: z.string(),
      /** Version ID at the source, if the version is a replica of ours. */
      replicaOf: z.optional(z.string()),
    }),
  ),
  /** Whether there are older versions. */
  more: z.boolean(),
};

/** Both sides of a key, with `versions=` in the query. */
const stacks = z.strictObject({
  source: z.strictObject(stack),
  destinations: z.array(
    z.union([
      z.strictObject({ destination: z.string(), ...stack }),
      /** Code with which the destination has just refused to be read. */
      z.strictObject({ destination: z.string(), error: z.string() }),
    ]),
  ),
});

/** `GET /<key>?replicationStatus` */
export const objectStatus = z.strictObject({
  bucket: z.string(),
  key: z.string(),
  versionId: z.string(),
  deleteMarker: z.boolean(),
  current: z.boolean(),
  lastModified: time,
  role: z.enum(['source', 'replica', 'none']),
  /** Only on a replica: `region/bucket-appid/versionId`. */
  replicaOf: z.optional(z.string()),
  rules: z.array(rule),
  destinations: z.array(destination),
  stacks: z.optional(stacks),
  measuredAt: time,
});

/** `GET /?replicationFailures` */
export const failures = z.strictObject({
  bucket: z.string(),
  items: z.array(
    z.strictObject({
      key: z.string(),
      destination: z.string(),
      state: z.enum(['PENDING', 'FAILED']),
      /** Versions that events named. The work concerns the whole key, so the list may be empty or incomplete. */
      versionIds: z.array(z.string()),
      ...attempt,
    }),
  ),
  /** State objects of the whole deployment that cannot be read; no run works on them. */
  unreadable: count,
  /** The cursor of the next page, which may follow even a page without items. */
  marker: z.optional(z.string()),
  measuredAt: time,
});

/** Body of `POST /?replicationReattempt` */
export const reattemptRequest = z.strictObject({
  keys: z.optional(
    z
      .array(z.string().check(z.refine((key) => keyProblem(key) === undefined, 'no object can have this key')))
      .check(z.minLength(1), z.maxLength(MOST_KEYS)),
  ),
});

/** `POST /?replicationReattempt` */
export const reattempted = z.strictObject({
  bucket: z.string(),
  /** Keys whose waiting work was made due. */
  started: count,
  /** The other named keys in scope: a run looks at them although no work waited, or their work is already due. */
  requested: count,
  /** Named keys that no enabled rule covers, or whose newest version is older than their rules. */
  outOfScope: z.array(z.string()),
  /** Named keys of which the source has no version and no delete marker. */
  notFound: z.array(z.string()),
  /** Set when there is more: call again with this cursor. */
  marker: z.optional(z.string()),
});

/** `POST /?replicationPreflight` */
export const preflighted = z.strictObject({
  bucket: z.string(),
  passed: z.boolean(),
  /** Warnings about the source, which do not make the pre-flight fail. */
  warnings: z.array(z.strictObject({ source: z.string(), name: z.enum(WARNINGS), cause: z.string() })),
  destinations: z.array(
    z.strictObject({
      destination: z.string(),
      passed: z.boolean(),
      markerTold: z.optional(z.boolean()),
      checks: z.array(z.strictObject({ name: z.enum(CHECKS), passed: z.boolean(), cause: z.optional(z.string()) })),
      measuredAt: time,
    }),
  ),
});

const listedBucket = z.strictObject({
  bucket: z.string(),
  region: z.string(),
  /** The current state; `unknown`: COS refused, and `cause` is its code. */
  versioning: z.enum(['Enabled', 'Suspended', 'Disabled', 'unknown']),
  cause: z.optional(z.string()),
});

/** `GET /?replicationDeployment` */
export const deployment = z.strictObject({
  /** The source bucket of this request; if it names none, the first one that the key may manage. */
  bucket: z.string(),
  /** Whether the host names the bucket, so that paths must not. */
  bucketInHost: z.boolean(),
  /** The source buckets that the key may manage. */
  sources: z.array(listedBucket),
  /** The destinations that rules may name. */
  destinations: z.array(listedBucket),
  rights: z.array(z.enum(RIGHTS)),
  /** The calls of this deployment. */
  calls: z.array(z.strictObject({ method: z.string(), subresource: z.string(), on: z.enum(['bucket', 'object']) })),
  measuredAt: time,
});

export type Deployment = z.infer<typeof deployment>;
export type ObjectStatus = z.infer<typeof objectStatus>;
export type Stacks = z.infer<typeof stacks>;
export type DestinationStatus = z.infer<typeof destination>;
export type RuleVerdict = z.infer<typeof rule>;
export type Failures = z.infer<typeof failures>;
export type Reattempted = z.infer<typeof reattempted>;
export type Preflighted = z.infer<typeof preflighted>;
