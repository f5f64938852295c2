/** Where pre-flight tries out a destination. In a two-way set-up its probes must not be taken for a user's objects. */
export const PREFLIGHT_PREFIX = '.replication-preflight/';
/** Where a destination holds what matters of its sources when their region is down. */
export const STATUS_PREFIX = '.replication-status/';
/** Where tiny objects are written to a source to see that they reach its destinations. */
export const CANARY_PREFIX = '.replication-canary/';

/** Whether a key belongs to this service itself: no rule covers it. */
export function isReserved(key: string): boolean {
  return key.startsWith(PREFLIGHT_PREFIX) || key.startsWith(STATUS_PREFIX) || key.startsWith(CANARY_PREFIX);
}
