/**
 * Canaries: a tiny object is written to a source every few minutes and must reach its destinations. They show that
 * triggers, functions, roles and destinations work right now, even when nobody uploads.
 */
export type { CanaryResult, CanaryResults } from './document.ts';
export { isCanary } from './expected.ts';
export { keepCanary, type CanaryDeps } from './keep.ts';
export { canaryOf, readCanary, type SeenCanary } from './read.ts';
export { CANARIES } from './record.ts';
