/** Findings about destinations, kept on the state bucket: pre-flight writes them, the engine reads them. */
export { createMarkerKnowledge } from './knowledge.ts';
export type { MarkerKnowledge } from './knowledge.ts';
export { CHECKS, PREFLIGHTS, readPreflight, storePreflight } from './document.ts';
export { MARKER_ANSWERS } from './marker-answer.ts';
export type { Check, CheckName, Preflight } from './document.ts';
export { WARNINGS, warningsOf } from './source.ts';
export type { Warning } from './source.ts';
export { preflight } from './preflight.ts';
export type { PreflightOptions } from './preflight.ts';
