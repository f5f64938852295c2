/** Keys on which pre-flight tries a destination. In a two-way set-up its probes must not count as a user's objects. */
export const PREFLIGHT_PREFIX = '.replication-preflight/';
/** Keys under which a destination holds the status of its sources, for when their region is down. */
export const STATUS_PREFIX = '.replication-status/';
/** Keys of the tiny objects that are written to a source to test that they reach its destinations. */
export const CANARY_PREFIX = '.replication-canary/';

/** Whether a key belongs to this service itself: no rule covers it. */
export function isReserved(key: string): boolean {
  return key.startsWith(PREFLIGHT_PREFIX) || key.startsWith(STATUS_PREFIX) || key.startsWith(CANARY_PREFIX);
}
