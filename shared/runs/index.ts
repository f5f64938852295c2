/** Code that all functions which replicate share: the engine wired to a deployment, and the rules of a run. */
export { createConfirm, isPaused, rulesOf, sameRules } from './confirm-rules.ts';
export { connectEngine, connectScans } from './connect.ts';
export { connectSchedule, type ScheduleDeps } from './connect-schedule.ts';
export { isHeard, whatIsLeft, type Left } from './left.ts';
export { logEnd } from './log.ts';
export { workOfEvent } from './work-of-event.ts';
