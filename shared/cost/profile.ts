import type { Profile } from './types.ts';

/**
 * The usage of replicating as it is deployed. `npm run bench -- cost` counts it anew and fails where this is out by more
 * than a fifth. Times are those of COS at 10 ms a request and 50 ms a copy, which a local cloud cannot measure.
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
