import * as z from 'zod/mini';
import { formatPlace, type Place } from '../cos/index.ts';
import { STATUS_PREFIX } from '../rules/index.ts';
import { sealedBy } from './seal.ts';

const time = z.iso.datetime();
const count = z.int().check(z.nonnegative());

/** The most backlog keys that the document names, and the most rules. */
export const MOST_KEYS = 200;
export const MOST_RULES = 100;
/** Largest size of the document in bytes. */
export const LARGEST = 2 * 2 ** 20;

/** The status of one source, kept at a destination. Anybody who may write to the destination may have written it. */
const beacon = z.object({
  /** `bucket-appid@region` */
  source: z.string(),
  destination: z.string(),
  measuredAt: time,
  /**
   * Every version that the rules cover and that was written before this time is at the destination, or skipped with a
   * reason; null: unknown.
   */
  completeUpTo: z.nullable(time),
  /** End of the scan that found this. */
  scannedAt: z.nullable(time),
  pending: z.object({
    keys: count,
    failed: count,
    /** The backlog is larger than the count. */
    atLeast: z.boolean(),
    oldest: z.nullable(time),
    /** The oldest entries of the backlog. */
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
  /** Number of all rules. */
  ruleCount: count,
  /** Version ID of the previous status, in case it could not be removed. */
  replaces: z.nullable(z.string().check(z.regex(/^[\w+/=-]{1,200}$/))),
});

/** `signedBy`: the status key that signed all of it. */
export type Beacon = z.infer<typeof beacon> & { readonly signedBy?: string };

/** The key of the status at the destination. No rule covers it, so it is never replicated further. */
export const beaconKey = ({ bucket, region }: Place): string => `${STATUS_PREFIX}${region}/${bucket}`;

/** Undefined when the body is no status, or one of other buckets. */
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
