import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ref } from '../../../../shared/identity/types.ts';
import { latestTime, orderBy, refOf, surelyOlder } from '../../../../shared/identity/version.ts';

const SECOND = 1_700_000_000;
/** Has an ID with microseconds. */
const PRECISE = refOf('MTg0NDUwNDQwNzM3MDk0MjgxNTk', 0, '');

/** An ID without a time, as another implementation might make it, and a version without versioning. */
const opaque = (id: string, second: number): Ref => refOf(id, second * 1000, '"e"');
const nullAt = (second: number, etag = 'e'): Ref => refOf('null', second * 1000, `"${etag}"`);

/** IDs, oldest first, of these versions in the order of a listing. */
const ordered = (listed: readonly Ref[], ...gone: readonly Ref[]): readonly string[] =>
  [...gone, ...listed].toSorted(orderBy(listed)).map(({ id }) => id);

describe('a version that the listing no longer shows', () => {
  it('is placed below the first newer one, whatever the times above that are', () => {
    const listed = [opaque('a', 1), opaque('b', 9), opaque('c', 2)];
    expect(ordered(listed, opaque('gone', 5))).toEqual(['a', 'gone', 'b', 'c']);
  });

  it('is placed above one of its own second, because that may have been there before', () => {
    expect(ordered([opaque('a', 5)], opaque('gone', 5))).toEqual(['a', 'gone']);
    expect(ordered([nullAt(5)], opaque('gone', 5))).toEqual([nullAt(5).id, 'gone']);
    expect(ordered([opaque('a', 5)], nullAt(5))).toEqual(['a', nullAt(5).id]);
  });

  it('without versioning is placed below the one that overwrote it, even in the same second', () => {
    const [gone, now] = [nullAt(5, 'gone'), nullAt(5, 'now')];
    expect(ordered([opaque('a', 4), now, opaque('b', 6)], gone)).toEqual(['a', gone.id, now.id, 'b']);
    expect(ordered([opaque('a', 5), now], gone)).toEqual(['a', gone.id, now.id]);
  });

  it('without versioning is placed above everything older all the same', () => {
    const gone = nullAt(5);
    expect(ordered([opaque('a', 4)], gone)).toEqual(['a', gone.id]);
    expect(ordered([nullAt(4)], gone)).toEqual([nullAt(4).id, gone.id]);
  });

  it('has one place among similar ones, so that two runs agree', () => {
    expect(ordered([], opaque('b', 5), opaque('a', 5))).toEqual(['a', 'b']);
    expect(ordered([], opaque('a', 5), opaque('b', 5))).toEqual(['a', 'b']);
    expect(ordered([], opaque('a', 6), opaque('b', 5))).toEqual(['b', 'a']);
  });

  it('never breaks the order of the others, in any listing and with any times', () => {
    const ref = fc.oneof(
      fc.record({ id: fc.stringMatching(/^[a-z]{1,2}$/), second: fc.nat(6) }).map((one) => opaque(one.id, one.second)),
      fc.record({ etag: fc.stringMatching(/^[ef]$/), second: fc.nat(6) }).map((one) => nullAt(one.second, one.etag)),
    );
    const refs = fc.uniqueArray(ref, { selector: ({ id }) => id, minLength: 3, maxLength: 7 });
    fc.assert(
      fc.property(refs, fc.nat(7), (all, known) => {
        const listed = all.slice(0, known);
        const order = all.toSorted(orderBy(listed));
        expect(order.filter((one) => listed.includes(one))).toEqual(listed);
        expect(all.toReversed().toSorted(orderBy(listed))).toEqual(order);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a time in whole seconds', () => {
  it('may be any moment of its second', () => {
    expect(latestTime(PRECISE)).toBe(PRECISE.time);
    expect(latestTime(nullAt(SECOND))).toBe(SECOND * 1e6 + 999_999);
    expect(latestTime(opaque('a', SECOND))).toBe(SECOND * 1e6 + 999_999);
  });

  it('leaves the order of two versions of that second in doubt, for any kind of ID', () => {
    const inSecond = Math.floor(PRECISE.time / 1e6);
    for (const coarse of [nullAt(inSecond), opaque('a', inSecond)]) {
      expect(coarse.time).toBeLessThan(PRECISE.time);
      expect(surelyOlder(coarse, PRECISE)).toBe(false);
      expect(surelyOlder(PRECISE, coarse)).toBe(false);
    }
    expect(surelyOlder(opaque('a', inSecond), nullAt(inSecond + 1))).toBe(true);
  });
});
