import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import * as D from '../../../shared/durations/index.ts';
import { SIGNATURE_LIFETIME } from '../../../shared/cos/index.ts';
import { createEngine } from '../../../shared/replication/index.ts';
import { SCAN_DEFAULTS } from '../../../shared/scan/index.ts';
import { nodeHash } from '../../../shared/cos/index.ts';
import { nextTry } from '../../../shared/tasks/index.ts';

/** ms that the platform gives each function, from `serverless.yml`. */
function timeouts(): Record<string, number> {
  const text = readFileSync('serverless.yml', 'utf8');
  const entries = [...text.matchAll(/^ {2}(\w+):\n(?: {4}.*\n| *#.*\n)*? {4}timeout: (\d+)/gm)];
  return Object.fromEntries(entries.map(([, name = '', seconds]) => [name, Number(seconds) * 1000]));
}
const { replicate = 0, task = 0, scan = 0, schedule = 0, api = 0 } = timeouts();

/** ms; the longest over many keys, because each has its own moments. */
function longestFirstWait(): number {
  const place = { bucket: 'a-1250000000', region: 'ap-guangzhou' };
  const target = { source: place, destination: place };
  const waits = Array.from({ length: 1000 }, (_, i) =>
    nextTry({ ...target, key: `${i}` }, 0, { hash: nodeHash, now: 0 }),
  );
  return Math.max(...waits);
}

/** `[the relation, the smaller, the larger]` */
const ORDERED: readonly (readonly [string, number, number])[] = [
  ['the client corrects its clock before COS refuses its signatures', D.TOLERATED_SKEW_MS, D.SIGNATURE_LIFE_MS - 1],
  ["COS refuses a run's requests before its lease ends", D.SIGNATURE_LIFE_MS + D.CLOCK_DOUBT_MS, D.LEASE_TAIL_MS],
  [
    'a lease that is not read is younger than any that has expired',
    D.YOUNG_LEASE_MS,
    D.LEASE_TAIL_MS - D.CLOCK_DOUBT_MS,
  ],
  [
    'the record of an upload comes due when the lease has ended',
    D.CLOSING_MS + D.LEASE_TAIL_MS + D.ROUNDING_MS,
    D.AFTER_LEASE_MS,
  ],
  [
    'a delete marker of ours is expected for as long as its request may live',
    D.SIGNATURE_LIFE_MS + D.CLOCK_DOUBT_MS,
    D.DELETE_LANDING_MS,
  ],
  ['a DELETE that is not held up arrives within that time', D.PROMPT_DELETE_MS, D.DELETE_LANDING_MS - 1],
  [
    'a copy that was signed late and takes its whole time still counts as ours',
    D.SIGNATURE_LIFE_MS + D.LONGEST_COPY_MS,
    D.LANDING_MS,
  ],
  ["a run has ended before its copies count as a user's", D.SIGNATURE_LIFE_MS + Math.max(task, scan), D.LANDING_MS],
  ['a prompt replica is not late', D.PROMPT_REPLICA_MS, D.LANDING_MS - 1],
  ['a copy in parts has more time than one of one request', D.LANDING_MS, D.PARTS_LANDING_MS - 1],
  [
    'an attempt takes effect within the limit for the age of its metadata',
    D.LANDING_MS + D.CLOCK_DOUBT_MS,
    D.READ_BEFORE_MS,
  ],
  [
    'a warm function stops signing with a replaced key in time',
    D.KEY_REFRESH_MS + D.CLOCKS_APART_MS,
    D.KEY_RETIRING_MS,
  ],
  [
    'work that starts again has outlived its run and all requests of that run',
    Math.max(task, scan) + D.LEASE_TAIL_MS,
    D.LOST_START_MS,
  ],
  ['the rules before a write are younger than those that an instance remembers', D.RULES_BELIEVED_MS, D.RULES_CACHE_MS],
  ['a destination is asked about its versions within one run', D.VERSIONING_TRUSTED_MS, replicate],
  ['the clock of a function is trusted no more than those of two regions', D.CLOCK_DOUBT_MS, D.CLOCKS_APART_MS],
  ['a scan measures the lag of all versions since the last scan', D.SCAN_EVERY_MS + 60 * 60_000, D.LAG_WINDOW_MS],
  ['examined versions are read again no sooner than the next scan', D.SCAN_EVERY_MS, D.EXAMINED_VALID_MS],
  ['a failed task waits no longer at first than one for a taken key', longestFirstWait(), D.BUSY_MS],
  ['the record of a crowded destination is renewed before it expires', D.TIMER_MS + schedule, D.CROWD_MS],
  [
    'a scan for late events begins before the platform drops one',
    D.HELD_BACK_MS + D.HELD_BACK_EVERY_MS,
    D.EVENT_LIFE_MS - 1,
  ],
  ['events that are held back are later than merely late events', D.LATE_EVENT_MS, D.HELD_BACK_MS - 1],
  ['a turn outlives the function that took it', api + D.CLOCK_DOUBT_MS, D.LONGEST_TURN_MS],
  ['waiting work is looked for as often as it may come due', D.TIMER_MS, D.BUSY_MS],
  ['failed work is not due again before the timer', D.TIMER_MS, D.FIRST_BACKOFF_MS],
  ['the longest wait is longer than the first', D.FIRST_BACKOFF_MS, D.LONGEST_BACKOFF_MS],
  ['a range that is blocked is tried with a timer', D.TIMER_MS, Math.min(D.SCAN_BLOCKED_MS, D.VERIFY_BLOCKED_MS)],
  ['a run that works writes twice before it counts as silent', 2 * D.CHECKPOINT_MS, D.RANGE_SILENT_MS],
  ['a helper is asked for before it counts as lost', D.PARTS_ASKED_MS, D.HELPER_LOST_MS - 1],
  ['parts are not expected to be slower than a whole copy', D.SLOWEST_COPY, D.SLOWEST_PARTS],
  ['the calls of users are refused later than ours', D.SIGNATURE_LIFE_MS, D.CALLER_SIGNATURE_LIFE_MS],
  ['our own callers sign no longer than the API takes', D.CALLER_SIGNATURE_LIFE_MS, D.WRITE_SIGNATURE_LIFE_MS],
  ['a clock that is corrected is not yet refused', D.TOLERATED_SKEW_MS, D.CALLER_SIGNATURE_LIFE_MS],
  ['an unknown key is asked for no later than a known one', D.UNKNOWN_KEY_MS, D.API_KEY_BELIEVED_MS],
];

describe('durations that depend on each other', () => {
  it.each(ORDERED)('%s', (_, smaller, larger) => {
    expect(smaller).toBeGreaterThan(0);
    expect(larger).toBeGreaterThanOrEqual(smaller);
  });

  it('are those that the code uses', () => {
    expect(SIGNATURE_LIFETIME * 1000).toBe(D.SIGNATURE_LIFE_MS);
    expect(SCAN_DEFAULTS.everyMs).toBe(D.SCAN_EVERY_MS);
    const options = { cos: {}, state: {}, hash: {}, keys: {} } as never;
    expect(createEngine(options).settings.settleMs).toBe(D.SETTLE_MS);
  });
});

describe('the end of a run', () => {
  it('of the API comes before its callers give up, and after everything that it waits for', () => {
    expect(D.API_WAIT_MS + D.API_CLOSING_MS).toBeLessThan(api);
    expect(D.TURN_WAIT_MS + D.API_CLOSING_MS).toBeLessThan(api);
    expect(D.PAGE_PATIENCE_MS).toBeGreaterThan(api);
    expect(D.COMMAND_PATIENCE_MS).toBeGreaterThan(api);
  });

  it('leaves time for the work that began last', () => {
    expect(D.SCAN_CLOSING_MS).toBeLessThan(D.SCAN_WORTHWHILE_MS);
    expect(D.SCAN_WORTHWHILE_MS).toBeLessThan(scan);
    expect(D.VERIFY_CLOSING_MS).toBeLessThan(D.VERIFY_WORTHWHILE_MS);
    expect(D.VERIFY_LONG_RUN_MS + D.VERIFY_CLOSING_MS).toBeLessThan(scan);
    expect(D.LEARNING_MS).toBeGreaterThan(0);
    expect(D.LEARNING_MS + D.CLOSING_MS).toBeLessThanOrEqual(D.LAST_TRY_MS);
    expect(D.SWEEP_CALL_MS).toBeLessThan(D.KEEP_CLOSING_MS);
  });

  it("comes before the platform's", () => {
    expect(D.CLOSING_MS).toBeLessThan(D.LAST_TRY_MS);
    expect(D.LAST_TRY_MS).toBeLessThan(replicate);
    expect(D.CLOSING_MS).toBeLessThan(D.SCAN_KEY_MARGIN_MS);
    expect(D.SCAN_KEY_MARGIN_MS).toBeLessThan(D.SCAN_WRITING_MS);
    expect(D.SCAN_WRITING_MS).toBeLessThan(D.SCAN_CLOSING_MS);
    expect(D.SCAN_CLOSING_MS).toBeLessThan(scan);
    expect(D.PREPARE_CLOSING_MS).toBeLessThanOrEqual(D.VERIFY_CLOSING_MS);
    expect(D.VERIFY_CLOSING_MS).toBeLessThan(D.SCAN_CLOSING_MS);
  });

  it("comes before the next timer, for the timer's function", () => {
    expect(schedule).toBeLessThan(D.TIMER_MS);
    expect(D.BEACON_WAIT_MS).toBeLessThan(schedule);
    expect(D.SWEEP_CLOSING_MS).toBeLessThanOrEqual(D.KEEP_CLOSING_MS);
    expect(D.KEEP_CLOSING_MS).toBeLessThan(schedule);
    expect(D.CANARY_WATCH_MS + D.KEEP_CLOSING_MS).toBeLessThan(schedule);
    expect(api).toBeLessThan(D.TIMER_MS);
  });

  it('leaves more time where large objects are copied', () => {
    expect(replicate).toBeLessThan(task);
  });
});
