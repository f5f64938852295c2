/**
 * The hourly checks of everything that replication depends on: buckets, triggers and functions. A broken precondition
 * is a state of the rule, with its cause.
 */
export { CHECKED, explainBreak } from './breaks.ts';
export { checkBuckets } from './buckets.ts';
export { CHECK_NOTE, FINDINGS, type Lifecycle } from './document.ts';
export { keepPreconditions, type KeepChecksDeps } from './keep.ts';
export { createAskPlatform } from './platform.ts';
export { lifecycleOf, preconditionsOf, readPreconditions, type PairPreconditions, type Preconditions } from './read.ts';
export { STARTS, readStarts, writeStarts, type Start } from './starts.ts';
