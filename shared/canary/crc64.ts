const MASK = 2n ** 64n - 1n;
/** The polynomial of ECMA-182, its bits in reverse. */
const POLYNOMIAL = 0xc96c5795d7870f42n;

/** The checksum of a few bytes as `x-cos-hash-crc64ecma` gives it: a decimal number. Slow for many. */
export function crc64Of(bytes: Uint8Array): string {
  let crc = MASK;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n;
  }
  return String(crc ^ MASK);
}
