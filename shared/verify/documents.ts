import * as z from 'zod/mini';
import { isBucketName, isRegion } from '../cos/index.ts';
import { SKIP_CODES } from '../errors/index.ts';

/**
 * What may differ. `delete-marker`: deleted at the source, shown at the destination. `not-shown`: the replica is there and
 * the destination shows something else. `unverified`: nobody could find out.
 */
export const DIFFERENCES = [
  'missing',
  'bytes',
  'delete-marker',
  'not-shown',
  'unverified',
  'metadata',
  'storage-class',
  'surplus',
] as const;
export type Difference = (typeof DIFFERENCES)[number];

/** Those of which nobody notices anything who goes over to the destination: no content is lost or hidden. */
export const HARMLESS: ReadonlySet<Difference> = new Set(['metadata', 'storage-class', 'surplus']);

export const SHOWN_INSTEAD = ['replica', 'delete-marker', 'other', 'nothing'] as const;

const place = z.object({
  bucket: z.string().check(z.refine(isBucketName)),
  region: z.string().check(z.refine(isRegion)),
});
const time = z.number();
const count = z.number().check(z.nonnegative());
const hex = z.string().check(z.regex(/^[0-9a-f]{64}$/));
/** How many, and their bytes. */
const amount = z.tuple([count, count]);
const side = z.object({ versions: amount, deleteMarkers: count });

/** One verification: fixed when it begins, and written before any part of it is begun by another function. */
export const verifyJob = z.object({
  id: z.string(),
  source: place,
  prefix: z.string(),
  /** ms since 1970: what was written at the source later is left out. */
  upTo: time,
  deep: z.boolean(),
  /** By COS's own clock. */
  started: time,
  /** `signature`: of the rules that it goes by. */
  pairs: z.array(z.object({ destination: place, signature: z.string() })),
  /** Keys behind `after`, up to `upTo`; null: from the first, to the last. `pair`: index of the destination. */
  ranges: z.array(z.object({ pair: count, after: z.nullable(z.string()), upTo: z.nullable(z.string()) })),
});

/** What was found; everything adds up, so that ranges can be summed in any order. */
export const verifySums = z.object({
  keys: count,
  source: side,
  replicas: side,
  digests: z.object({ source: hex, destination: hex }),
  differences: z.record(z.string(), amount),
  skipped: z.record(z.string(), amount),
  /** Replicas whose bytes nobody can read again, because they are archived. */
  unread: amount,
});

/** How far one range is, with what it found so far, in one object. */
export const verifyRange = z.object({
  number: count,
  /** The last key that is done; null: none. */
  cursor: z.nullable(z.string()),
  /** ms since 1970: when its listings began, at the earliest. */
  listed: time,
  sums: verifySums,
  /** Parts of its list that lie there, and items in them. */
  parts: count,
  told: count,
  /** Of replicas that are being read again: how far, and the checksum so far. */
  reading: z.record(z.string(), z.object({ from: count, crc: z.string() })),
  /** Set while it waits because every key failed with it. */
  blocked: z.nullable(z.string()),
  tries: count,
  /** ms since 1970: not gone on with before. */
  notBefore: time,
  done: z.nullable(time),
});

const item = z.object({
  pair: count,
  key: z.string(),
  kind: z.enum([...DIFFERENCES, 'skipped']),
  versionId: z.optional(z.string()),
  replicaVersionId: z.optional(z.string()),
  size: z.optional(count),
  /** ms since 1970: when the version was written. */
  written: z.optional(time),
  reason: z.optional(z.enum(SKIP_CODES)),
  cause: z.optional(z.string()),
  by: z.optional(z.enum(SHOWN_INSTEAD)),
});

/** A part of the list of what differs or is skipped. */
export const verifyList = z.array(item);

/** Written when a verification ends before its end. */
export const verifyStop = z.object({ cause: z.string(), time });

export type VerifyJob = z.infer<typeof verifyJob>;
export type VerifySums = z.infer<typeof verifySums>;
export type VerifyRange = z.infer<typeof verifyRange>;
export type VerifyItem = z.infer<typeof item>;
export type VerifyStop = z.infer<typeof verifyStop>;
