import { CLOCK_DOUBT_MS, RANGE_SILENT_MS, SETTLE_MS, TIMER_MS } from '../durations/index.ts';
import type { RangeDocument } from './documents.ts';

type Walked = Pick<
  RangeDocument,
  'done' | 'pass' | 'again' | 'entries' | 'expected' | 'worked' | 'written' | 'notBefore' | 'landed' | 'blocked'
>;

/** The speed of a running scan, and its expected end. */
export interface Estimate {
  /** Entries a second, over all its runs. */
  readonly rate: number;
  /** ms until the result is written. */
  readonly eta: number;
}

/** ms that a run takes for its start and for a pass that only looks. */
const LOOK_MS = 5_000;

/**
 * Estimates from the time for which runs were at work, so that neither pauses nor the wait for the second pass count.
 * The work since a run's last write is estimated. `runs`: the runs in progress; `now` in ms since 1970. Undefined while
 * nothing is done yet, or when the scan does not run.
 */
export function estimate(ranges: readonly Walked[], runs: number, now: number): Estimate | undefined {
  const open = ranges.filter(({ done }) => done === null);
  const walked = ranges.reduce((sum, range) => sum + entriesOf(range), 0);
  const worked = Math.max(
    1,
    ranges.reduce((sum, range) => sum + range.worked, 0),
  );
  if (walked === 0) return undefined;
  if (open.length > 0 && open.every(({ blocked }) => blocked !== null)) return undefined;
  const ofOne = walked / worked;
  const first = open.filter(({ pass }) => pass === 1);
  // The runs may have been killed, and it is not known when others take over.
  if (runs > 0 && first.length > 0 && first.every(({ written }) => now - written >= RANGE_SILENT_MS)) return undefined;
  const lefts = first.map((range) => leftOf(range, ofOne, now));
  const lanes = Math.max(1, Math.min(runs, first.length));
  const left = lefts.reduce((sum, one) => sum + one, 0);
  const walk = Math.max(left / (ofOne * lanes), ...lefts.map((one) => one / ofOne), 0);
  return { rate: 1000 * ofOne * lanes, eta: endAfter(now + walk, open) - now };
}

/** Entries that the first pass has dealt with; the second one only looks. */
export const entriesOf = ({ done, pass, entries, expected }: Walked): number =>
  done === null && pass > 1 ? Math.max(entries, expected) : entries;

function leftOf({ expected, entries, written }: Walked, ofOne: number, now: number): number {
  const since = now - written < RANGE_SILENT_MS ? Math.max(0, now - written) * ofOne : 0;
  return Math.max(0, expected - entries - since);
}

/**
 * Written keys are looked at again when listings have settled and requests of killed runs have landed. Runs, and the
 * result, start with the timer.
 */
function endAfter(walked: number, open: readonly Walked[]): number {
  const settled = walked + SETTLE_MS + CLOCK_DOUBT_MS;
  const looks = open.flatMap(({ pass, again, notBefore, landed }) =>
    pass > 1 ? [notBefore] : again ? [Math.max(settled, landed)] : [],
  );
  const looked = looks.length === 0 ? walked : timerAfter(Math.max(walked, ...looks)) + LOOK_MS;
  return timerAfter(looked);
}

const timerAfter = (ms: number): number => Math.ceil(ms / TIMER_MS) * TIMER_MS;
