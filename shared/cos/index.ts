/** The COS calls that this product makes, with typed answers and errors, and the forms of names of buckets and regions. */
export * from './types.ts';
export { createCosClient } from './client.ts';
export type { CosClient, CosClientOptions } from './client.ts';
export { Crc64 } from './crc64.ts';
export { CosError } from './errors.ts';
export { ALL_USERS } from './grants.ts';
export { nodeHash } from './hash.ts';
export { copySourceOf, encodeKey, keyProblem } from './keys.ts';
export { LONGEST_KEY } from './limits.ts';
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
