import type { ObjectHead } from '../../../shared/cos/index.ts';

/** The HEAD of a plain object with two headers and one entry of user metadata. */
export const HEAD: ObjectHead = {
  versionId: 'v1',
  etag: '"e"',
  size: 1,
  lastModified: 1000,
  crc64: '1',
  storageClass: 'STANDARD',
  headers: { 'content-type': 'text/plain', 'cache-control': 'no-store' },
  meta: { own: '1' },
  encryption: undefined,
  restore: undefined,
};
