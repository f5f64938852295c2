import * as z from 'zod/mini';

import { SKIP_CODES } from '../../shared/errors/index.ts';
import { DIFFERENCES, SHOWN_INSTEAD } from '../../shared/verify/index.ts';
import { prefix } from './scan-schemas.ts';

const time = z.iso.datetime();
const count = z.int().check(z.nonnegative());
const amount = { count, bytes: count };

/** Body of `POST /?replicationVerify` */
export const verifyRequest = z.strictObject({
  prefix: z.optional(prefix),
  upTo: z.optional(time),
  deep: z.optional(z.boolean()),
  destination: z.optional(z.string()),
});

const VERIFY_STATES = ['running', 'ended', 'stopped'] as const;

/** `deleteMarkers`: deleted keys, as far as the rules replicate deletions. */
const side = z.strictObject({ versions: count, bytes: count, deleteMarkers: count });

const destination = z.strictObject({
  /** `bucket-appid@region` */
  destination: z.string(),
  equal: z.nullable(z.boolean()),
  safe: z.nullable(z.boolean()),
  progress: z.strictObject({ ranges: z.strictObject({ total: count, done: count }), keys: count }),
  /** Null while it runs. */
  digests: z.nullable(z.strictObject({ source: z.string(), destination: z.string() })),
  /** The versions that should be at the destination. */
  source: side,
  /** Those of them that are there. */
  replicas: side,
  differences: z.array(z.strictObject({ kind: z.enum(DIFFERENCES), ...amount })),
  /** Versions without a replica for a reason that is no failure. */
  skipped: z.array(z.strictObject({ reason: z.enum(SKIP_CODES), ...amount })),
  /** Only with `deep`: replicas whose bytes cannot be read, because they are archived. */
  unread: z.optional(z.strictObject(amount)),
  /** The cause that makes the verification wait. */
  cause: z.optional(z.string()),
});

const item = z.strictObject({
  destination: z.string(),
  key: z.string(),
  kind: z.enum([...DIFFERENCES, 'skipped']),
  versionId: z.optional(z.string()),
  replicaVersionId: z.optional(z.string()),
  size: z.optional(count),
  lastModified: z.optional(time),
  /** The reason of a skipped version. */
  reason: z.optional(z.enum(SKIP_CODES)),
  /** The cause of a version that could not be verified. */
  cause: z.optional(z.string()),
  /** The kind of version that the destination shows instead. */
  by: z.optional(z.enum(SHOWN_INSTEAD)),
});

/** `POST /?replicationVerify`, `GET /?replicationVerify` */
export const verified = z.strictObject({
  id: z.string(),
  bucket: z.string(),
  prefix: z.string(),
  /** Later versions are left out. */
  upTo: time,
  /**
   * Every version that was written before this time was certainly listed. Listings may lack younger ones. Null when
   * nothing was listed yet.
   */
  certainUpTo: z.nullable(time),
  deep: z.boolean(),
  state: z.enum(VERIFY_STATES),
  /** The cause of a verification that was stopped. */
  cause: z.optional(z.string()),
  /** Whether nothing differs at all; null while unknown. */
  equal: z.nullable(z.boolean()),
  /** Whether nothing is missing, damaged, hidden or unverified; null while unknown. */
  safe: z.nullable(z.boolean()),
  startedAt: time,
  endedAt: z.optional(time),
  destinations: z.array(destination),
  /** Items in the list, over all pages. */
  listed: count,
  list: z.array(item),
  /** Set when there are more items: the cursor of the next page. */
  marker: z.optional(z.string()),
  measuredAt: time,
});

export type Verified = z.infer<typeof verified>;
