import { createHash, createHmac, hash } from 'node:crypto';

import type { Hash } from '../signing/index.ts';

/** The hash functions of signatures, from `node:crypto`. */
export const nodeHash: Hash = {
  sha1: (text) => createHash('sha1').update(text, 'utf8').digest('hex'),
  hmacSha1: (key, text) => createHmac('sha1', key).update(text, 'utf8').digest('hex'),
  // The one-shot call takes half the time of a hash object. Scans hash every key.
  sha256: (data) => hash('sha256', data, 'hex'),
  hmacSha256: (key, text) => createHmac('sha256', key).update(text, 'utf8').digest(),
};
