/**
 * The deeds of the functions as they happen: instances write them down each minute, `schedule` adds them up. They are lower
 * bounds, because what a lost instance had not written is missing; scans measure the truth.
 */
export type { LiveSum, RuleSum } from './document.ts';
export { LIVE, LIVE_SUMS } from './names.ts';
export { foldLive, readLive, type FoldDeps } from './fold.ts';
export { hourOf, isLive, ruleSumOf, type Hour } from './read.ts';
export { createLiveTally, type LiveTally } from './tally.ts';
