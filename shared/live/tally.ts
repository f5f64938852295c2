import { JSON_BODY, formatPlace, type Cos, type Place } from '../cos/index.ts';
import { LAG_WINDOW_MS, LIVE_EVERY_MS } from '../durations/index.ts';
import type { Copied, Marked } from '../replication/index.ts';
import { bucketOf, LAG_BOUNDS } from '../scan/index.ts';
import { encodeState } from '../shape/index.ts';
import type { LiveRow } from './document.ts';
import { LIVE } from './names.ts';

/**
 * From this many copies on, a note is written sooner. Each such note is as large as all before it in its minute, so a
 * burst is not lost.
 */
const BURST = 3;

export interface TallyDeps {
  readonly cos: Pick<Cos, 'putObject'>;
  readonly state: Place;
  /** ms since 1970. */
  readonly now: () => number;
  readonly unique: () => string;
}

export interface LiveTally {
  copied(copy: Copied): void;
  marked(mark: Marked): void;
  /** Counts a failed try at a key of that pair. */
  failed(pair: Pick<Copied, 'source' | 'destination'>): void;
  /** Waits, at the end of a run, for the note that is being written. Never throws. */
  settle(): Promise<void>;
}

/**
 * Counts the work of an instance, and writes it down for `schedule`: after the first copy, then each minute, and in a
 * burst whenever the count of the minute has doubled. The unwritten counts of a lost instance are missing, so the sums
 * are lower bounds. A note that may have been written is never written again, so nothing counts twice.
 */
export function createLiveTally({ cos, state, now, unique }: TallyDeps, scanned: boolean): LiveTally {
  const instance = unique();
  let rows = new Map<string, LiveRow>();
  let since = Number.NEGATIVE_INFINITY;
  let [number, pending, before] = [0, 0, 0];
  let writing: Promise<unknown> = Promise.resolve();

  const write = (): void => {
    const at = now();
    const isNewMinute = at - since >= LIVE_EVERY_MS;
    if (pending === 0 || (!isNewMinute && pending < Math.max(BURST, before))) return;
    [since, before] = isNewMinute ? [at, pending] : [since, before + pending];
    const body = encodeState({ at, rows: [...rows.values()] });
    rows = new Map();
    [pending, number] = [0, number + 1];
    const name = `${LIVE}${at}-${instance}-${number}`;
    writing = Promise.all([writing, cos.putObject(state, name, body, JSON_BODY).catch(() => undefined)]);
  };
  const rowOf = (source: Place, destination: Place, rule: string): LiveRow => {
    const [from, to] = [formatPlace(source), formatPlace(destination)];
    const name = JSON.stringify([from, to, rule]);
    const nothing = { versions: 0, bytes: 0, parts: 0, markers: 0, failed: 0, largest: 0 };
    const row = rows.get(name) ?? { from, to, rule, scanned, ...nothing, lags: [] };
    rows.set(name, row);
    return row;
  };

  return {
    copied: ({ source, destination, rule, bytes, parts, lagMs }) => {
      const row = rowOf(source, destination, rule);
      row.versions += 1;
      row.bytes += bytes;
      row.parts += parts;
      pending += 1;
      // An older version was left to a scan, or somebody requested it.
      if (lagMs !== undefined && lagMs < LAG_WINDOW_MS) {
        const bucket = bucketOf(LAG_BOUNDS, lagMs);
        while (row.lags.length <= bucket) row.lags.push(0);
        row.lags[bucket] = (row.lags[bucket] ?? 0) + 1;
        row.largest = Math.max(row.largest, lagMs);
      }
      write();
    },
    marked: ({ source, destination, rule }) => {
      rowOf(source, destination, rule).markers += 1;
      pending += 1;
      write();
    },
    failed: ({ source, destination }) => {
      rowOf(source, destination, '').failed += 1;
      pending += 1;
      write();
    },
    settle: async () => {
      write();
      await writing;
    },
  };
}
