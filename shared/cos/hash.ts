import { createHmac, hash } from 'node:crypto';

import type { Hash } from '../signing/index.ts';

const BLOCK = 64;
const SHA1_BYTES = 20;
/** A key whose block can be put before a text as text: it takes one byte for each character. */
const SHORT_ASCII = /^[\0-\x7f]{0,64}$/;

/**
 * The hash functions of signatures, from `node:crypto`. One-shot calls where there are many, because a hash object takes
 * twice the time, and still more between requests.
 */
export const nodeHash: Hash = {
  sha1: (text) => hash('sha1', text, 'hex'),
  hmacSha1: (key, text) => {
    if (!SHORT_ASCII.test(key)) return createHmac('sha1', key).update(text, 'utf8').digest('hex');
    if (kept?.key !== key) kept = prepare(key);
    kept.outer.write(hash('sha1', kept.inner + text, 'binary'), BLOCK, 'latin1');
    return hash('sha1', kept.outer, 'hex');
  },
  sha256: (data) => hash('sha256', data, 'hex'),
  hmacSha256: (key, text) => createHmac('sha256', key).update(text, 'utf8').digest(),
};

/** The key that was used last: one signs all requests of a second. */
let kept: ReturnType<typeof prepare> | undefined;

/** What HMAC puts before the text, and before the hash of that, for which room is left. */
function prepare(key: string): { readonly key: string; readonly inner: string; readonly outer: Buffer } {
  const block = Buffer.alloc(BLOCK);
  block.write(key, 'latin1');
  const inner = block.map((byte) => byte ^ 0x36);
  const outer = Buffer.alloc(BLOCK + SHA1_BYTES);
  outer.set(block.map((byte) => byte ^ 0x5c));
  return { key, inner: Buffer.from(inner).toString('latin1'), outer };
}
