/**
 * Verifications: for a prefix and a time, they list by key the versions of a source that are missing at its
 * destinations, and make a digest of each side. They change nothing in the buckets.
 */
export { beginVerify, type BeginQuery } from './begin.ts';
export {
  DIFFERENCES,
  HARMLESS,
  SHOWN_INSTEAD,
  type Difference,
  type VerifyItem,
  type VerifyJob,
  type VerifyRange,
  type VerifySums,
} from './documents.ts';
export { keepVerifies, type KeepVerifiesOptions } from './keep.ts';
export { isOwn, isVerifyId, ownerOf, readOpenName, VERIFIES, VERIFY_NOTES, VERIFYING } from './names.ts';
export { openVerifies } from './starts.ts';
export { keptVerifies, VerifyStore } from './store.ts';
export { addSums, emptySums } from './sums.ts';
export { verifyDepsOf, type VerifyDeps, type VerifyState } from './types.ts';
export { runVerify } from './unit.ts';
