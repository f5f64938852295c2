export { createBlobStore } from './blobs/store.ts';
export type { BlobStoreOptions } from './blobs/store.ts';
export { evaluate, lastModified } from './conditions.ts';
export { createCore } from './core.ts';
export { CosFailure } from './failure.ts';
export { SIMPLE_LIMIT } from './limits.ts';
export { timeOfVersionId } from './version-id.ts';
export type { CoreOptions } from './world.ts';
export type * from './types.ts';
