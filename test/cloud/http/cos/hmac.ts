import { createHmac, hash } from 'node:crypto';

/** Bytes of a block of SHA-1, which is also the longest key that is taken as it is. */
const BLOCK = 64;
const [INNER, OUTER] = [0x36, 0x5c];
/** Text of which the UTF-8 fits the buffer whatever is in it, in characters. */
const SHORT = 1000;

const inner = Buffer.alloc(BLOCK + 3 * SHORT);
const outer = Buffer.alloc(BLOCK + 20);
let keyed: string | undefined;

/**
 * HMAC-SHA1 in lower-case hex (RFC 2104) by two hashes at once: half of what an `Hmac` of Node costs for a short text. The
 * last key is kept ready, since a client signs with one for minutes.
 */
export function hmacSha1(key: string, text: string): string {
  if (text.length > SHORT || (key !== keyed && Buffer.byteLength(key) > BLOCK)) {
    return createHmac('sha1', key).update(text).digest('hex');
  }
  if (key !== keyed) {
    const bytes = Buffer.alloc(BLOCK);
    bytes.write(key);
    for (const [i, byte] of bytes.entries()) {
      inner[i] = byte ^ INNER;
      outer[i] = byte ^ OUTER;
    }
    keyed = key;
  }
  const length = inner.write(text, BLOCK);
  outer.write(hash('sha1', inner.subarray(0, BLOCK + length), 'binary'), BLOCK, 'latin1');
  return hash('sha1', outer);
}
