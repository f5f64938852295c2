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

/** In seconds. The answer that a run relies on may have been on its way for five. */
const SUSPENSION_NOTICED = seconds(D.VERSIONING_TRUSTED_MS + D.SIGNATURE_LIFE_MS) + 5;

/** A duration as a page gives it, and a word near it: sentences may change, and figures may not. */
const SAID: readonly (readonly [page: string, figure: string, near: string])[] = [
  ['README.md', `${word(hours(D.LONGEST_BACKOFF_MS))} hours`, 'wait'],
  [API, `after ${word(minutes(D.FIRST_BACKOFF_MS))} minute`, 'tried again'],
  [API, `up to ${word(hours(D.LONGEST_BACKOFF_MS))} hours`, 'tried again'],
  [API, `${hours(D.WRITE_SIGNATURE_LIFE_MS)} hours`, '`write`'],
  [API, `up to ${seconds(D.TURN_WAIT_MS)} s`, 'condition'],
  [API, `${seconds(D.API_WAIT_MS)} seconds`, 'call lists'],
  [API, `less than ${seconds(D.API_WAIT_MS)} seconds`, '202'],
  [API, `every ${word(minutes(D.CHECK_AGAIN_MS))} minutes`, 'each hour'],
  [API, `${word(hours(D.CHECK_LATE_MS))} hours`, '`function-silent`'],
  [FUNCTIONS, `every ${word(minutes(D.CHECK_AGAIN_MS))} minutes`, 'cause'],
  [FUNCTIONS, `${SUSPENSION_NOTICED} seconds`, 'versioning'],
  [FUNCTIONS, `${hours(D.SCAN_EVERY_MS)} hours`, 'scan'],
  [FUNCTIONS, `after ${seconds(D.SETTLE_MS)} s`, 'looked at again'],
  [ENGINE, `at most ${word(seconds(D.RULES_BELIEVED_MS))} second old`, 'rules in force'],
  [ENGINE, `up to ${(D.LEASE_TAIL_MS * D.SLOWEST_COPY) / 1e6} MB at ${D.SLOWEST_COPY} KB/s`, 'lease'],
  [ENGINE, `half a minute`, 'parts'],
  [ENGINE, `${word(seconds(D.TAKEN_REMEMBERED_MS))} seconds`, 'knocks first'],
  [ENGINE, `${D.LINGER_MS / 1000} s`, 'next knock'],
  [ENGINE, `at most ${word(seconds(D.KNOCK_REACH_MS))} seconds old`, 'knock'],
  [ENGINE, `${word(seconds(D.BEHIND_BELIEVED_MS))} seconds`, 'mark'],
  [ENGINE, `after ${word(hours(D.EVENT_LIFE_MS))} hours`, 'drops'],
  [ENGINE, `${minutes(D.READ_BEFORE_MS)} minutes`, 'attempt began'],
  [ENGINE, `${hours(D.SCAN_EVERY_MS)} hours`, 'Scans begin'],
  [ENGINE, `${minutes(D.LANDING_MS)} minutes`, 'copies a replica'],
  [ENGINE, `(${minutes(D.LANDING_MS)} minutes)`, 'landed'],
  [ENGINE, `slower than ${D.SLOWEST_COPY} KB/s`, 'copy'],
  [ENGINE, `${(D.LONGEST_COPY_MS * D.SLOWEST_COPY) / 1e6} MB`, 'speed'],
  [ENGINE, `${seconds(D.DELETE_LANDING_MS)} s`, 'DELETE'],
  [ENGINE, `${SUSPENSION_NOTICED} seconds`, 'versioning'],
  [ENGINE, `at most ${Math.ceil((D.LONGEST_COPY_MS + D.LEASE_TAIL_MS) / 60_000)} minutes`, 'killed one started'],
  ['shared/replication/two-way.md', `${seconds(D.DELETE_LANDING_MS)} seconds`, 'unrecorded delete marker'],
  ['test/README.md', `${SUSPENSION_NOTICED} seconds`, 'suspended'],
  [ENGINE, `${word(seconds(D.PROMPT_REPLICA_MS))} seconds`, 'copies a replica'],
];

/** Letters on each side of a figure within which its word must be. */
const NEAR = 160;

describe('a page', () => {
  it.each(SAID)('gives its durations as the code has them: %s says %s near "%s"', (page, figure, near) => {
    const text = readFileSync(page, 'utf8').replaceAll(/\s+/g, ' ');
    const places = [...text.matchAll(new RegExp(figure.replaceAll(/[.()]/g, String.raw`\$&`), 'g'))];
    const around = places.map(({ index }) => text.slice(Math.max(0, index - NEAR), index + figure.length + NEAR));
    expect(around.some((one) => one.includes(near))).toBe(true);
  });

  it('says that a helper is given up after half a minute without a part', () => {
    expect(D.HELPER_LOST_MS).toBe(30_000);
  });
});
