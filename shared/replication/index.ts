/** The engine: brings one key at one destination up to date. `README.md` in this folder has its protocol. */
export { headOfEntry, isSealed } from './run/sealed.ts';
export { isArchived, skipReasonOf } from './decide/skips.ts';
export { createPartsCopier, type Sharing } from './act/multipart/copy-in-parts.ts';
export { digestOfRules, helpWithParts } from './act/multipart/help.ts';
export { plannedParts } from './act/multipart/part-size.ts';
export { isRecent, mayBeOfAnother, unlike } from './look/same-second.ts';
export { MarkBook, MARKS } from './deletion-records.ts';
export { EXAMINED } from './run/passed.ts';
export {
  CAUTIOUS_METADATA_LIMIT,
  createEngine,
  createInspect,
  DEFAULT_SETTINGS,
  METADATA_LIMIT,
  type Engine,
  type EngineOptions,
  type Inspect,
} from './engine.ts';
export { HAND_OVER, isHalt, type Ending, type Halt, type HandOver } from './halt.ts';
export { sameTags } from './act/tags.ts';
export { absence } from './decide/bases.ts';
export type { Finding, InspectQuery, Shown } from './inspect.ts';
export type { History, Listed, Proof } from './listed.ts';
export type { Copied, Marked, Settings } from './settings.ts';
export type { Absent, Clue, End, Recheck, Report, Skip, SkipReason, Work } from './types.ts';
export { causeOf, taskOf, whyOf, workOfTasks } from './work.ts';
