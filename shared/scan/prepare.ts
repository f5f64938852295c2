import type { Preparation, RangeDocument, ScanDocument } from './documents.ts';
import { MOST_RANGES } from './names.ts';
import { newRange } from './new-range.ts';
import { compareKeys } from './order.ts';
import { commonPrefix, rulesOfPair } from './scope.ts';
import type { PairStore } from './store.ts';
import { VersionStream } from './streams.ts';
import type { ScanDeps } from './types.ts';
import { ServiceError } from '../errors/index.ts';
import { PREPARE_CLOSING_MS } from '../durations/index.ts';

/** The most earlier ledgers that one range reads. More would cost more than the HEADs that they save. */
const MOST_LEDGERS = 8;
/** Ranges written between two checks whether the scan goes on. */
const BATCH = 50;

export interface PrepareOptions {
  readonly deps: ScanDeps;
  readonly store: PairStore;
  readonly scan: ScanDocument;
  /** ms since 1970. */
  readonly deadline: number;
  /** Called for each range that is written and may begin. */
  readonly ready: (range: number) => Promise<void>;
}

/**
 * Splits a scan into ranges: those of the previous scan, with grown ones split up; or, if there is none, ranges from a
 * listing of the source. After a killed run it continues behind the last range that was written. Returns whether all
 * ranges are written.
 */
export async function prepare(options: PrepareOptions): Promise<boolean> {
  const { store, scan } = options;
  const begun = await store.preparation(scan.id);
  if (begun?.done) return true;
  const base = scan.prefix === '' && scan.base !== null ? await store.preparation(scan.base) : undefined;
  const start = begun ?? { scan: scan.id, ranges: 0, after: null, entries: 0, done: false };
  if (base !== undefined && scan.base !== null) return fromEarlier(options, start, scan.base, base.ranges);
  return survey(options, start);
}

/** Adds a range. If a killed run has already written it, that range stays as it is, perhaps with another end. */
async function add(options: PrepareOptions, preparation: Preparation, range: RangeDocument): Promise<Preparation> {
  const { store } = options;
  if (range.number >= MOST_RANGES) {
    throw new ServiceError(`A scan has more than ${MOST_RANGES} ranges: set a larger range size`, {
      code: 'TooManyRanges',
    });
  }
  await store.createRange(range);
  // Read again even if it was just created: a range of an earlier run may be done by now, and lie among the done ones.
  const { upTo, expected } = (await store.range(range.scan, range.number)) ?? range;
  const next: Preparation = {
    ...preparation,
    ranges: preparation.ranges + 1,
    after: upTo,
    entries: preparation.entries + expected,
    done: upTo === null,
  };
  await options.ready(range.number);
  return next;
}

async function survey(options: PrepareOptions, begun: Preparation): Promise<boolean> {
  const { deps, store, scan, deadline } = options;
  const { engine, settings } = deps;
  const { cos } = engine.deps;
  const rules = rulesOfPair(await engine.rules.getFresh(scan.source), scan);
  const common = commonPrefix(rules.map(({ prefix }) => prefix));
  const prefix = common.startsWith(scan.prefix) ? common : scan.prefix;
  let preparation = begun;
  const stream = new VersionStream(
    (cursor) => cos.listVersions(scan.source, { ...(prefix === '' ? {} : { prefix }), maxKeys: 1000, ...cursor }),
    { after: begun.after ?? undefined, upTo: undefined },
  );
  let entries = 0;
  let last: string | undefined;
  for (;;) {
    if (stream.head === undefined && !stream.ended) await stream.fill();
    const key = stream.head?.key;
    // A range ends with a whole key, because one run at a time works on a key of any depth.
    const cut = last !== undefined && key !== last && entries >= settings.rangeEntries;
    if (key === undefined || (cut && last !== undefined)) {
      const upTo = key === undefined ? null : (last as string);
      const range = {
        ...newRange(scan.id, preparation.ranges, { after: preparation.after, upTo, expected: entries }),
        salt: engine.deps.unique(),
      };
      preparation = await add(options, preparation, range);
      await store.putPreparation(preparation);
      if (preparation.done) return true;
      if (engine.now() >= deadline - PREPARE_CLOSING_MS) return false;
      // An existing range may end elsewhere; its keys must be neither skipped nor counted twice.
      if (preparation.after !== upTo) return survey(options, preparation);
      entries = 0;
    }
    if (engine.now() >= deadline - PREPARE_CLOSING_MS) return false;
    last = key;
    entries += 1;
    stream.skip();
  }
}

async function fromEarlier(options: PrepareOptions, begun: Preparation, base: string, count: number): Promise<boolean> {
  const { deps, store, scan, deadline } = options;
  let preparation = begun;
  for (let first = 0; first < count; first += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, count - first) }, (_, i) => first + i);
    for (const earlier of await store.readRanges(base, numbers)) {
      const ends = endsOf(earlier, deps.settings.rangeEntries);
      for (const upTo of ends) {
        // An earlier run wrote the range.
        if (isBehind(preparation.after, upTo)) continue;
        const own = store.ledgerName(base, earlier.number);
        const entries = Math.max(earlier.entries, earlier.expected);
        const range = newRange(scan.id, preparation.ranges, {
          after: preparation.after,
          upTo,
          expected: Math.round(entries / ends.length),
        });
        preparation = await add(options, preparation, {
          ...range,
          salt: earlier.salt,
          ledgers: [own, ...earlier.ledgers].slice(0, MOST_LEDGERS),
        });
      }
      if (deps.engine.now() >= deadline - PREPARE_CLOSING_MS) break;
    }
    await store.putPreparation(preparation);
    if (preparation.done) return true;
    if (deps.engine.now() >= deadline - PREPARE_CLOSING_MS) return false;
  }
  // The last ranges of the previous scan are lost.
  return survey(options, preparation);
}

/** The ends of the ranges that replace an earlier one. */
function endsOf({ entries, splits, upTo }: RangeDocument, rangeEntries: number): readonly (string | null)[] {
  if (entries < 2 * rangeEntries) return [upTo];
  return [...splits.filter((key) => upTo === null || compareKeys(key, upTo) < 0), upTo];
}

const isBehind = (after: string | null, upTo: string | null): boolean =>
  after !== null && upTo !== null && compareKeys(upTo, after) <= 0;
