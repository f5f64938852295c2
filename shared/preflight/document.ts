import * as z from 'zod/mini';

import { isBucketName, isRegion, samePlace } from '../cos/index.ts';
import type { Cos, Place } from '../cos/index.ts';
import { ServiceError } from '../errors/index.ts';

/** What pre-flight tries at a destination, in this order; each one needs those before it. */
export const CHECKS = [
  'reach',
  'versioning',
  'write',
  'copy',
  'metadata',
  'read',
  'delete-marker',
  'marker-answer',
  'remove',
] as const;
export type CheckName = (typeof CHECKS)[number];

const check = z.object({
  name: z.enum(CHECKS),
  passed: z.boolean(),
  /** Error code, or a word of ours; only where it did not pass. */
  cause: z.optional(z.string()),
});

const document = z.object({
  destination: z.object({
    bucket: z.string().check(z.refine(isBucketName)),
    region: z.string().check(z.refine(isRegion)),
  }),
  /** ms since 1970 by the clock of COS. */
  measuredAt: z.number(),
  passed: z.boolean(),
  /** Whether the 404 of a deleted key says that a delete marker is why; undefined: not found out. */
  markerTold: z.optional(z.boolean()),
  checks: z.array(check),
});

export type Check = Readonly<z.infer<typeof check>>;
/** The last pre-flight of one destination. */
export type Preflight = Readonly<z.infer<typeof document>>;

const nameOf = (destination: Place): string => `status/preflight/${destination.bucket}`;

/** Throws `CosError` with side `state`. */
export async function storePreflight(cos: Cos, state: Place, found: Preflight): Promise<void> {
  const body = Buffer.from(JSON.stringify(found));
  await cos.putObject(state, nameOf(found.destination), body, { contentType: 'application/json' });
}

/**
 * The last pre-flight of a destination; undefined when there was none. Throws `ServiceError` `InvalidStateObject` for
 * what is not one.
 */
export async function readPreflight(cos: Cos, state: Place, destination: Place): Promise<Preflight | undefined> {
  const name = nameOf(destination);
  const object = await cos.getObject(state, name);
  if (object === undefined) return undefined;
  try {
    const found = z.parse(document, JSON.parse(Buffer.from(object.body).toString('utf8')));
    // A bucket that was made again elsewhere has to be tried again.
    return samePlace(found.destination, destination) ? found : undefined;
  } catch (cause) {
    throw new ServiceError(`The state object ${name} cannot be read`, {
      code: 'InvalidStateObject',
      side: 'state',
      cause,
    });
  }
}
