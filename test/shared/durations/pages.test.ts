import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import * as D from '../../../shared/durations/index.ts';

const NUMBERS = ['no', 'a', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const whole = (ms: number, unit: number): number => {
  expect(ms % unit, `${ms} ms are no whole units of ${unit} ms`).toBe(0);
  return ms / unit;
};
const seconds = (ms: number): number => whole(ms, 1000);
const minutes = (ms: number): number => whole(ms, 60_000);
const hours = (ms: number): number => whole(ms, 3_600_000);
const word = (count: number): string => NUMBERS[count] ?? String(count);

const ENGINE = 'shared/replication/README.md';
const API = 'functions/api/README.md';
const FUNCTIONS = 'functions/README.md';

/** Sentences of the pages that say how long something takes, made from the durations of the code. */
const SAID: readonly (readonly [string, string])[] = [
  ['README.md', `the wait doubles, up to ${word(hours(D.LONGEST_BACKOFF_MS))} hours`],
  [API, `tried again after ${word(minutes(D.FIRST_BACKOFF_MS))} minute`],
  [API, `twice as long each time, up to ${word(hours(D.LONGEST_BACKOFF_MS))} hours`],
  [API, `right \`write\` is valid for ${hours(D.WRITE_SIGNATURE_LIFE_MS)} hours at most`],
  [API, `that is being stored, up to ${seconds(D.TURN_WAIT_MS)} s`],
  [API, `One call lists for ${seconds(D.API_WAIT_MS)} seconds at most`],
  [API, `The answer is 200 if that takes less than ${seconds(D.API_WAIT_MS)} seconds`],
  [API, `checked each hour, and every ${word(minutes(D.CHECK_AGAIN_MS))} minutes`],
  [API, `(no check for ${word(hours(D.CHECK_LATE_MS))} hours)`],
  [FUNCTIONS, `looked at again every ${word(minutes(D.CHECK_AGAIN_MS))} minutes`],
  // The answer that a run goes by may have been five seconds on its way.
  [FUNCTIONS, `may go unnoticed for ${seconds(D.VERSIONING_TRUSTED_MS + D.SIGNATURE_LIFE_MS) + 5} seconds`],
  [FUNCTIONS, `${hours(D.SCAN_EVERY_MS)} hours after the last one`],
  [FUNCTIONS, `looked at again after ${seconds(D.SETTLE_MS)} s`],
  [ENGINE, `rules in force, at most ${seconds(D.RULES_BELIEVED_MS) === 1 ? 'a second' : 'seconds'} old`],
  [ENGINE, `covers a copy of up to ${(D.LEASE_TAIL_MS * D.SLOWEST_COPY) / 1e6} MB at ${D.SLOWEST_COPY} KB/s`],
  [ENGINE, `has shown none for half a minute`],
  [ENGINE, `found a key taken within ${word(seconds(D.TAKEN_REMEMBERED_MS))} seconds`],
  [ENGINE, `it waits ${D.LINGER_MS / 1000} s before it gives the key back`],
  [ENGINE, `at most ${word(seconds(D.KNOCK_REACH_MS))} seconds old by COS's clock`],
  [ENGINE, `goes by a mark for ${word(seconds(D.BEHIND_BELIEVED_MS))} seconds`],
  [ENGINE, `the platform drops them after ${word(hours(D.EVENT_LIFE_MS))} hours`],
  [ENGINE, `attempt began within ${minutes(D.READ_BEFORE_MS)} minutes of the write`],
  [ENGINE, `Scans begin every ${hours(D.SCAN_EVERY_MS)} hours`],
  [ENGINE, `within ${minutes(D.LANDING_MS)} minutes of the attempt that made it`],
  [ENGINE, `must have landed (${minutes(D.LANDING_MS)} minutes)`],
  [ENGINE, `slower than ${D.SLOWEST_COPY} KB/s`],
  [ENGINE, `from ${(D.LONGEST_COPY_MS * D.SLOWEST_COPY) / 1e6} MB on at any`],
  [ENGINE, `within ${seconds(D.DELETE_LANDING_MS)} s of a DELETE of ours that got no answer`],
  [ENGINE, `within ${word(seconds(D.PROMPT_REPLICA_MS))} seconds of the attempt`],
];

describe('a page', () => {
  it.each(SAID)('%s says: %s', (page, sentence) => {
    const text = readFileSync(page, 'utf8').replaceAll(/\n[ ]*/g, ' ');
    expect(text).toContain(sentence);
  });

  it('says half a minute of a helper that shows no part', () => {
    expect(D.HELPER_LOST_MS).toBe(30_000);
  });
});
