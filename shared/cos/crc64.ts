/*
 * CRC-64/XZ, the checksum in COS's `x-cos-hash-crc64ecma`. It is kept in two halves of 32 bits, because BigInt,
 * JavaScript's number of 64 bits, is fifty times slower. Eight bytes are taken at a time, with a table for each of
 * them.
 */
const TABLES = 8;
const BYTES = 256;
/** The polynomial with its bits reversed. */
const POLYNOMIAL_HIGH = 0xc96c5795;
const POLYNOMIAL_LOW = 0xd7870f42;

interface Tables {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

/** The tables. They are made when the first checksum begins, because most instances never need them. */
let tables: Tables | undefined;

function makeTables(): Tables {
  const low = new Uint32Array(TABLES * BYTES);
  const high = new Uint32Array(TABLES * BYTES);
  for (let byte = 0; byte < BYTES; byte += 1) {
    let [l, h] = [byte, 0];
    for (let bit = 0; bit < 8; bit += 1) {
      const odd = l & 1;
      l = ((l >>> 1) | (h << 31)) >>> 0;
      h >>>= 1;
      if (odd === 0) continue;
      l = (l ^ POLYNOMIAL_LOW) >>> 0;
      h = (h ^ POLYNOMIAL_HIGH) >>> 0;
    }
    low[byte] = l;
    high[byte] = h;
  }
  for (let at = BYTES; at < TABLES * BYTES; at += 1) {
    const [l, h] = [low[at - BYTES] as number, high[at - BYTES] as number];
    const byte = l & 0xff;
    low[at] = ((l >>> 8) | (h << 24)) ^ (low[byte] as number);
    high[at] = (h >>> 8) ^ (high[byte] as number);
  }
  return { low, high };
}

/** A checksum that can be saved and resumed in the middle of an object. */
export class Crc64 {
  #low: number;
  #high: number;

  /** `state`: a saved value of `state`; undefined: start of an object. */
  constructor(state?: string) {
    const [, high, low] = /^([0-9a-f]{8})([0-9a-f]{8})$/.exec(state ?? 'ffffffffffffffff') ?? [];
    this.#high = Number.parseInt(high ?? '', 16);
    this.#low = Number.parseInt(low ?? '', 16);
  }

  get state(): string {
    return `${hex(this.#high)}${hex(this.#low)}`;
  }

  /** The checksum as COS writes it: unsigned decimal. */
  get value(): string {
    return (BigInt(`0x${this.state}`) ^ 0xffffffffffffffffn).toString();
  }

  add(bytes: Uint8Array): void {
    tables ??= makeTables();
    const { low: LOW, high: HIGH } = tables;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let [l, h] = [this.#low, this.#high];
    let at = 0;
    for (; at + TABLES <= bytes.length; at += TABLES) {
      const a = l ^ view.getUint32(at, true);
      const b = h ^ view.getUint32(at + 4, true);
      const [i0, i1, i2, i3] = [
        1792 + (a & 0xff),
        1536 + ((a >>> 8) & 0xff),
        1280 + ((a >>> 16) & 0xff),
        1024 + (a >>> 24),
      ];
      const [i4, i5, i6, i7] = [768 + (b & 0xff), 512 + ((b >>> 8) & 0xff), 256 + ((b >>> 16) & 0xff), b >>> 24];
      l =
        at8(LOW, i0) ^
        at8(LOW, i1) ^
        at8(LOW, i2) ^
        at8(LOW, i3) ^
        at8(LOW, i4) ^
        at8(LOW, i5) ^
        at8(LOW, i6) ^
        at8(LOW, i7);
      h =
        at8(HIGH, i0) ^
        at8(HIGH, i1) ^
        at8(HIGH, i2) ^
        at8(HIGH, i3) ^
        at8(HIGH, i4) ^
        at8(HIGH, i5) ^
        at8(HIGH, i6) ^
        at8(HIGH, i7);
    }
    for (; at < bytes.length; at += 1) {
      const byte = (l ^ (bytes[at] as number)) & 0xff;
      l = ((l >>> 8) | (h << 24)) ^ at8(LOW, byte);
      h = (h >>> 8) ^ at8(HIGH, byte);
    }
    [this.#low, this.#high] = [l >>> 0, h >>> 0];
  }
}

const at8 = (table: Uint32Array, index: number): number => table[index] as number;
const hex = (half: number): string => half.toString(16).padStart(8, '0');
