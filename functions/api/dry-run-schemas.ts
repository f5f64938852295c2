import * as z from 'zod/mini';

import { SKIP_CODES } from '../../shared/errors/index.ts';
import { FORECAST_SKIPS } from '../../shared/scan/index.ts';

const time = z.iso.datetime();
const count = z.int().check(z.nonnegative());
const figure = z.number().check(z.nonnegative());

const amount = { versions: count, bytes: count, deleteMarkers: count };
/** `objects`: keys whose newest version is included. */
const planned = { objects: count, ...amount };

/** At list prices, without storage at the destination. */
const cost = z.strictObject({
  currency: z.string(),
  requests: figure,
  functions: figure,
  traffic: figure,
  total: figure,
});

const destination = z.strictObject({
  /** `bucket-appid@region` */
  destination: z.string(),
  rules: z.array(z.strictObject({ id: z.string(), ...planned })),
  /** Sum of the rules. */
  replicates: z.strictObject(planned),
  /** Those of them that are replicated only if the version has the tags of the filter. */
  ifTagged: z.strictObject(amount),
  /** Not included above: versions that the stored rules replicate already. */
  already: z.strictObject(amount),
  /** The reasons why listed versions get no replica. */
  skipped: z.array(z.strictObject({ reason: z.enum(FORECAST_SKIPS), ...amount })),
  usage: z.strictObject({ requests: count, functionRuns: count, gbSeconds: figure, bytesAcrossRegions: count }),
  cost,
});

/** `POST /?replicationDryRun` */
export const dryRun = z.strictObject({
  bucket: z.string(),
  /** The listed prefix: no enabled rule covers other keys. */
  prefix: z.string(),
  /** Versions and delete markers that this call listed. */
  listed: count,
  /** False: only the part that one call could count; the next call begins at `marker`. */
  complete: z.boolean(),
  marker: z.optional(z.string()),
  destinations: z.array(destination),
  cost,
  /** Further reasons that may skip versions and that a listing does not show. */
  untold: z.array(z.enum([...SKIP_CODES, 'replica'])),
  measuredAt: time,
});

export type DryRun = z.infer<typeof dryRun>;
