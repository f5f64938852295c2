import { JSON_BODY, readUndamaged, type Cos, type Expiry, type Place } from '../cos/index.ts';
import {
  encodeState,
  flag,
  listOf,
  notNegative,
  object,
  oneOf,
  optional,
  someText,
  text,
  type Reader,
} from '../shape/index.ts';
import { CHECKED, type CheckedThing } from './breaks.ts';

/** The prefix of the findings of the hourly checks. */
export const FINDINGS = 'status/checks/';
/** Writing this object makes `scan` check the buckets. */
export const CHECK_NOTE = 'scans/check';

/** `buckets`: checked by `scan`, which has the rights of copying. `functions`: checked by `schedule`. */
const PARTS = ['buckets', 'functions'] as const;
export type Part = (typeof PARTS)[number];

/** One precondition that is broken. */
export interface Break {
  readonly check: CheckedThing;
  /** `bucket-appid@region` of the affected source or destination; '': all of them. */
  readonly place: string;
  /** The broken thing: a bucket, a function, or its trigger. */
  readonly what: string;
  readonly cause: string;
  /** Time at which it was first found, in ms since 1970. */
  readonly since: number;
}

/** The lifecycle rules of a bucket that remove versions. */
export interface Lifecycle {
  readonly place: string;
  /** At most `MOST_EXPIRIES`. */
  readonly rules: readonly Expiry[];
  readonly total: number;
  /** Error code that kept the lifecycle from being read. */
  readonly unknown?: string | undefined;
}

/** The most lifecycle rules that are kept. */
export const MOST_EXPIRIES = 20;

/** The findings of one part. */
export interface Findings {
  /** ms since 1970. */
  readonly measuredAt: number;
  /** The buckets that were checked, as `bucket-appid@region`. */
  readonly places: readonly string[];
  readonly broken: readonly Break[];
  /** Error code that kept a part from being checked. */
  readonly unknown?: string | undefined;
  /** Destinations where versions cannot be removed, so no further test object is written there. */
  readonly keeping?: readonly string[] | undefined;
  /** The lifecycles of the checked buckets; findings of an earlier release have none. */
  readonly lifecycles?: readonly Lifecycle[] | undefined;
}

const daysOrDate: Reader<number | string> = (value) =>
  typeof value === 'string' ? someText(value) : notNegative(value);

const document: Reader<Findings> = object<Findings>({
  measuredAt: notNegative,
  places: listOf(someText),
  broken: listOf(
    object<Break>({ check: oneOf(CHECKED), place: text(), what: text(), cause: someText, since: notNegative }),
  ),
  unknown: optional(someText),
  keeping: optional(listOf(someText)),
  lifecycles: optional(
    listOf(
      object<Lifecycle>({
        place: someText,
        rules: listOf(
          object<Expiry>({
            id: text(),
            prefix: text(),
            narrowed: flag,
            current: optional(daysOrDate),
            older: optional(notNegative),
          }),
        ),
        total: notNegative,
        unknown: optional(someText),
      }),
    ),
  ),
});

export interface FindingsDeps {
  readonly cos: Pick<Cos, 'getObject' | 'putObject'>;
  readonly state: Place;
}

const nameOf = (part: Part): string => `${FINDINGS}${part}`;

/** Undefined when there are none yet, or when they are damaged; the next check makes them anew. Throws `CosError`. */
export async function readFindings(deps: FindingsDeps, part: Part): Promise<Findings | undefined> {
  return readUndamaged(deps, nameOf(part), document);
}

/** Stores findings. A break that was there before keeps the time of its beginning. Throws `CosError`. */
export async function storeFindings(
  { cos, state }: FindingsDeps,
  part: Part,
  found: Findings,
  before: Findings | undefined,
): Promise<void> {
  const same = (a: Break, b: Break): boolean =>
    a.check === b.check && a.place === b.place && a.what === b.what && a.cause === b.cause;
  const broken = found.broken.map((one) => ({
    ...one,
    since: before?.broken.find((other) => same(one, other))?.since ?? one.since,
  }));
  await cos.putObject(state, nameOf(part), encodeState({ ...found, broken }), JSON_BODY);
}
