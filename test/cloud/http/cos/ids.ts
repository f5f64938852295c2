import { randomBytes } from 'node:crypto';

/** base64 of `<hex epoch seconds>_<hex ip>_<hex>_<hex>`, the form of every published COS request ID. */
export function requestIdAt(now: number): string {
  const noise = randomHex(6);
  const seconds = Math.floor(now / 1000).toString(16);
  return Buffer.from(`${seconds}_7f000001_${noise.slice(0, 4)}_${noise.slice(4, 12)}`).toString('base64');
}

/** base64 of 128 hex characters; COS sends it with failures only. */
export function traceId(): string {
  return Buffer.from(randomHex(64)).toString('base64');
}

let pool = Buffer.alloc(0);
let used = 0;

/** A call for a few random bytes costs as much as one for some thousand. */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    pool = randomBytes(4096);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}
