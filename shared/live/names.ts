/** The prefix of the notes of instances. */
export const LIVE = 'live/';
/** The prefix of the sums, one object for each source. */
export const LIVE_SUMS = 'status/live/';
