import * as z from 'zod/mini';
import { formatPlace, type Place } from '../cos/index.ts';
import { STATUS_PREFIX } from '../rules/index.ts';
import { sealedBy } from './seal.ts';

const time = z.iso.datetime();
const count = z.int().check(z.nonnegative());

/** Keys of the backlog that are named, and rules. */
export const MOST_KEYS = 200;
export const MOST_RULES = 100;
/** Bytes of the document at most. */
export const LARGEST = 2 * 2 ** 20;

/** The status of one source that a destination holds. Anybody who may write to the destination may have written it. */
export const beacon = z.object({
  /** `bucket-appid@region` */
  source: z.string(),
  destination: z.string(),
  measuredAt: time,
  /** Everything that the rules cover and that was written before is there, or skipped with a reason; null: unknown. */
  completeUpTo: z.nullable(time),
  /** When the scan ended that says so. */
  scannedAt: z.nullable(time),
  pending: z.object({
    keys: count,
    failed: count,
    /** There is more than was counted. */
    atLeast: z.boolean(),
    oldest: z.nullable(time),
    /** The first of them. */
    list: z.array(z.object({ key: z.string(), since: time, cause: z.string(), failed: z.boolean() })),
  }),
  rules: z.array(
    z.object({
      id: z.string(),
      enabled: z.boolean(),
      prefix: z.string(),
      tags: z.array(z.tuple([z.string(), z.string()])),
      deleteMarkers: z.boolean(),
      storageClass: z.nullable(z.string()),
    }),
  ),
  /** Rules in all. */
  ruleCount: count,
  /** Version ID of the one before, in case that it was not removed. */
  replaces: z.nullable(z.string().check(z.regex(/^[\w+/=-]{1,200}$/))),
});

/** `signedBy`: the status key that signed all of it. */
export type Beacon = z.infer<typeof beacon> & { readonly signedBy?: string };

/** Where a destination holds it. No rule covers the key, so that it is never replicated on. */
export const beaconKey = ({ bucket, region }: Place): string => `${STATUS_PREFIX}${region}/${bucket}`;

/** Undefined: it is none, or it speaks of other buckets. */
export function readBeacon(body: Uint8Array, source: Place, destination: Place): Beacon | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    const found = z.parse(beacon, JSON.parse(text));
    const signedBy = sealedBy(text);
    const isOfPair = found.source === formatPlace(source) && found.destination === formatPlace(destination);
    if (!isOfPair) return undefined;
    return signedBy === undefined ? found : { ...found, signedBy };
  } catch {
    return undefined;
  }
}
