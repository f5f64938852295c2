export { createConfirm, rulesOf, sameRules } from './confirm.ts';
export { connectEngine } from './connect.ts';
export { createEngine, METADATA_LIMIT, type Engine, type EngineOptions } from './engine.ts';
export { HandOver, RulesChanged } from './errors.ts';
export type { Settings } from './session.ts';
export type { Clue, Report, Skip, SkipReason, Work } from './types.ts';
export { causeOf, taskOf, workOfEvent, workOfTasks } from './work.ts';
export { replicaStatus, type ReplicaStatus, type StatusQuery } from './replica-status.ts';
export { readSubject, type Subject } from './subject.ts';
