/** API key pairs of this service: which caller may use the API, for which buckets, and for which calls. */
export { hasRight, mayManage, mayReach } from './rights.ts';
export { API_KEYS, createKeyStore } from './store.ts';
export type { KeyStore } from './store.ts';
export { RIGHTS } from './types.ts';
export type * from './types.ts';
