import * as z from 'zod/mini';

/*
 * The fields of the API's answers that the commands read; `--json` prints the others as well. A newer API may answer
 * more fields, so the schemas are not strict.
 */
const amount = z.object({ versions: z.number(), bytes: z.number() });
const progress = z.object({ total: z.nullable(z.number()), done: z.number() });
const scan = z.object({
  destination: z.string(),
  state: z.string(),
  kind: z.optional(z.string()),
  prefix: z.optional(z.string()),
  cause: z.optional(z.string()),
  requested: z.optional(z.unknown()),
  pausedSince: z.optional(z.string()),
  entries: progress,
  entriesPerSecond: z.nullable(z.number()),
  etaSeconds: z.nullable(z.number()),
  did: z.object({
    copied: z.number(),
    removed: z.number(),
    deferred: z.number(),
    propertiesChanged: z.optional(z.number()),
  }),
});
const spent = z.object({ versions: z.number(), currency: z.string(), total: z.number() });
const percentiles = z.object({ p50: z.number(), p99: z.number(), max: z.number() });
export const scans = z.object({ scans: z.array(scan) });
const bounds = z.array(
  z.object({
    rule: z.string(),
    prefix: z.string(),
    narrowed: z.boolean(),
    days: z.optional(z.number()),
    date: z.optional(z.string()),
  }),
);
const side = z.object({
  current: amount,
  older: amount,
  deleteMarkers: z.number(),
  lifecycle: z.optional(z.nullable(z.object({ current: bounds, older: bounds, more: z.number() }))),
});
export const status = z.object({
  destinations: z.array(
    z.object({
      destination: z.string(),
      state: z.string(),
      cause: z.optional(z.string()),
      rules: z.array(
        z.object({
          id: z.string(),
          enabled: z.boolean(),
          cost: z.optional(z.nullable(z.object({ since: z.string(), soFar: spent, thisMonth: spent }))),
          versions: z.nullable(
            z.object({ replicated: amount, pending: amount, failed: amount, skipped: amount, expired: amount }),
          ),
        }),
      ),
      preconditions: z.optional(
        z.object({
          broken: z.array(z.object({ what: z.string(), cause: z.string(), means: z.string(), todo: z.string() })),
        }),
      ),
      backlog: z.object({
        keys: z.number(),
        failed: z.number(),
        atLeast: z.boolean(),
        oldestAgeMs: z.nullable(z.number()),
      }),
      lagMs: z.nullable(percentiles),
      live: z.optional(
        z.nullable(
          z.object({ copied: amount, failedTries: z.number(), lagMs: z.nullable(percentiles), measuredAt: z.string() }),
        ),
      ),
      canary: z.optional(
        z.nullable(z.object({ lagMs: z.nullable(z.number()), waitingSince: z.nullable(z.string()), lost: z.number() })),
      ),
      completeUpTo: z.nullable(z.string()),
      reasons: z.object({
        completeUpTo: z.optional(z.string()),
        sourceLifecycle: z.optional(z.string()),
        destinationLifecycle: z.optional(z.string()),
      }),
      leftAlone: z.optional(z.nullable(z.object({ versions: z.number(), bytes: z.number(), keys: z.number() }))),
      sides: z.optional(z.nullable(z.object({ source: side, destination: side }))),
      scan,
      measuredAt: z.nullable(z.string()),
    }),
  ),
});
export const named = z.object({ destinations: z.array(z.object({ destination: z.string(), paused: z.boolean() })) });

export type Scan = z.infer<typeof scan>;
export type Bounds = z.infer<typeof bounds>;
export type Side = z.infer<typeof side>;
export type Percentiles = z.infer<typeof percentiles>;
export type DestinationStatus = z.infer<typeof status>['destinations'][number];
