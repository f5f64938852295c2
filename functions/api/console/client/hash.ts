import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Hash } from '../../../../shared/signing/index.ts';

/**
 * The hash functions of COS signatures in a browser. `crypto.subtle` is asynchronous, which the signer cannot use, and
 * is missing on a page that was opened over plain http.
 */
export const browserHash: Pick<Hash, 'sha1' | 'hmacSha1'> = {
  sha1: (text) => bytesToHex(sha1(utf8ToBytes(text))),
  hmacSha1: (key, text) => bytesToHex(hmac(sha1, utf8ToBytes(key), utf8ToBytes(text))),
};
