export { backOff, BUSY_MS } from './backoff.ts';
export { Leases, type Acquired, type Lease } from './leases.ts';
export { TASKS } from './names.ts';
export { Tasks } from './tasks.ts';
export type { Facts, StateDeps, Target, Task, TaskObject } from './types.ts';
