/**
 * CRC-64/XZ (reflected polynomial 0xC96C5795D7870F42, all ones in and out), the checksum that COS answers in
 * `x-cos-hash-crc64ecma`.
 *
 * A value is a pair of 32-bit halves: BigInt arithmetic is some fifty times slower than this on whole objects.
 */
export interface Crc64 {
  readonly high: number;
  readonly low: number;
}

const POLY_HIGH = 0xc96c5795 | 0;
const POLY_LOW = 0xd7870f42 | 0;

export const EMPTY: Crc64 = { high: 0, low: 0 };

/** Eight tables of 256, one after the other: table `n` is the effect of a byte that `n` further bytes follow. */
const tableHigh = new Int32Array(8 * 256);
const tableLow = new Int32Array(8 * 256);
for (let byte = 0; byte < 256; byte++) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit++) {
    const out = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (out) {
      high ^= POLY_HIGH;
      low ^= POLY_LOW;
    }
  }
  tableHigh[byte] = high;
  tableLow[byte] = low;
}
for (let i = 256; i < 8 * 256; i++) {
  const high = tableHigh[i - 256] ?? 0;
  const low = tableLow[i - 256] ?? 0;
  tableHigh[i] = (high >>> 8) ^ (tableHigh[low & 0xff] ?? 0);
  tableLow[i] = ((low >>> 8) | (high << 24)) ^ (tableLow[low & 0xff] ?? 0);
}

/** The checksum of bytes with the checksum `crc`, followed by `bytes`. */
export function update(crc: Crc64, bytes: Uint8Array): Crc64 {
  let high = ~crc.high;
  let low = ~crc.low;
  const length = bytes.length;
  let at = 0;
  // Indexes are in range by construction; `!` rather than a default keeps this loop free of branches.
  for (const end = length - 7; at < end; at += 8) {
    const l = low ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    const h = high ^ (bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24));
    const a = 1792 + (l & 0xff);
    const b = 1536 + ((l >>> 8) & 0xff);
    const c = 1280 + ((l >>> 16) & 0xff);
    const d = 1024 + (l >>> 24);
    const e = 768 + (h & 0xff);
    const f = 512 + ((h >>> 8) & 0xff);
    const g = 256 + ((h >>> 16) & 0xff);
    const i = h >>> 24;
    low =
      tableLow[a]! ^
      tableLow[b]! ^
      tableLow[c]! ^
      tableLow[d]! ^
      tableLow[e]! ^
      tableLow[f]! ^
      tableLow[g]! ^
      tableLow[i]!;
    high =
      tableHigh[a]! ^
      tableHigh[b]! ^
      tableHigh[c]! ^
      tableHigh[d]! ^
      tableHigh[e]! ^
      tableHigh[f]! ^
      tableHigh[g]! ^
      tableHigh[i]!;
  }
  for (; at < length; at++) {
    const index = (low ^ bytes[at]!) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ tableLow[index]!;
    high = (high >>> 8) ^ tableHigh[index]!;
  }
  return { high: ~high, low: ~low };
}

/** Product of two polynomials modulo the CRC polynomial; the top bit is x^0 (reflected). */
function multiply(a: Crc64, b: Crc64): Crc64 {
  let high = 0;
  let low = 0;
  let bHigh = b.high;
  let bLow = b.low;
  for (let bit = 0; bit < 64; bit++) {
    const set = bit < 32 ? (a.high >>> (31 - bit)) & 1 : (a.low >>> (63 - bit)) & 1;
    if (set) {
      high ^= bHigh;
      low ^= bLow;
    }
    const out = bLow & 1;
    bLow = (bLow >>> 1) | (bHigh << 31);
    bHigh >>>= 1;
    if (out) {
      bHigh ^= POLY_HIGH;
      bLow ^= POLY_LOW;
    }
  }
  return { high, low };
}

/** x^(8 * 2^k) for k = 0, 1, …: the effect of 2^k bytes behind a checksum. Enough for any safe integer. */
const shifts: Crc64[] = [{ high: 1 << 23, low: 0 }];
for (let k = 1; k < 53; k++) {
  const last = shifts[k - 1] ?? EMPTY;
  shifts.push(multiply(last, last));
}

/** The shifts of the last lengths: the parts of an upload, and the doublings of a pattern, share a few. */
const known = new Map<number, Crc64>();
const MOST_KNOWN = 64;

function shiftOf(length: number): Crc64 {
  const remembered = known.get(length);
  if (remembered !== undefined) return remembered;
  let shift: Crc64 = { high: 1 << 31, low: 0 };
  let rest = length;
  for (let k = 0; rest > 0; k++) {
    const factor = shifts[k];
    if (factor === undefined) throw new RangeError(`no object is ${length} bytes long`);
    if (rest % 2 === 1) shift = multiply(shift, factor);
    rest = Math.floor(rest / 2);
  }
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(length, shift);
  return shift;
}

/** The checksum of two runs of bytes, from the checksum of each and the length of the second. */
export function combine(first: Crc64, second: Crc64, secondLength: number): Crc64 {
  const moved = multiply(first, shiftOf(secondLength));
  return { high: moved.high ^ second.high, low: moved.low ^ second.low };
}

/** The checksum of `count` repetitions of a run of `length` bytes, in O(log count). */
export function repeat(unit: Crc64, length: number, count: number): Crc64 {
  let result = EMPTY;
  let block = unit;
  let blockLength = length;
  for (let rest = count; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = combine(result, block, blockLength);
    if (rest > 1) {
      block = combine(block, block, blockLength);
      blockLength *= 2;
    }
  }
  return result;
}

/** Unsigned decimal, as COS prints it. */
export function format(crc: Crc64): string {
  return ((BigInt(crc.high >>> 0) << 32n) | BigInt(crc.low >>> 0)).toString();
}
