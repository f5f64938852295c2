/** The engine: brings one key at one destination up to date. `README.md` beside it has the protocol that it follows. */
export { headOfEntry, isSealed } from './look/sealed.ts';
export { isArchived, skipReasonOf } from './act/attributes.ts';
export { plannedParts } from './act/multipart/part-size.ts';
export { isRecent, mayBeOfAnother, unlike } from './look/same-second.ts';
export { MarkBook } from './deletion-records.ts';
export { CAUTIOUS_METADATA_LIMIT, createEngine, METADATA_LIMIT, type Engine, type EngineOptions } from './engine.ts';
export { HandOver, RulesChanged } from './errors.ts';
export { governing } from './decide/scope.ts';
export type { History, Listed, Proof } from './listed.ts';
export { CLOCK_DOUBT_MS } from './session.ts';
export type { Settings } from './session.ts';
export type { Clue, Report, Skip, SkipReason, Work } from './types.ts';
export { causeOf, taskOf, whyOf, workOfEvent, workOfTasks } from './work.ts';
