export { BEHIND, BehindMarks, EVENTS_LATE, readBehind, type Behind, type BehindPair } from './behind.ts';
export { hasFailed, isOfOneObject, isRecheck, kindOf } from './causes.ts';
export { nextTry } from './backoff.ts';
export { askForHelp, takeHelp, type Help } from './help.ts';
export { Knocks } from './knocks.ts';
export { Leases, type Abandoned, type Acquired, type Lease } from './leases.ts';
export { isHelpName, LEASES, TASKS, WAITING } from './names.ts';
export { mapLimited } from './limited.ts';
export { Tasks } from './tasks.ts';
export type { Facts, FailedRequest, StateDeps, Target, Task, TaskObject, Upload } from './types.ts';
export { digestOfTarget } from './names.ts';
export {
  isPendingMarker,
  listPending,
  pendingOfKey,
  type KeyState,
  type Pending,
  type PendingPage,
} from './pending.ts';
export { isStarted, reattempt, requestedTask, type Reattempted, type ReattemptQuery } from './reattempt.ts';
