/**
 * Figures of the functions' work: instances write notes each minute, and `schedule` adds them up. The sums are lower
 * bounds, because the unwritten notes of a lost instance are missing. Scans measure exactly.
 */
export type { LiveSum, RuleSum } from './document.ts';
export { LIVE, LIVE_SUMS } from './names.ts';
export { foldLive, readLive, type FoldDeps } from './fold.ts';
export { hourOf, isLive, ruleSumOf, type Hour } from './read.ts';
export { createLiveTally, type LiveTally } from './tally.ts';
