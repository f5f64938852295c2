const MODULUS = 1n << 256n;
const DIGITS = 64;

/**
 * A digest of many records in any order: the sum of their SHA-256. Digests of parts add up to that of the whole, and a
 * record that occurs twice counts twice.
 */
export class Digest {
  #sum: bigint;

  /** `hex`: a saved `value`. */
  constructor(hex = '0') {
    this.#sum = BigInt(`0x${hex}`);
  }

  /** `hex`: the SHA-256 of a record, or another digest. */
  add(hex: string): void {
    this.#sum = (this.#sum + BigInt(`0x${hex}`)) % MODULUS;
  }

  get value(): string {
    return this.#sum.toString(16).padStart(DIGITS, '0');
  }
}
