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

/** The prefix of what the hourly checks have found. */
export const FINDINGS = 'status/checks/';
/** Writing this object has `scan` check the buckets. */
export const CHECK_NOTE = 'scans/check';

/** `buckets`: checked by `scan`, whose rights are those of copying. `functions`: checked by `schedule`. */
export const PARTS = ['buckets', 'functions'] as const;
export type Part = (typeof PARTS)[number];

/** One precondition that is broken. */
export interface Break {
  readonly check: CheckedThing;
  /** `bucket-appid@region` of the source or destination that suffers; '': all of them. */
  readonly place: string;
  /** The broken thing: a bucket, a function, or its trigger. */
  readonly what: string;
  readonly cause: string;
  /** ms since 1970: when it was found first. */
  readonly since: number;
}

/** The rules of a bucket's lifecycle that remove versions. */
export interface Lifecycle {
  readonly place: string;
  /** At most `MOST_EXPIRIES`. */
  readonly rules: readonly Expiry[];
  readonly total: number;
  /** Error code for which they could not be found out. */
  readonly unknown?: string | undefined;
}

/** Rules of a lifecycle that are kept. */
export const MOST_EXPIRIES = 20;

/** The findings of one part. */
export interface Findings {
  /** ms since 1970. */
  readonly measuredAt: number;
  /** The buckets, `bucket-appid@region`, that were looked at. */
  readonly places: readonly string[];
  readonly broken: readonly Break[];
  /** Error code for which a part of it could not be found out. */
  readonly unknown?: string | undefined;
  /** Destinations that remove nothing, so that nothing more is written there to try it. */
  readonly keeping?: readonly string[] | undefined;
  /** Of the buckets that were looked at; an earlier release kept none. */
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

/** Undefined: there are none yet, or somebody damaged them; the next check makes them anew. Throws `CosError`. */
export async function readFindings(deps: FindingsDeps, part: Part): Promise<Findings | undefined> {
  return readUndamaged(deps, nameOf(part), document);
}

/** A break that was there before keeps the time of its beginning. Throws `CosError`. */
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
