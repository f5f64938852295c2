import { describe, expect, it } from 'vitest';
import { Ledger } from './ledger.ts';
import { noteRecord } from './mark-records.ts';
import { isOfUnseen } from './together.ts';
import { A, B } from './topology.ts';
import { digestOf } from './unanswered.ts';

const KEY = 'a';
const UNDELETED = 1000;

/** The delete marker of B that is recorded, and the ms of the deletion at A that it stands for and of the record. */
type Row = readonly [id: string, deleted: number, written: number];

function isExcused(...records: readonly Row[]): boolean {
  const ledger = new Ledger();
  for (const [id, deleted, written] of records) {
    noteRecord(ledger, `marks/${digestOf(B, KEY)}/${id}/${deleted * 1000}/${A.bucket}/u${written}`, written);
  }
  return isOfUnseen(ledger, { place: B, key: KEY, id: 'second', time: UNDELETED });
}

describe('a delete marker of ours that hides an undeleted key again', () => {
  it('is excused where it stands for a newer deletion, that nobody had looked at', () => {
    expect(isExcused(['first', 10, 100], ['second', 20, 2000])).toBe(true);
  });

  it('is not excused where it stands for the deletion that was taken back, or for an older one', () => {
    expect(isExcused(['first', 10, 100], ['second', 10, 2000])).toBe(false);
    expect(isExcused(['first', 10, 100], ['second', 5, 2000])).toBe(false);
  });

  it('is not excused where a look had found the newer deletion before', () => {
    expect(isExcused(['first', 10, 100], ['first', 20, 500], ['second', 20, 2000])).toBe(false);
  });

  it('is not excused where it, or the one that was taken back, is not on record', () => {
    expect(isExcused(['first', 10, 100])).toBe(false);
    expect(isExcused(['second', 20, 2000])).toBe(false);
  });
});
