import { describe, expect, it } from 'vitest';
import { Diary } from './diary.ts';
import { Ledger } from './ledger.ts';
import { noteRecord } from './mark-records.ts';
import { A, B } from './topology.ts';
import { digestOf, mistakenAt, wasOnItsWay } from './unanswered.ts';
import { storedWorlds } from './stored.ts';
import { runWorld } from './world.ts';

const START = Date.UTC(2026, 0, 1);
const KEY = 'a';
const LATEST = 200_000;

/** As COS names what was written this many ms after the start. */
const idAt = (ms: number): string =>
  Buffer.from(String(2n ** 64n - 1n - BigInt(START + ms) * 1000n)).toString('base64');

/** A record of 500 ms, for a delete marker at B that stands for a deletion at A. */
function recorded() {
  const [ledger, diary] = [new Ledger(), new Diary()];
  const digest = digestOf(B, KEY);
  noteRecord(ledger, `marks/${digest}/-/${(START + 100) * 1000}/${A.bucket}/u1/w`, START + 500);
  return {
    ledger,
    user: (ms: number) => diary.deletions.push({ place: B, key: KEY, versionId: idAt(ms), time: START + ms }),
    undo: (ms: number, time: number) =>
      diary.undeletes.push({ place: B, key: KEY, versionId: idAt(ms), time: START + time, stillHidden: false }),
    ours: (ms: number) => ledger.marked.set(idAt(ms), { place: B, key: KEY, time: START + ms }),
    meant: (ms: number, at: number) =>
      noteRecord(ledger, `marks/d/-/${(START + ms) * 1000}/${B.bucket}/u2/w`, START + at),
    /** A look takes this delete marker for ours. */
    taken(ms: number, at = LATEST) {
      noteRecord(ledger, `marks/${digest}/${idAt(ms)}/${(START + 100) * 1000}/${A.bucket}/u1`, START + at);
      const { ours, users } = mistakenAt({ ledger, diary }, B, KEY);
      return { ours: [...ours], users: [...users] };
    },
  };
}

const NONE = { ours: [], users: [] };

describe("a user's delete marker that counts as ours", () => {
  it('is excused where it is the newest of the minute and a half, and ours counts as a user’s then', () => {
    const world = recorded();
    world.ours(30_000);
    world.user(75_000);
    expect(world.taken(75_000)).toEqual({ ours: [idAt(75_000)], users: [idAt(30_000)] });
  });

  it('is excused where no delete marker of ours was ever made', () => {
    const world = recorded();
    world.user(20_000);
    expect(world.taken(20_000)).toEqual({ ours: [idAt(20_000)], users: [] });
  });

  it('is excused where it came at once, and ours came late', () => {
    const world = recorded();
    world.user(2_900);
    world.ours(40_000);
    expect(world.taken(2_900)).toEqual({ ours: [idAt(2_900)], users: [idAt(40_000)] });
  });

  it('is not excused where ours came at once', () => {
    const world = recorded();
    world.ours(700);
    world.user(75_000);
    expect(world.taken(75_000)).toEqual(NONE);
  });

  it('is not excused where ours is newer', () => {
    const world = recorded();
    world.user(30_000);
    world.ours(75_000);
    expect(world.taken(30_000)).toEqual(NONE);
  });

  it('is not excused before the record and after the time in which the DELETE could land', () => {
    for (const ms of [-5_000, 95_000]) {
      const world = recorded();
      world.user(ms);
      expect(world.taken(ms)).toEqual(NONE);
    }
  });

  it('is not excused where an answer named ours, unless its record failed', () => {
    for (const [isTried, ours] of [
      [false, []],
      [true, [idAt(75_000)]],
    ] as const) {
      const world = recorded();
      world.ours(30_000);
      world.ledger.answered.add(idAt(30_000));
      if (isTried) world.ledger.recording.add(idAt(30_000));
      world.user(75_000);
      expect(world.taken(75_000).ours).toEqual(ours);
    }
  });

  it('is not excused where a record named it as the deletion that another delete marker stands for', () => {
    const world = recorded();
    world.user(75_000);
    world.meant(75_000, 80_000);
    expect(world.taken(75_000)).toEqual(NONE);
  });

  it('is not excused once it was taken back', () => {
    const world = recorded();
    world.user(75_000);
    world.undo(75_000, 80_000);
    expect(world.taken(75_000)).toEqual(NONE);
  });

  it('is not excused at another key or place', () => {
    const world = recorded();
    world.user(75_000);
    world.taken(75_000);
    const diary = new Diary();
    expect(mistakenAt({ ledger: world.ledger, diary }, A, KEY).ours.size).toBe(0);
    expect(mistakenAt({ ledger: world.ledger, diary }, B, 'b').ours.size).toBe(0);
  });
});

describe('a DELETE of ours', () => {
  it('was on its way if it had been recorded and got no answer', () => {
    const { ledger, ours } = recorded();
    ours(40_000);
    const wasAt = (ms: number) => wasOnItsWay({ ledger }, B, KEY, idAt(40_000), START + ms);
    expect(wasAt(2_000)).toBe(true);
    expect(wasAt(300)).toBe(false);
    ledger.answered.add(idAt(40_000));
    expect(wasAt(2_000)).toBe(false);
  });
});

describe('worlds at a known limit', () => {
  it.each(storedWorlds('limits'))('are excused: %s', async (_, world) => {
    expect((await runWorld(world)).violations).toEqual([]);
  });
});
