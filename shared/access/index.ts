/** API key pairs of our own: who may call the API, for which buckets, and for what. */
export { hasRight, mayManage, mayReach } from './rights.ts';
export { createKeyStore } from './store.ts';
export type { KeyStore } from './store.ts';
export { RIGHTS } from './types.ts';
export type * from './types.ts';
