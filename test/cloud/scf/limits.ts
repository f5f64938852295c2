/** Bytes of an event that somebody waits for; of function URLs it is assumed. Documented in 583/11637. */
export const MAX_SYNC_EVENT = 6 * 1024 * 1024;
/** Bytes of any other event. */
export const MAX_ASYNC_EVENT = 128 * 1024;
