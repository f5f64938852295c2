import * as z from 'zod/mini';

import { SKIP_CODES } from '../../shared/errors/index.ts';
import { FORECAST_SKIPS } from '../../shared/scan/index.ts';

const time = z.iso.datetime();
const count = z.int().check(z.nonnegative());
const figure = z.number().check(z.nonnegative());

const amount = { versions: count, bytes: count, deleteMarkers: count };
/** `objects`: keys whose newest version is among them. */
const planned = { objects: count, ...amount };

/** At list prices, storage at the destination not included. */
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
  /** Of those: replicated only if the version bears the tags of the filter. */
  ifTagged: z.strictObject(amount),
  /** Beside those: what the stored rules replicate already. */
  already: z.strictObject(amount),
  /** Why versions that were listed get no replica. */
  skipped: z.array(z.strictObject({ reason: z.enum(FORECAST_SKIPS), ...amount })),
  usage: z.strictObject({ requests: count, functionRuns: count, gbSeconds: figure, bytesAcrossRegions: count }),
  cost,
});

/** `POST /?replicationDryRun` */
export const dryRun = z.strictObject({
  bucket: z.string(),
  /** What was listed: no enabled rule speaks about other keys. */
  prefix: z.string(),
  /** Versions and delete markers that this call listed. */
  listed: count,
  /** False: this is the part that one call could count, and `marker` is where the next one begins. */
  complete: z.boolean(),
  marker: z.optional(z.string()),
  destinations: z.array(destination),
  cost,
  /** For what further reasons versions may be skipped; a listing does not tell. */
  untold: z.array(z.enum([...SKIP_CODES, 'replica'])),
  measuredAt: time,
});

export type DryRun = z.infer<typeof dryRun>;
