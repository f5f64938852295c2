import { addDeeds, emptyDeeds, type Deeds } from './counts.ts';
import type { RangeDocument, ScanDocument, ScanRequest } from './documents.ts';
import { entriesOf, estimate } from './eta.ts';
import type { PairStore } from './store.ts';

/** The progress of the scans of a pair. */
export interface Progress {
  readonly scan: ScanDocument | undefined;
  readonly request: ScanRequest | undefined;
  /** ms since 1970; undefined when not paused. */
  readonly pausedSince: number | undefined;
  readonly ranges: { readonly total: number | undefined; readonly done: number };
  /** Versions and delete markers of the source. The total is known once the scan is split into all its ranges. */
  readonly entries: { readonly total: number | undefined; readonly done: number };
  /**
   * Entries a second, over all runs in progress; undefined while no entry is done yet, or when the scan does not run.
   */
  readonly rate: number | undefined;
  /** ms until the scan has ended at that rate; undefined when unknown. */
  readonly eta: number | undefined;
  readonly deeds: Deeds;
  /** The cause that makes a range wait. */
  readonly blocked: string | undefined;
}

/** Reads the progress of the scan of a pair. `now` in ms since 1970. Throws `CosError`, `InvalidStateObject`. */
export async function readProgress(store: PairStore, now: number): Promise<Progress> {
  const [scan, paused, request] = await Promise.all([store.scan(), store.paused(), store.request()]);
  const about = { scan, request, pausedSince: paused?.since };
  if (scan === undefined) {
    return {
      ...about,
      ranges: { total: undefined, done: 0 },
      entries: { total: undefined, done: 0 },
      rate: undefined,
      eta: undefined,
      deeds: emptyDeeds(),
      blocked: undefined,
    };
  }
  const [preparation, open, done, notes] = await Promise.all([
    store.preparation(scan.id),
    store.openRanges(scan.id),
    store.doneRanges(scan.id),
    store.notes(),
  ]);
  const ranges = await store.readRanges(scan.id, [...new Set([...open, ...done])]);
  const deeds = emptyDeeds();
  for (const range of ranges) addDeeds(deeds, range.deeds);
  const finished = ranges.filter((range) => range.done !== null);
  const whole = preparation?.done === true;
  const total = whole ? ranges.reduce((sum, range) => sum + totalOf(range), 0) : undefined;
  const walked = ranges.reduce((sum, range) => sum + entriesOf(range), 0);
  const running = scan.state === 'running' && paused === undefined;
  const estimated = running ? estimate(ranges, notes.size, now) : undefined;
  return {
    ...about,
    ranges: { total: whole ? preparation.ranges : undefined, done: finished.length },
    entries: { total, done: total === undefined ? walked : Math.min(walked, total) },
    rate: estimated?.rate,
    eta: whole ? estimated?.eta : undefined,
    deeds,
    blocked: ranges.find(({ blocked }) => blocked !== null)?.blocked ?? undefined,
  };
}

/** The count of the previous scan, until this one has come further or to the end. */
const totalOf = ({ done, expected, entries }: RangeDocument): number =>
  done === null ? Math.max(expected, entries) : entries;
