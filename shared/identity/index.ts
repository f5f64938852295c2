/** How a version is named and ordered, the marker on a replica, and whether a version is ours. */
export * from './claim.ts';
export { createKeyring, ensureMarkerKey, hasMarkerKey, MARKER_KEYS, rotateMarkerKey } from './keyring.ts';
export * from './marker.ts';
export { mayStandFor, proofOf, proves, sameBytes } from './proof.ts';
export * from './rank.ts';
export type * from './types.ts';
export * from './version.ts';
