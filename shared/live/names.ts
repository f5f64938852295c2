/** The prefix of what instances write of their deeds. */
export const LIVE = 'live/';
/** The prefix of their sums, one object for each source. */
export const LIVE_SUMS = 'status/live/';
