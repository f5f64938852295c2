import { readPlace } from '../cos/index.ts';
import { SKIP_CODES } from '../errors/index.ts';
import type { SkipCode } from '../errors/index.ts';
import {
  flag,
  listOf,
  mapOf,
  notNegative,
  nullable,
  number,
  object,
  oneOf,
  optional,
  pairOf,
  text,
} from '../shape/index.ts';

/**
 * The kinds of differences. `delete-marker`: deleted at the source, shown at the destination. `not-shown`: the replica
 * exists, but the destination shows another version. `unverified`: the comparison failed.
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

/** The kinds that readers of the destination do not notice, because no content is lost or hidden. */
export const HARMLESS: ReadonlySet<Difference> = new Set(['metadata', 'storage-class', 'surplus']);

export const SHOWN_INSTEAD = ['replica', 'delete-marker', 'other', 'nothing'] as const;

const time = number;
const count = notNegative;
const hex = text((digits) => /^[0-9a-f]{64}$/.test(digits));
/** A number of versions, and their bytes. */
const amount = pairOf(count);
const side = object({ versions: amount, deleteMarkers: count });

/** One verification. It is written before any other function begins a part of it, and does not change. */
export const verifyJob = object({
  id: text(),
  source: readPlace,
  prefix: text(),
  /** ms since 1970: later versions of the source are left out. */
  upTo: time,
  deep: flag,
  /** By COS's own clock. */
  started: time,
  /** `signature`: of the rules in force when it began. */
  pairs: listOf(object({ destination: readPlace, signature: text() })),
  /** Keys beyond `after`, up to `upTo`; null: from the first, or to the last. `pair`: index of the destination. */
  ranges: listOf(object({ pair: count, after: nullable(text()), upTo: nullable(text()) })),
});

/** The findings. All fields add up, so that ranges can be summed in any order. */
const verifySums = object({
  keys: count,
  source: side,
  replicas: side,
  digests: object({ source: hex, destination: hex }),
  differences: mapOf(amount),
  skipped: mapOf(amount),
  /** Replicas whose bytes cannot be read again, because they are archived. */
  unread: amount,
});

/** The progress and findings of one range, in one object. */
export const verifyRange = object({
  number: count,
  /** The last key that is done; null: none. */
  cursor: nullable(text()),
  /** Earliest beginning of its listings, in ms since 1970. */
  listed: time,
  sums: verifySums,
  /** Stored parts of its list, and the items in them. */
  parts: count,
  told: count,
  /** The replicas that are being read again: their progress and their checksums so far. */
  reading: mapOf(object({ from: count, crc: text() })),
  /** The cause with which every key failed, while the range waits because of it. */
  blocked: nullable(text()),
  tries: count,
  /** ms since 1970: no run continues the range earlier. */
  notBefore: time,
  done: nullable(time),
});

export interface VerifyItem {
  readonly pair: number;
  readonly key: string;
  readonly kind: Difference | 'skipped';
  readonly versionId?: string;
  readonly replicaVersionId?: string;
  readonly size?: number;
  /** When the version was written, in ms since 1970. */
  readonly written?: number;
  readonly reason?: SkipCode;
  readonly cause?: string;
  readonly by?: (typeof SHOWN_INSTEAD)[number];
}

const item = object<VerifyItem>({
  pair: count,
  key: text(),
  kind: oneOf([...DIFFERENCES, 'skipped']),
  versionId: optional(text()),
  replicaVersionId: optional(text()),
  size: optional(count),
  written: optional(time),
  reason: optional(oneOf(SKIP_CODES)),
  cause: optional(text()),
  by: optional(oneOf(SHOWN_INSTEAD)),
});

/** A part of the list of versions that differ or are skipped. */
export const verifyList = listOf(item);

/** The reason, written when a verification stops early. */
export const verifyStop = object({ cause: text(), time });

export type VerifyJob = ReturnType<typeof verifyJob>;
export type VerifySums = ReturnType<typeof verifySums>;
export type VerifyRange = ReturnType<typeof verifyRange>;
export type VerifyStop = ReturnType<typeof verifyStop>;
