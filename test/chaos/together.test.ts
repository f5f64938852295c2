import { beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from './ledger.ts';
import { noteRecord } from './mark-records.ts';
import { isOfUnseen } from './together.ts';
import { A, B } from './topology.ts';
import { digestOf } from './unanswered.ts';

const KEY = 'a';
const UNDELETED = 1000;

let ledger: Ledger;
/** At `written` ms somebody records that delete marker `id` of B stands for the deletion of A at `deleted` ms. */
const record = (id: string, deleted: number, written: number): void =>
  noteRecord(ledger, `marks/${digestOf(B, KEY)}/${id}/${deleted * 1000}/${A.bucket}/u${written}`, written);
const isExcused = (): boolean => isOfUnseen(ledger, { place: B, key: KEY, id: 'second', time: UNDELETED });

beforeEach(() => {
  ledger = new Ledger();
});

describe('a delete marker of ours that hides an undeleted key again', () => {
  it('is excused where it stands for a newer deletion, that nobody had looked at', () => {
    record('first', 10, 100);
    record('second', 20, 2000);
    expect(isExcused()).toBe(true);
  });

  it('is not excused where it stands for the deletion that was taken back, or for an older one', () => {
    record('first', 10, 100);
    record('second', 10, 2000);
    expect(isExcused()).toBe(false);
    ledger = new Ledger();
    record('first', 10, 100);
    record('second', 5, 2000);
    expect(isExcused()).toBe(false);
  });

  it('is not excused where a look had found the newer deletion before', () => {
    record('first', 10, 100);
    record('first', 20, 500);
    record('second', 20, 2000);
    expect(isExcused()).toBe(false);
  });

  it('is not excused where it, or the one that was taken back, is not on record', () => {
    record('first', 10, 100);
    expect(isExcused()).toBe(false);
    ledger = new Ledger();
    record('second', 20, 2000);
    expect(isExcused()).toBe(false);
  });
});
