import type { Profile } from './types.ts';

/**
 * The usage of replicating one object as it is deployed. `npm run bench -- cost` measures it anew and fails where it
 * differs by more than a fifth. Times assume 10 ms a request and 50 ms a copy, because a local cloud cannot measure
 * those of COS.
 */
export const MEASURED: Profile = {
  requestsPerObject: 9,
  requestsPerPart: 1,
  msPerObject: 120,
  msPerPart: 1000,
  lanes: 16,
  memory: 256,
};

/**
 * The usage of a version that a scan copies: a HEAD, the copy, and its share of listings and second looks. One run copies 16 at
 * once, so its time is shared.
 */
export const SCANNED: Profile = { ...MEASURED, requestsPerObject: 3, msPerObject: 8 };
