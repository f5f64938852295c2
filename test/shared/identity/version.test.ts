import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNull, orderBy, refOf, refOfId, surelyOlder, timeOfVersionId } from '../../../shared/identity/version.ts';

/** In COS's form: unpadded base64 of 2^64-1 minus microseconds. */
const idOf = (micros: number): string =>
  Buffer.from((2n ** 64n - 1n - BigInt(micros)).toString())
    .toString('base64')
    .replace(/=+$/, '');

const arbitraryMicros = fc.integer({ min: 1_000_000_000_000_000, max: 4_000_000_000_000_000 });

describe('the time in a version ID', () => {
  it('is that of the upload, for published IDs', () => {
    expect(timeOfVersionId('MTg0NDUwNDQwNzM3MDk0MjgxNTk')).toBe(1_700_000_000_123_456);
  });

  it('is microseconds, for any time', () => {
    fc.assert(
      fc.property(arbitraryMicros, (micros) => {
        expect(timeOfVersionId(idOf(micros))).toBe(micros);
      }),
    );
  });

  it.each(['', 'null', 'abc', 'MTIz', 'MTg0NDY3NDQwNzM3MDk1NTE2MTY', '%%%'])('is missing in %j', (id) => {
    expect(timeOfVersionId(id)).toBeUndefined();
  });

  it('is read as exact arithmetic reads it, for twenty digits and similar texts', () => {
    const exactly = (id: string): number | undefined => {
      const text = Buffer.from(id, 'base64').toString('latin1');
      if (!/^\d{20}$/.test(text)) return undefined;
      const micros = 2n ** 64n - 1n - BigInt(text);
      return micros > 0n && micros < BigInt(Number.MAX_SAFE_INTEGER) ? Number(micros) : undefined;
    };
    const near = fc.bigInt({ min: 2n ** 64n - 2n ** 54n, max: 2n ** 64n + 9n }).map(String);
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789/:'.split('')), minLength: 18, maxLength: 22 });
    fc.assert(
      fc.property(fc.oneof(near, digits), fc.boolean(), (text, padded) => {
        const id = Buffer.from(text).toString('base64');
        const given = padded ? id : id.replace(/=+$/, '');
        expect(timeOfVersionId(given)).toBe(exactly(given));
      }),
    );
  });

  it('is read without an exception from any text', () => {
    fc.assert(
      fc.property(fc.string(), (id) => {
        const time = timeOfVersionId(id);
        expect(time === undefined || (Number.isSafeInteger(time) && time > 0)).toBe(true);
      }),
    );
  });
});

describe('the identity of a version', () => {
  it('is its ID, with a time from there and not from Last-Modified', () => {
    const id = idOf(1_700_000_000_123_456);
    expect(refOf(id, 1_700_000_009_000, '"e"')).toEqual({ id, time: 1_700_000_000_123_456 });
  });

  it('with an ID without a time has its place by Last-Modified', () => {
    expect(refOf('other', 5000, '"e"')).toEqual({ id: 'other', time: 5_000_000 });
  });

  it.each([undefined, '', 'null'])('written without versioning (%j) is Last-Modified and ETag', (id) => {
    expect(isNull(id)).toBe(true);
    expect(refOf(id, 5000, '"e"')).toEqual(refOf('null', 5000, 'e'));
    expect(refOf(id, 5000, '"e"').id).not.toBe(refOf(id, 6000, '"e"').id);
    expect(refOf(id, 5000, '"e"').id).not.toBe(refOf(id, 5000, '"f"').id);
    expect(refOf(id, 5000, '"e"').time).toBe(5_000_000);
  });

  it('is read back as written', () => {
    const any = fc.oneof(
      arbitraryMicros.map((micros) => refOf(idOf(micros), 0, '"e"')),
      fc
        .tuple(fc.integer({ min: 1, max: 4_000_000_000 }), fc.stringMatching(/^[0-9a-f]{32}$/))
        .map(([s, etag]) => refOf('null', s * 1000, etag)),
    );
    fc.assert(
      fc.property(any, (ref) => {
        expect(refOfId(ref.id)).toEqual(ref);
      }),
    );
  });
});

describe('a version is older beyond doubt', () => {
  const precise = (micros: number) => refOf(idOf(micros), 0, '');
  const coarse = (second: number) => refOf('null', second * 1000, `e${second}`);
  const SECOND = 1_700_000_000;

  it('by the microseconds of two IDs', () => {
    expect(surelyOlder(precise(SECOND * 1e6), precise(SECOND * 1e6 + 1))).toBe(true);
    expect(surelyOlder(precise(SECOND * 1e6 + 1), precise(SECOND * 1e6))).toBe(false);
  });

  it('unless only whole seconds are known, and equal', () => {
    const [a, b] = [coarse(SECOND), precise(SECOND * 1e6 + 999_999)];
    expect(surelyOlder(a, b)).toBe(false);
    expect(surelyOlder(b, a)).toBe(false);
    expect(surelyOlder(a, coarse(SECOND))).toBe(false);
    expect(surelyOlder(a, coarse(SECOND + 1))).toBe(true);
    expect(surelyOlder(b, coarse(SECOND + 1))).toBe(true);
  });

  it('never both ways, and never against the time', () => {
    const any = fc.oneof(
      arbitraryMicros.map(precise),
      arbitraryMicros.map((micros) => coarse(Math.floor(micros / 1e6))),
    );
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(surelyOlder(a, b) && surelyOlder(b, a)).toBe(false);
        expect(!surelyOlder(a, b) || a.time < b.time).toBe(true);
      }),
    );
  });
});

describe('order', () => {
  const named = (id: string, time: number) => ({ id, time });

  it('is the place in the listing, whatever the times say', () => {
    const listed = [named('a', 9), named('b', 1), named('c', 5)];
    expect(listed.toReversed().toSorted(orderBy(listed))).toEqual(listed);
  });

  it('of an unlisted version follows from its time', () => {
    const listed = [named('a', 10), named('c', 30)];
    const compare = orderBy(listed);
    expect(compare(named('b', 20), named('a', 10))).toBeGreaterThan(0);
    expect(compare(named('b', 20), named('c', 30))).toBeLessThan(0);
    expect(compare(named('z', 99), named('c', 30))).toBeGreaterThan(0);
    expect(compare(named('0', 1), named('a', 10))).toBeLessThan(0);
    expect(compare(named('x', 20), named('y', 21))).toBeLessThan(0);
  });

  it('is total over listed and unlisted versions', () => {
    const refs = fc.uniqueArray(fc.record({ id: fc.stringMatching(/^[a-z]{1,3}$/), time: fc.nat(20) }), {
      selector: (ref) => ref.id,
      minLength: 3,
      maxLength: 8,
    });
    fc.assert(
      fc.property(refs, fc.nat(8), (all, known) => {
        const compare = orderBy(all.slice(0, known).toSorted((a, b) => a.time - b.time));
        const wrong: string[] = [];
        for (const a of all) {
          if (compare(a, a) !== 0) wrong.push(`${a.id} is not equal to itself`);
          for (const b of all) {
            if (Math.sign(compare(a, b)) + Math.sign(compare(b, a)) !== 0) wrong.push(`${a.id} and ${b.id} both ways`);
            if ((compare(a, b) === 0) !== (a.id === b.id)) wrong.push(`${a.id} and ${b.id} are equal, or not`);
            for (const c of all.filter((one) => compare(a, b) < 0 && compare(b, one) < 0)) {
              if (!(compare(a, c) < 0)) wrong.push(`${a.id} is not before ${c.id}`);
            }
          }
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
