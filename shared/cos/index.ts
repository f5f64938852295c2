/** The COS calls this product makes, with typed answers and typed errors; and what buckets and regions look like. */
export * from './types.ts';
export { createCosClient } from './client.ts';
export type { CosClient, CosClientOptions } from './client.ts';
export { Crc64 } from './crc64.ts';
export { CosError } from './errors.ts';
export { ALL_USERS } from './grants.ts';
export { nodeHash } from './hash.ts';
export { copySourceOf, encodeKey, keyProblem, LONGEST_KEY } from './keys.ts';
export { objectPages, objectsUnder, pageOfKey, versionsOf, type KeyCursor } from './pages.ts';
export {
  appidOf,
  checkPlace,
  distinctPlaces,
  formatPlace,
  hostOf,
  isBucketName,
  isRegion,
  parsePlace,
  placeOfHost,
  readPlace,
  samePlace,
} from './places.ts';
export { JSON_BODY, putNew } from './put-new.ts';
export { readUndamaged } from './read-undamaged.ts';
export { codeOfRegion, regionFromCode } from './regions.ts';
export { SIGNATURE_LIFETIME } from './request.ts';
