/** Bytes of an event with a waiting caller; assumed for function URLs. Documented in 583/11637. */
export const MAX_SYNC_EVENT = 6 * 1024 * 1024;
/** Bytes of any other event. */
export const MAX_ASYNC_EVENT = 128 * 1024;
