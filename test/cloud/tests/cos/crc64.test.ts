import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combine, EMPTY, format, repeat, update } from '../../cos/blobs/crc64.ts';

const crc = (text: string) => update(EMPTY, Buffer.from(text));

/** Bit by bit in BigInt: slow, and plainly the definition. */
function definition(bytes: Uint8Array): string {
  const mask = (1n << 64n) - 1n;
  let value = mask;
  for (const byte of bytes) {
    value ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0xc96c5795d7870f42n : value >> 1n;
  }
  return (value ^ mask).toString();
}

describe('CRC-64/XZ', () => {
  it.each([
    ['', '0'],
    ['123456789', '11051210869376104954'],
    ['[Object Content]', '16749565679157681890'],
  ])('of %j is %s', (text, expected) => expect(format(crc(text))).toBe(expected));

  it('equals the definition for any bytes in any two runs', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), (bytes, at) => {
        const split = update(update(EMPTY, bytes.subarray(0, at)), bytes.subarray(at));
        expect(format(split)).toBe(definition(bytes));
      }),
    );
  });

  it('can be combined to the value of the whole', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
        const whole = update(EMPTY, Buffer.concat([a, b]));
        expect(combine(update(EMPTY, a), update(EMPTY, b), b.length)).toEqual(whole);
      }),
    );
  });

  it('of a repetition is that of the written bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.nat(40), (unit, count) => {
        const whole = update(EMPTY, Buffer.concat(Array.from({ length: count }, () => unit)));
        expect(repeat(update(EMPTY, unit), unit.length, count)).toEqual(whole);
      }),
    );
  });

  it('can be combined associatively at sizes that cannot be written', () => {
    const terabyte = 1024 ** 4;
    const half = repeat(crc('x'), 1, terabyte / 2);
    expect(combine(half, half, terabyte / 2)).toEqual(repeat(crc('x'), 1, terabyte));
  });

  it('refuses lengths that are not safe integers', () => {
    expect(() => combine(crc('a'), crc('b'), 2 ** 60)).toThrow(RangeError);
  });
});
